import type { Logger } from 'pino'
import type { Settings } from '../../preload/contract/settings.ts'
import type { Model } from '../llm/model.ts'
import type { PauseState } from '../pause/pause.ts'
import type { Clock, Outbound } from '../ports.ts'
import { createAnswers } from '../store/answers.ts'
import { createConversation } from '../store/conversation.ts'
import type { Store } from '../store/index.ts'
import type { BudgetScope } from '../store/model-use.ts'
import { BotError } from './bot-error.ts'
import type { Catalogue } from './catalogue.ts'
import { createDispatcher } from './dispatcher.ts'
import { createLoopBreaker } from './loop-breaker.ts'
import { createModelGate } from './model-gate.ts'
import { createOutbox, type Timing } from './outbox.ts'
import { createPacing } from './pacing.ts'
import { createRunner } from './runner.ts'
import { createSecondBotWatch } from './second-bot.ts'

export interface PipelineDeps {
  store: Store
  catalogue: Catalogue
  model: Pick<Model, 'complete'>
  outbound: Outbound
  pause: PauseState
  clock: Clock
  /** ms, by the server's clock as far as it is known. */
  serverNow: () => number
  settings: () => Pick<Settings, 'answering' | 'model' | 'limits'>
  log: Pick<Logger, 'warn' | 'error'>
  /** 'off' only together with an emulator. */
  pacing?: 'on' | 'off'
  /** What happened to messages of this chat: the activity, and the delivery of what we sent. */
  onChange?: (chatJid: string) => void
  /** Another program answers a bot, which was stopped in that chat. */
  onLoop?: (chat: { jid: string; bot: string }) => void
  onSecondBot?: (chat: { jid: string; bot: string }) => void
  onModelTrouble?: (message: string) => void
  /** A budget for the model is used up; told once a day for each. */
  onBudget?: (budget: { scope: BudgetScope; bot: string }) => void
  timing?: Partial<Timing>
  /** Safeguards that are switched off to prove that they are needed; only together with an emulator. */
  disable?: ReadonlySet<string>
}

const MINUTE = 60_000

/** From a message that was received to its answer at the contact, with everything in between in the database. */
export function createPipeline(deps: PipelineDeps) {
  const { store, catalogue, pause, log } = deps
  const now = deps.serverNow
  const answers = createAnswers(store.context, store)
  const conversation = createConversation(store.context)
  const lifetimeMs = () => deps.settings().answering.answer_lifetime_minutes * MINUTE
  const jidOf = (chatId: number) => store.chats.byId(chatId)?.jid
  const changed = (chatId: number) => {
    const jid = jidOf(chatId)
    if (jid !== undefined) deps.onChange?.(jid)
  }

  const stopped = (chatId: number, bot: string, why: string, tell: PipelineDeps['onLoop']) => {
    runner.abort(chatId, bot)
    changed(chatId)
    log.warn({ bot }, `${why}; the bot was stopped in that chat`)
    const jid = jidOf(chatId)
    if (jid !== undefined) tell?.({ jid, bot })
  }
  const secondBot = createSecondBotWatch({
    ...store,
    answers,
    conversation,
    catalogue,
    now,
    onStopped: (chatId, bot) => stopped(chatId, bot, 'another program answers with this account', deps.onSecondBot),
  })
  const loopBreaker = createLoopBreaker({
    ...store,
    answers,
    isBehind(chatId, bot) {
      const newest = store.jobs.newest(chatId, bot)
      return newest !== undefined && (newest.state === 'waiting' || store.outbox.hasPending(newest.id))
    },
    enabled: () => deps.settings().limits.stop_loops,
    now,
    onStopped: (chatId, bot) => stopped(chatId, bot, 'another program answers the bot', deps.onLoop),
  })

  const outbox = createOutbox({
    rows: store.outbox,
    outbound: deps.outbound,
    pause,
    pacing:
      deps.pacing === 'off'
        ? undefined
        : createPacing({
            limits: () => {
              const { per_minute: perMinute, per_chat_per_minute: perChatPerMinute } = deps.settings().answering
              return { perMinute, perChatPerMinute }
            },
            clock: deps.clock,
            recent: store.outbox
              .sentSince(now() - MINUTE)
              .map(({ sentAt, chatId }) => ({ agoMs: Math.max(now() - sentAt, 0), chatId })),
          }),
    typing: () => deps.settings().answering.typing,
    now,
    log,
    objection: secondBot.objection,
    onChange: changed,
    onSaid: loopBreaker.said,
    ...(deps.timing ? { timing: deps.timing } : {}),
    ...(deps.disable ? { disable: deps.disable } : {}),
  })

  const limits = () => deps.settings().limits
  const gate = createModelGate({ model: deps.model, use: store.modelUse, limits, clock: deps.clock })
  const runner = createRunner({
    jobs: store.jobs,
    answers,
    conversation,
    catalogue,
    gate,
    limits,
    pause,
    retries: () => deps.settings().model.retries,
    lifetimeMs,
    now,
    timeKnown: () => deps.outbound.ready(),
    log,
    // Encrypting and sending is a piece of work of its own: what else waits, the page among it, comes in between.
    onAnswer: (chatId) => void setImmediate(() => outbox.wake(chatId)),
    onChange: (jid) => deps.onChange?.(jid),
    ...(deps.onModelTrouble ? { onModelTrouble: deps.onModelTrouble } : {}),
    onBudget: (scope, { bot }) => deps.onBudget?.({ scope, bot }),
  })

  const dispatcher = createDispatcher({
    ...store,
    catalogue,
    secondBot,
    loopBreaker,
    settings: () => ({ catchUpMs: deps.settings().answering.catch_up_minutes * MINUTE, lifetimeMs: lifetimeMs() }),
    onJobs(jids, waiting) {
      for (const jid of jids) deps.onChange?.(jid)
      if (waiting) runner.wake()
    },
  })

  return {
    /** Synchronous, one transaction; throws where nothing was stored. */
    receive: dispatcher.receive,
    /** Continues what an earlier run left. */
    start(): void {
      runner.wake()
      outbox.wakeAll()
    },
    /** The model's settings or key changed. */
    retryNow: runner.retryNow,
    /** To be called when a bot was switched off or taken away in a chat. What is on the wire stays there. */
    cancel(chatId: number, bot: string): void {
      answers.cancel(chatId, bot, 'bot-off', now())
      runner.abort(chatId, bot)
      changed(chatId)
    },
    /**
     * Answers again, by hand: a new attempt with new message ids.
     * @throws BotError where it cannot be tried again
     */
    retry(jobId: number): void {
      const job = store.jobs.get(jobId)
      if (!job) throw new BotError('not-found', String(jobId), 'This entry is not there any more. Reload the list.')
      if (job.state === 'waiting') {
        store.jobs.wakeAll(now())
      } else {
        if (!store.jobs.canRetry(jobId)) {
          throw new BotError('conflict', String(jobId), 'This message was answered, or is none that a bot may answer.')
        }
        if (!store.assignments.get(job.chatId, job.bot)?.enabled) {
          throw new BotError(
            'conflict',
            String(jobId),
            'The bot is off in this chat. Switch it on, then press “Answer again”.',
          )
        }
        answers.reopen(jobId, now() + lifetimeMs(), now())
      }
      changed(job.chatId)
      runner.wake()
    },
    /** What a bot would say, without storing or sending anything. */
    async tryOut(
      name: string,
      text: string,
      signal?: AbortSignal,
    ): Promise<{ answer: string | null; milliseconds: number }> {
      const bot = catalogue.spec(name)
      const start = deps.clock.monotonic()
      const ended = signal ?? AbortSignal.timeout(10 * MINUTE)
      const answer = await bot.answer({
        text,
        context: [],
        senderName: null,
        signal: ended,
        ask: (prompt) => gate.ask(undefined, prompt, ended),
      })
      return { answer: answer?.trim() || null, milliseconds: Math.round(deps.clock.monotonic() - start) }
    },
    spentToday: gate.spentToday,
    /** Jobs in work now. */
    running: runner.running,
    async dispose(): Promise<void> {
      await Promise.all([runner.dispose(), outbox.dispose()])
    },
  }
}
export type Pipeline = ReturnType<typeof createPipeline>
