import type { Assignments } from '../store/assignments.ts'
import type { Transact } from '../store/context.ts'
import type { InboundMessage } from '../store/inbound.ts'
import type { Jobs } from '../store/jobs.ts'
import type { Inserted } from '../store/messages.ts'
import type { Meta } from '../store/meta.ts'
import type { Outbox as OutboxRows } from '../store/outbox.ts'
import type { Processed } from '../store/processed.ts'
import type { Catalogue } from './catalogue.ts'
import { reasonToSkip } from './decision.ts'
import type { LoopBreaker } from './loop-breaker.ts'
import type { SecondBotWatch } from './second-bot.ts'

export interface DispatcherDeps {
  transaction: Transact
  messages: { insert(message: InboundMessage): Inserted }
  assignments: Pick<Assignments, 'activeIn'>
  jobs: Pick<Jobs, 'insert'>
  processed: Pick<Processed, 'has'>
  outbox: Pick<OutboxRows, 'byWaId'>
  meta: Pick<Meta, 'number'>
  catalogue: Pick<Catalogue, 'find'>
  secondBot: Pick<SecondBotWatch, 'heard'>
  loopBreaker: Pick<LoopBreaker, 'heard'>
  settings: () => { catchUpMs: number; lifetimeMs: number }
  /** After the commit, where jobs were made. */
  onJobs: (chatJids: ReadonlySet<string>, waiting: boolean) => void
}

/** The same for a whole batch. */
interface Limits {
  catchUpMs: number
  lifetimeMs: number
  /** Set by a restore. */
  floor: { message: number; sentAt: number }
}

export interface Received {
  /** New messages, and such as became readable. */
  stored: number
  /** Known already, or of data that the user deleted. */
  dropped: number
  jobs: number
}

/** Takes messages in: each stored once, and for each bot that is on in its chat the decision whether it answers. */
export function createDispatcher(deps: DispatcherDeps) {
  function decide(id: number, chatId: number, message: InboundMessage, limits: Limits) {
    let made = 0
    let waiting = false
    for (const assignment of deps.assignments.activeIn(chatId)) {
      const unfit = reasonToSkip({
        id,
        message,
        assignment,
        bot: deps.catalogue.find(assignment.bot),
        catchUpMs: limits.catchUpMs,
        floor: limits.floor,
        isProcessed: () => deps.processed.has(message.messageId, assignment.bot, chatId, message.accountId),
      })
      const reason = unfit ?? (deps.loopBreaker.heard(message, chatId, assignment.bot) ? 'bot-loop' : undefined)
      const inserted = deps.jobs.insert({
        message: id,
        chatId,
        bot: assignment.bot,
        state: reason ? 'skipped' : 'waiting',
        reason: reason ?? null,
        expiresAt: reason ? null : message.receivedAt + limits.lifetimeMs,
        now: message.receivedAt,
      })
      if (!inserted) continue
      made += 1
      waiting ||= reason === undefined
    }
    return { made, waiting }
  }

  /** True where the outbox sent it from here. A pending chunk has not been sent: somebody else took its id before us. */
  function isEcho(message: InboundMessage): boolean {
    if (!message.fromMe) return false
    const chunk = deps.outbox.byWaId(message.messageId)
    return chunk !== undefined && (chunk.state !== 'pending' || chunk.attempts > 0)
  }

  return {
    /**
     * One transaction for the whole batch; when it throws, nothing of it is stored and it may be brought again. Taking a message twice does no
     * harm.
     * @throws StoreError
     */
    receive(batch: readonly InboundMessage[]): Received {
      const settings = deps.settings()
      const chats = new Set<string>()
      let waiting = false
      const received = deps.transaction(() => {
        const result: Received = { stored: 0, dropped: 0, jobs: 0 }
        const limits: Limits = {
          ...settings,
          floor: {
            message: deps.meta.number('answer_after_message') ?? 0,
            sentAt: deps.meta.number('answer_after_sent') ?? 0,
          },
        }
        for (const message of batch) {
          const inserted = deps.messages.insert(message)
          if (inserted.status === 'forgotten' || inserted.status === 'duplicate') {
            result.dropped += 1
            continue
          }
          result.stored += 1
          // History is read, never answered. What could not be decrypted yet is decided once it can be.
          if (message.origin === 'history' || message.kind === 'undecryptable' || isEcho(message)) continue
          if (message.fromMe) deps.secondBot.heard(message, inserted.chatId)
          const { made, waiting: some } = decide(inserted.id, inserted.chatId, message, limits)
          if (made === 0) continue
          result.jobs += made
          waiting ||= some
          chats.add(inserted.chatJid)
        }
        return result
      })
      if (chats.size > 0) deps.onJobs(chats, waiting)
      return received
    },
  }
}
