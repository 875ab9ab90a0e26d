import type { TaskProcess, Tasks } from '../ports.ts'
import type { TaskInput, TaskName, TaskOutput } from '../tasks/names.ts'
import { TaskError } from '../tasks/task-error.ts'
import { createMatcher, LONGEST_TEXT, problemOfRules, RuleCostError, type RulePattern } from './matcher.ts'

type RuleTask = Extract<TaskName, `rules.${string}`>

/** Milliseconds. */
export interface RulePatience {
  /** For one message. The steps of `matcher.ts` end sooner; this is the wall behind them. */
  match: number
  /** For compiling all patterns of a list that is saved. */
  check: number
  /** A process that has nothing to do is memory for nothing. */
  idle: number
}
const PATIENCE: RulePatience = { match: 5_000, check: 10_000, idle: 60_000 }

/** Characters that plain rules may compare on the main thread for one message: about a millisecond. */
const MOST_INLINE = 300_000

/**
 * Matches the rules of the auto-reply without holding the main thread: patterns run in a process that is killed when a message takes too long in it.
 * One message after the other, so that the time of each is its own.
 */
export function createRuleMatching(deps: { tasks: Tasks; patience?: Partial<RulePatience> }) {
  const { tasks } = deps
  const patience = { ...PATIENCE, ...deps.patience }
  let process: TaskProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  function processNow(): TaskProcess | undefined {
    if (process !== undefined) return process
    const started = tasks.open?.()
    process = started
    void started?.ended.then(() => {
      if (process === started) process = undefined
    })
    return started
  }

  async function call<N extends RuleTask>(name: N, input: TaskInput<N>, milliseconds: number): Promise<TaskOutput<N>> {
    const line = processNow()
    if (line === undefined) return await tasks.run(name, input, { limits: { milliseconds } })
    try {
      await line.ready
      return await line.call(name, input, milliseconds).catch(killed)
    } catch (error) {
      // It is gone or was killed. Its end may be told later than its failure.
      if (process === line && isGone(error)) process = undefined
      throw error
    }
  }

  async function persistent<N extends RuleTask>(
    name: N,
    input: TaskInput<N>,
    milliseconds: number,
  ): Promise<TaskOutput<N>> {
    try {
      return await call(name, input, milliseconds)
    } catch (error) {
      // Something else ended the process, short memory for one: once more, in a new one.
      if (error instanceof KilledError || areRulesUnavailable(error)) return await call(name, input, milliseconds)
      throw error
    }
  }

  async function inTurn<N extends RuleTask>(
    name: N,
    input: TaskInput<N>,
    milliseconds: number,
    signal?: AbortSignal,
  ): Promise<TaskOutput<N>> {
    clearTimeout(idle)
    waiting++
    const turn = last.then(() => {
      signal?.throwIfAborted()
      return persistent(name, input, milliseconds)
    })
    last = turn.catch(() => undefined)
    void last.then(() => {
      if (--waiting > 0) return
      idle = setTimeout(() => {
        process?.close()
        process = undefined
      }, patience.idle).unref()
    })
    return await unlessAborted(turn, signal)
  }

  return {
    /**
     * The index from 0 of the first rule that matches; null: none does. Rejects with the signal's reason when it is aborted.
     * @throws RuleCostError, also where the process was ended twice while it matched; an error of which `areRulesUnavailable` is true where no
     * process could be had
     */
    async find(rules: readonly RulePattern[], text: string, signal?: AbortSignal): Promise<number | null> {
      if (isCheap(rules, text)) return createMatcher(rules).find(text)
      try {
        const input = { rules: rules.map(patternOf), text: text.slice(0, LONGEST_TEXT) }
        const outcome = await inTurn('rules.match', input, patience.match, signal)
        if ('costly' in outcome) throw new RuleCostError(outcome.costly)
        return outcome.found
      } catch (error) {
        if (error instanceof KilledError || isOverTime(error)) throw new RuleCostError()
        throw error
      }
    },
    /** What is wrong with the rules, in words for their author; undefined: nothing. */
    async problem(rules: readonly RulePattern[]): Promise<string | undefined> {
      if (rules.every(isPlain)) return problemOfRules(rules)
      try {
        const { problem } = await inTurn('rules.check', { rules: rules.map(patternOf) }, patience.check)
        return problem ?? undefined
      } catch (error) {
        if (error instanceof KilledError || isOverTime(error))
          return 'The patterns take too long to prepare. Use fewer nested repetitions, such as (a{1,100}){1,100}.'
        throw error
      }
    },
  }
}
export type RuleMatching = ReturnType<typeof createRuleMatching>

const isPlain = ({ match }: RulePattern) => match !== 'regex'
const isOverTime = (error: unknown) => error instanceof TaskError && error.code === 'TIME_LIMIT'
const isGone = (error: unknown) => error instanceof KilledError || isOverTime(error) || areRulesUnavailable(error)

/** The process ended while it worked on this. */
class KilledError extends Error {}
function killed(error: unknown): never {
  throw error instanceof TaskError && error.code === 'CRASHED' ? new KilledError(error.message) : error
}

/** No process could be started, or the program is ending: this says nothing of the message, which waits. */
export const areRulesUnavailable = (error: unknown): boolean =>
  error instanceof TaskError && (error.code === 'CRASHED' || error.code === 'CANCELLED')

const patternOf = ({ match, pattern, case_sensitive }: RulePattern): RulePattern => ({ match, pattern, case_sensitive })

/** Plain rules whose comparisons are few. Looking for "baaa" in "aaaa" compares each letter of the one with each of the other. */
function isCheap(rules: readonly RulePattern[], text: string): boolean {
  const length = Math.min(text.length, LONGEST_TEXT)
  let compared = 0
  for (const rule of rules) {
    if (!isPlain(rule)) return false
    compared += rule.match === 'contains' ? rule.pattern.length * length : rule.pattern.length
  }
  return compared <= MOST_INLINE
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  work.catch(() => undefined) // the signal came first: its caller has an answer already
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
