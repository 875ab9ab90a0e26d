import type { StoreContext } from './context.ts'

export interface Spent {
  calls: number
  /** UTF-16 units of prompts and answers. */
  characters: number
}
/** Null: no limit. */
export interface Budget {
  calls: number | null
  characters: number | null
}
export type BudgetScope = 'chat' | 'day'

/** Whose call it is. Without a chat it counts for the day only: the user tries a bot out. */
export interface Spender {
  /** YYYY-MM-DD */
  day: string
  chat: { id: number; bot: string } | undefined
}

/** The row in which a whole day is counted. */
const EVERYTHING = { id: 0, bot: '' }
const KEPT_DAYS = 31
/** A sum beyond the integers would be a real number, which the table refuses. */
const MOST = Number.MAX_SAFE_INTEGER

/** What was spent on the model, by day, chat and bot, and by day. */
export function createModelUse({ db, transaction }: StoreContext) {
  const get = db.prepare<[string, number, string], Spent>(
    'SELECT calls, characters FROM model_use WHERE day = ? AND chat_id = ? AND bot_name = ?',
  )
  const add = db.prepare(
    `INSERT INTO model_use (day, chat_id, bot_name, calls, characters) VALUES (@day, @id, @bot, max(@calls, 0), max(@characters, 0))
     ON CONFLICT (day, chat_id, bot_name) DO UPDATE SET calls = min(max(calls + @calls, 0), ${MOST}), characters = min(max(characters + @characters, 0), ${MOST})`,
  )
  const tell = db.prepare(
    `INSERT INTO model_use (day, chat_id, bot_name, told) VALUES (@day, @id, @bot, 1)
     ON CONFLICT (day, chat_id, bot_name) DO UPDATE SET told = 1 WHERE told = 0`,
  )
  const prune = db.prepare("DELETE FROM model_use WHERE day < date(@day, '-' || @days || ' days')")

  const rowsOf = ({ chat }: Spender) => (chat ? [chat, EVERYTHING] : [EVERYTHING])
  const spent = (day: string, { id, bot }: { id: number; bot: string }): Spent =>
    get.get(day, id, bot) ?? { calls: 0, characters: 0 }

  function exceeded(spender: Spender, more: Spent, budgets: Record<BudgetScope, Budget>): BudgetScope | undefined {
    const over = (row: { id: number; bot: string }, budget: Budget) => {
      const { calls, characters } = spent(spender.day, row)
      return (
        (budget.calls !== null && calls + more.calls > budget.calls) ||
        (budget.characters !== null && characters + more.characters > budget.characters)
      )
    }
    if (over(EVERYTHING, budgets.day)) return 'day'
    return spender.chat && over(spender.chat, budgets.chat) ? 'chat' : undefined
  }

  return {
    /** Which budget would not hold `more`; undefined: all would. */
    exceeded,
    /** Counts a call before it is made. Returns the budget that would not hold it; then nothing is counted. */
    reserve: (spender: Spender, more: Spent, budgets: Record<BudgetScope, Budget>): BudgetScope | undefined =>
      transaction(() => {
        const scope = exceeded(spender, more, budgets)
        if (scope) return scope
        if (spent(spender.day, EVERYTHING).calls === 0) prune.run({ day: spender.day, days: KEPT_DAYS })
        for (const row of rowsOf(spender)) add.run({ day: spender.day, ...row, ...more })
        return undefined
      }),
    /** What a call turned out to need, more or less than was reserved. */
    correct: (spender: Spender, difference: Spent): void =>
      transaction(() => {
        for (const row of rowsOf(spender)) add.run({ day: spender.day, ...row, ...difference })
      }),
    /** True once for each day, and for each chat and bot of it. */
    tellOnce: ({ day, chat }: Spender, scope: BudgetScope): boolean =>
      transaction(() => tell.run({ day, ...((scope === 'chat' ? chat : undefined) ?? EVERYTHING) }).changes === 1),
    /** What a day's calls came to, all together. */
    ofDay: (day: string): Spent => spent(day, EVERYTHING),
  }
}
export type ModelUse = ReturnType<typeof createModelUse>
