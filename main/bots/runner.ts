import type { Logger } from 'pino'
import type { Settings } from '../../preload/contract/settings.ts'
import { ModelError } from '../llm/model-error.ts'
import type { PauseState } from '../pause/pause.ts'
import { RuleCostError } from '../rules/matcher.ts'
import { areRulesUnavailable } from '../rules/rule-matching.ts'
import type { Answers } from '../store/answers.ts'
import type { Conversation } from '../store/conversation.ts'
import type { JobDetails, JobHead, Jobs } from '../store/jobs.ts'
import type { BudgetScope } from '../store/model-use.ts'
import type { ReasonCode } from '../store/reasons.ts'
import { shortened } from '../text/one-line.ts'
import { speakerName } from '../text/speaker.ts'
import { afterFailure, LONGEST_WAIT } from './backoff.ts'
import type { Catalogue } from './catalogue.ts'
import { asTurns } from './conversation.ts'
import { BudgetError, type ModelGate } from './model-gate.ts'
import type { BotSpec } from './spec.ts'
import { MESSAGE_LIMIT, split } from './splitter.ts'
import { waMessageId } from './wa-message-id.ts'

export interface RunnerDeps {
  jobs: Jobs
  answers: Answers
  conversation: Conversation
  catalogue: Pick<Catalogue, 'find'>
  gate: ModelGate
  limits: () => Settings['limits']
  pause: PauseState
  /** Quick retries of one job, from the settings. */
  retries: () => number
  lifetimeMs: () => number
  /** ms, server's clock; `timeKnown` false: only reckoned from the local one, so nothing expires. */
  now: () => number
  timeKnown: () => boolean
  log: Pick<Logger, 'warn' | 'error'>
  /** An answer was committed, with something to send to that chat. */
  onAnswer: (chatId: number) => void
  onChange: (chatJid: string) => void
  /** The model failed in a way that needs somebody; called once until it works again. */
  onModelTrouble?: (message: string) => void
  /** A budget is used up, for the first time on that day. */
  onBudget?: (scope: BudgetScope, job: JobDetails) => void
  random?: () => number
}

/** Fails in a row after which somebody is told. */
const TROUBLE = 3
const WITHOUT_MODEL_WAIT = 60_000
const AGAIN_MS = 1000

/**
 * Runs waiting jobs: chats side by side, those of one chat and bot strictly one after the other. All it knows between two steps is in the
 * database; a crash repeats at most a question to the model, never an answer to a chat.
 */
export function createRunner(deps: RunnerDeps) {
  const { jobs, answers, log, now } = deps
  const random = deps.random ?? Math.random
  const running = new Map<string, { abort: AbortController; done: Promise<void> }>()
  let timer: NodeJS.Timeout | undefined
  let scheduled: NodeJS.Immediate | undefined
  let disposed = false
  let failuresInARow = 0
  const unsubscribe = deps.pause.onChange(() => wake())

  /** Looks for work; cheap to call often. */
  function wake(): void {
    if (disposed) return
    scheduled ??= setImmediate(() => {
      scheduled = undefined
      look()
    })
  }

  /** A database that cannot be read for a moment ends nothing. */
  function look(): void {
    clearTimeout(timer)
    try {
      startWhatIsDue()
    } catch (error) {
      log.error({ err: nameOf(error) }, 'waiting messages could not be looked for; it is tried again')
      timer = setTimeout(look, AGAIN_MS).unref()
    }
  }

  function startWhatIsDue(): void {
    if (disposed || deps.pause.active()) return
    const time = now()
    let next = LONGEST_WAIT
    for (const head of jobs.heads()) {
      if (running.has(keyOf(head))) continue
      const wait = head.dueAt - time
      if (wait <= 0 || wait > LONGEST_WAIT) start(head)
      else next = Math.min(next, wait)
    }
    timer = setTimeout(look, next).unref()
  }

  function start(head: JobHead): void {
    const abort = new AbortController()
    const key = keyOf(head)
    const done = run(head, abort.signal)
      // Nothing was committed: the job still waits. Not at once again, so that a full disk is not met in a tight loop.
      .catch((error: unknown) => {
        log.error({ err: nameOf(error) }, 'a job could not be worked off; it is tried again')
        return new Promise<void>((resolve) => setTimeout(resolve, AGAIN_MS).unref())
      })
      .finally(() => {
        running.delete(key)
        wake()
      })
    running.set(key, { abort, done })
  }

  async function run(head: JobHead, signal: AbortSignal): Promise<void> {
    const job = jobs.details(head.id)
    if (!job) return
    const bot = deps.catalogue.find(job.bot)
    const obstacle = obstacleTo(job, bot)
    if (obstacle || !bot) return end(job, obstacle ?? { state: 'cancelled', reason: 'unknown-bot' })
    const exhausted = bot.needsModel ? deps.gate.exhausted({ id: job.chatId, bot: job.bot }) : undefined
    if (exhausted) return overBudget(job, exhausted)
    let text: string | null
    try {
      text = await ask(job, bot, signal)
    } catch (error) {
      if (signal.aborted) return
      return failed(job, error)
    }
    if (signal.aborted) return
    if (bot.needsModel) failuresInARow = 0
    commit(job, bot, text)
  }

  function obstacleTo(
    job: JobDetails,
    bot: BotSpec | undefined,
  ): { state: 'cancelled' | 'failed'; reason: ReasonCode } | undefined {
    if (!job.assignment) return { state: 'cancelled', reason: 'bot-off' }
    if (!bot) return { state: 'cancelled', reason: 'unknown-bot' }
    if (job.message.text === null) return { state: 'cancelled', reason: 'forgotten' }
    if (isPast(job.expiresAt, now())) return { state: 'failed', reason: 'expired' }
    return undefined
  }

  const isPast = (expiresAt: number | null, time: number) => expiresAt !== null && deps.timeKnown() && time >= expiresAt

  async function ask(job: JobDetails, bot: BotSpec, signal: AbortSignal): Promise<string | null> {
    const { message } = job
    const wanted = job.assignment?.context ?? 0
    const said = deps.conversation.before({ chatId: job.chatId, sentAt: message.sentAt, id: message.id }, job.bot, {
      limit: wanted,
      // One more than is used, so that a cut is seen as one.
      most: deps.limits().message_characters + 1,
    })
    const answer = await bot.answer({
      text: message.text ?? '',
      context: asTurns(said, bot, wanted, isGroup(job)),
      senderName: message.senderName,
      signal,
      ask: (prompt) => deps.gate.ask({ id: job.chatId, bot: job.bot }, prompt, signal),
    })
    // What is kept as the answer is what the contact gets of it.
    return shortened(answer?.trim() ?? '', deps.limits().messages_per_answer * MESSAGE_LIMIT) || null
  }

  function commit(job: JobDetails, bot: BotSpec, text: string | null): void {
    const { message } = job
    const elsewhere = job.assignment?.responseChatId ?? null
    const chatId = elsewhere ?? job.chatId
    const said = elsewhere === null || text === null ? text : forwarded(job, text)
    const time = now()
    const key = {
      account: message.accountJid ?? '',
      chat: job.chatJid,
      sender: message.senderJid,
      inboundId: message.messageId,
      bot: job.bot,
    }
    const outcome = answers.commit({
      job,
      text,
      chunks: (attempt) =>
        split(said ?? '', bot.prefix, MESSAGE_LIMIT, deps.limits().messages_per_answer).map((body, index) => ({
          body,
          waMessageId: waMessageId({ ...key, chunk: index + 1, attempt }),
        })),
      chatId,
      quote: elsewhere === null,
      expiresAt: job.expiresAt ?? time + deps.lifetimeMs(),
      metadata: { version: 1, prefix: bot.prefix, ...(text === null ? { no_response: true } : {}) },
      now: time,
    })
    deps.onChange(job.chatJid)
    if (outcome === 'committed' && text !== null) deps.onAnswer(chatId)
  }

  function overBudget(job: JobDetails, scope: BudgetScope): void {
    end(job, { state: 'skipped', reason: `budget-${scope}` })
    if (deps.gate.tellOnce({ id: job.chatId, bot: job.bot }, scope)) deps.onBudget?.(scope, job)
  }

  function failed(job: JobDetails, error: unknown): void {
    if (error instanceof BudgetError) {
      overBudget(job, error.scope)
      return
    }
    // The job waits, also when the program is ending.
    if (areRulesUnavailable(error)) throw error
    if (error instanceof RuleCostError) {
      log.warn({ rule: error.rule }, 'a message would have cost too much time in the rules of the auto-reply')
      end(job, { state: 'failed', reason: 'rules-too-costly' }, 1)
      return
    }
    if (!(error instanceof ModelError)) {
      log.error({ err: nameOf(error), bot: job.bot }, 'a bot failed')
      end(job, { state: 'failed', reason: 'bot-failed' }, 1)
      return
    }
    if (error.code === 'cancelled') return
    const time = now()
    if (error.code === 'model-missing' || error.code === 'model-key-elsewhere') {
      trouble(error, TROUBLE)
      jobs.postpone({ id: job.id, attempts: 0, reason: error.code, dueAt: time + WITHOUT_MODEL_WAIT, now: time })
      deps.onChange(job.chatJid)
      return
    }
    trouble(error, error.retryable ? 1 : TROUBLE)
    const { waitMs } = afterFailure(error, job.attempts + 1, deps.retries(), random)
    if (waitMs === undefined || isPast(job.expiresAt, time + waitMs)) {
      end(job, { state: 'failed', reason: error.code }, 1)
      return
    }
    jobs.postpone({ id: job.id, attempts: 1, reason: error.code, dueAt: time + waitMs, now: time })
    deps.onChange(job.chatJid)
  }

  function trouble(error: ModelError, weight: number): void {
    log.warn({ code: error.code }, 'the model gave no answer')
    const before = failuresInARow
    failuresInARow += weight
    if (before < TROUBLE && failuresInARow >= TROUBLE) deps.onModelTrouble?.(error.message)
  }

  function end(
    job: JobDetails,
    how: { state: 'cancelled' | 'failed' | 'skipped'; reason: ReasonCode },
    attempts: 0 | 1 = 0,
  ): void {
    if (jobs.end({ id: job.id, ...how, attempts, now: now() })) deps.onChange(job.chatJid)
  }

  return {
    wake,
    /** The endpoint, its key or a limit changed: what waits for it is tried now. */
    retryNow(): void {
      jobs.wakeAll(now())
      wake()
    },
    /** Ends the call to the model of a chat and bot; its job must be cancelled in the store first. */
    abort: (chatId: number, bot: string): void => running.get(keyOf({ chatId, bot }))?.abort.abort(),
    /** Jobs in work now. */
    running: (): number => running.size,
    /** Ends every call. What had no answer yet waits in the store for the next start. */
    async dispose(): Promise<void> {
      disposed = true
      unsubscribe()
      clearTimeout(timer)
      clearImmediate(scheduled)
      for (const { abort } of running.values()) abort.abort()
      await Promise.allSettled([...running.values()].map(({ done }) => done))
    },
  }
}

const keyOf = ({ chatId, bot }: { chatId: number; bot: string }) => `${chatId} ${bot}`
const isGroup = (job: JobDetails) => job.chatJid.endsWith('@g.us')
const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error)

/** How much of the question goes along with an answer to another chat. */
const LONGEST_QUESTION = 1000

/** An answer that goes to another chat says to what. */
function forwarded(job: JobDetails, answer: string): string {
  const from = speakerName(job.message.senderName ?? job.chatName ?? 'another chat')
  return `Forwarded from ${from}: ${shortened(job.message.text ?? '', LONGEST_QUESTION)}\n\n${answer}`
}
