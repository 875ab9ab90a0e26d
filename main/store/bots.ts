import type { StoreContext } from './context.ts'
import { readCount, readInstant, readText } from './read-column.ts'

export interface BotRow {
  name: string
  /** JSON: a bot of the user's own, or the settings of one from the catalogue. Whoever reads it checks it. */
  spec: string
  version: number
  updatedAt: number
}

export interface BotCounts {
  chatsOn: number
  chatsAssigned: number
  lastAnswerAt: number | null
}

/** The user's own bots, and what the user set on those of the catalogue. */
export function createBots({ db, transaction, clock, emit }: StoreContext) {
  const all = db.prepare<[], BotRow>('SELECT name, spec, version, updated_at AS updatedAt FROM bots ORDER BY name')
  const put = db.prepare(
    `INSERT INTO bots (name, spec, version, updated_at) VALUES (@name, @spec, 1, @now)
     ON CONFLICT (name) DO UPDATE SET spec = excluded.spec, version = version + 1, updated_at = excluded.updated_at`,
  )
  const remove = db.prepare('DELETE FROM bots WHERE name = ?')
  const counts = db.prepare<[string], { total: number; enabled: number }>(
    'SELECT count(*) AS total, count(*) FILTER (WHERE enabled = 1) AS enabled FROM bot_chat_assignments WHERE bot_name = ?',
  )
  const lastAnswer = db
    .prepare<[string], number>(
      `SELECT updated_at FROM (SELECT updated_at, state FROM jobs WHERE bot_name = ? ORDER BY id DESC LIMIT 1000)
       WHERE state = 'done' LIMIT 1`,
    )
    .pluck()
  const chats = db.prepare<[string], { jid: string; name: string | null; enabled: number }>(
    `SELECT c.chat_jid AS jid, c.chat_name AS name, b.enabled FROM bot_chat_assignments b JOIN chats c ON c.id = b.chat_id
     WHERE b.bot_name = ? ORDER BY b.enabled DESC, c.chat_name COLLATE NOCASE, c.chat_jid`,
  )
  return {
    all: (): BotRow[] =>
      all.all().map((row) => ({
        name: readText(row.name) ?? '',
        spec: readText(row.spec) ?? '',
        version: readCount(row.version),
        updatedAt: readInstant(row.updatedAt) ?? 0,
      })),
    put(name: string, spec: string): void {
      transaction(() => {
        put.run({ name, spec, now: clock.now() })
        emit({ type: 'bots' })
      })
    },
    /** Its assignments stay: they are shown as "not available", never dropped. */
    remove: (name: string): boolean =>
      transaction(() => {
        const { changes } = remove.run(name)
        if (changes > 0) emit({ type: 'bots' })
        return changes > 0
      }),
    counts(name: string): BotCounts {
      const row = counts.get(name)
      return {
        chatsOn: readCount(row?.enabled),
        chatsAssigned: readCount(row?.total),
        lastAnswerAt: readInstant(lastAnswer.get(name)),
      }
    },
    chats: (name: string) =>
      chats
        .all(name)
        .map((row) => ({ jid: readText(row.jid) ?? '', name: readText(row.name), enabled: row.enabled === 1 })),
  }
}
export type Bots = ReturnType<typeof createBots>
