import type { InboundMessage } from '../store/inbound.ts'
import type { ReasonCode } from '../store/reasons.ts'
import { looksLikeBot } from './prefix.ts'
import type { BotSpec, Handled } from './spec.ts'

export interface Question {
  /** messages.id: the order of receipt. */
  id: number
  message: InboundMessage
  assignment: { afterMessage: number; answerOwnerMessages: boolean; sourceAccountId: number | null }
  bot: BotSpec | undefined
  /** ms, by the server's clock on both sides. */
  catchUpMs: number
  /** Nothing up to this messages.id, and nothing sent before this second, is answered after a restore. */
  floor: { message: number; sentAt: number }
  /** Asked last: it costs a look into the database. */
  isProcessed(): boolean
}

/** Why a message gets no answer from a bot; undefined: it gets one. Decided once, at receipt, and never by the local clock. */
export function reasonToSkip(question: Question): ReasonCode | undefined {
  const { id, message, assignment, bot, floor } = question
  if (!bot) return 'unknown-bot'
  // Null: switched on before any account was linked, and not yet taken over by one.
  if (assignment.sourceAccountId !== null && assignment.sourceAccountId !== message.accountId) return 'other-account'
  if (id <= assignment.afterMessage) return 'before-switch-on'
  if (id <= floor.message || message.sentAt < Math.floor(floor.sentAt / 1000) * 1000) return 'before-restore'
  if (message.fromMe && !assignment.answerOwnerMessages) return 'own-message'
  const text = message.text?.trim() ?? ''
  if (looksLikeBot(text)) return 'bot-prefix'
  const handled = handledAs(message, text)
  if (handled === undefined || !bot.handles.includes(handled)) return 'kind-not-handled'
  if (handled === 'text' && text === '') return 'no-text'
  if (message.receivedAt - message.sentAt > question.catchUpMs) return 'too-old'
  if (question.isProcessed()) return 'already-answered'
  return undefined
}

/** A caption is a text: a bot for texts answers it, whatever hangs on it. */
function handledAs({ kind }: InboundMessage, text: string): Handled | undefined {
  switch (kind) {
    case 'text':
      return 'text'
    case 'image':
    case 'video':
    case 'document':
      return text === '' ? (kind === 'document' ? undefined : kind) : 'text'
    case 'audio':
      return 'audio'
    case 'sticker':
    case 'location':
    case 'contact':
    case 'reaction':
    case 'poll':
    case 'undecryptable':
    case 'other':
      return undefined
  }
}
