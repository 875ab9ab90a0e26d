import type { Answers } from '../store/answers.ts'
import type { Assignments } from '../store/assignments.ts'
import type { Conversation } from '../store/conversation.ts'
import type { InboundMessage } from '../store/inbound.ts'
import type { Jobs } from '../store/jobs.ts'
import type { ChunkDetails, Outbox as OutboxRows } from '../store/outbox.ts'
import type { ReasonCode } from '../store/reasons.ts'
import type { Catalogue } from './catalogue.ts'
import { prefixOf, signature } from './prefix.ts'

export interface SecondBotDeps {
  assignments: Assignments
  answers: Answers
  conversation: Conversation
  jobs: Jobs
  outbox: OutboxRows
  catalogue: Pick<Catalogue, 'find' | 'byPrefix'>
  now: () => number
  /** A bot was stopped in a chat. */
  onStopped: (chatId: number, bot: string) => void
}

/** A signed message that quotes nothing counts as an answer to what we were about to answer, or answered this recently (ms). */
const RECENTLY = 60_000

/**
 * Looks for another program that answers with the same account: a second Whatslang, or the service that it replaces. Two bots in one chat
 * would say everything twice, so ours stops in that chat and says why.
 */
export function createSecondBotWatch(deps: SecondBotDeps) {
  function stop(chatId: number, bot: string): void {
    if (!deps.assignments.stop(chatId, bot, { code: 'second-bot' })) return
    deps.answers.cancel(chatId, bot, 'second-bot', deps.now())
    deps.onStopped(chatId, bot)
  }

  function answersOurs(message: InboundMessage, chatId: number, bot: string): boolean {
    if (message.quotedId !== undefined) {
      const quoted = deps.conversation.find(chatId, message.quotedId)
      if (quoted !== undefined) return deps.jobs.find(quoted, bot) !== undefined
    }
    const newest = deps.jobs.newest(chatId, bot)
    if (!newest) return false
    return newest.state === 'waiting' || deps.outbox.hasOpen(newest.id) || deps.now() - newest.updatedAt < RECENTLY
  }

  return {
    /** For each own message that another device of the account wrote; inside the transaction that stores it. */
    heard(message: InboundMessage, chatId: number): void {
      const prefix = message.text === null ? undefined : prefixOf(message.text.trim())
      const bot = prefix === undefined ? undefined : deps.catalogue.byPrefix(prefix)
      if (bot && answersOurs(message, chatId, bot.name)) stop(chatId, bot.name)
    },
    /** Asked right before a chunk is sent. */
    objection(chunk: ChunkDetails): ReasonCode | undefined {
      const { origin } = chunk
      // The message or chat that led to it is gone, and with it the wish for an answer.
      if (!origin) return 'bot-removed'
      if (!origin.enabled) return 'bot-off'
      const prefix = deps.catalogue.find(chunk.bot)?.prefix
      if (prefix === undefined) return 'bot-removed'
      const other = deps.outbox.answeredElsewhere(origin.chatId, origin.sentAt, origin.messageId, signature(prefix))
      if (!other) return undefined
      // History may hold an answer of our own whose record a restore took: no second one, but nobody else either.
      if (other.origin !== 'history') stop(origin.chatId, chunk.bot)
      return 'second-bot'
    },
  }
}
export type SecondBotWatch = ReturnType<typeof createSecondBotWatch>
