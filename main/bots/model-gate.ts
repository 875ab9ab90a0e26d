import type { Settings } from '../../preload/contract/settings.ts'
import type { Model } from '../llm/model.ts'
import { ModelError } from '../llm/model-error.ts'
import type { Clock } from '../ports.ts'
import type { BudgetScope, ModelUse, Spender } from '../store/model-use.ts'
import { boundPrompt, sizeOf } from './prompt-bounds.ts'
import type { Prompt } from './spec.ts'

/** The call was not made: a budget of the user's would not hold it. */
export class BudgetError extends Error {
  readonly code: `budget-${BudgetScope}`
  readonly scope: BudgetScope
  constructor(scope: BudgetScope) {
    super(
      scope === 'day'
        ? 'Today’s budget for the model is used up. It is renewed at midnight; you can raise it in Settings, under “Limits”.'
        : 'Today’s budget of this chat and bot for the model is used up. It is renewed at midnight; you can raise it in Settings, under “Limits”.',
    )
    this.name = 'BudgetError'
    this.code = `budget-${scope}`
    this.scope = scope
  }
}

export interface ModelGateDeps {
  model: Pick<Model, 'complete'>
  use: ModelUse
  limits: () => Settings['limits']
  /** The machine's own clock: what the server or a message says must not begin a new day, and with it a new budget. */
  clock: Pick<Clock, 'now'>
}

type Chat = { id: number; bot: string }

/** Reserved for an answer until it is there, in characters. */
const ANSWER = 1000

/** The one way of bots to the model: it bounds what a call is given, and counts the call before it is made. */
export function createModelGate({ model, use, limits, clock }: ModelGateDeps) {
  const spender = (chat: Chat | undefined): Spender => ({ day: localDay(clock.now()), chat })
  const budgets = () => {
    const now = limits()
    return {
      chat: { calls: now.chat_calls_per_day, characters: now.chat_characters_per_day },
      day: { calls: now.calls_per_day, characters: now.characters_per_day },
    }
  }

  return {
    /** All together, since midnight by this machine's clock. */
    spentToday() {
      const { day } = spender(undefined)
      return { day, ...use.ofDay(day) }
    },
    /** Which budget is used up, so that not even a short call fits in. */
    exhausted: (chat: Chat): BudgetScope | undefined =>
      use.exceeded(spender(chat), { calls: 1, characters: ANSWER }, budgets()),
    /** True once for each day and budget: the user is told. */
    tellOnce: (chat: Chat, scope: BudgetScope): boolean => use.tellOnce(spender(chat), scope),
    /**
     * Without a chat it counts for the day alone.
     * @throws BudgetError, ModelError
     */
    async ask(chat: Chat | undefined, prompt: Prompt, signal: AbortSignal): Promise<string> {
      const { message_characters: message, context_characters: context } = limits()
      const bounded = boundPrompt(prompt, { message, context })
      const who = spender(chat)
      const reserved = { calls: 1, characters: sizeOf(bounded) + ANSWER }
      const scope = use.reserve(who, reserved, budgets())
      if (scope) throw new BudgetError(scope)
      try {
        const answer = await model.complete(bounded, signal)
        use.correct(who, { calls: 0, characters: answer.length - ANSWER })
        return answer
      } catch (error) {
        // A model that was never reached, or refused at once, cost nothing: an outage must not use up the day.
        if (error instanceof ModelError && !error.billed) {
          use.correct(who, { calls: -reserved.calls, characters: -reserved.characters })
        }
        throw error
      }
    },
  }
}
export type ModelGate = ReturnType<typeof createModelGate>

/** YYYY-MM-DD in the time zone of this machine. */
function localDay(now: number): string {
  const date = new Date(now)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}
