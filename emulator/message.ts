import { randomBytes } from 'node:crypto'
import type { proto } from '@whiskeysockets/baileys'
import type { InboxItem } from './inbox.ts'

/** A message that somebody in the emulator wrote: hand it to `quote`, or look for answers that quote its id. */
export interface Said {
  id: string
  text: string
  /** The group's JID, or the LID of the one who is written to. */
  chat: string
  /** LID of the one who wrote. */
  sender: string
  /** Milliseconds of `performance.now()` when it was sent. */
  at: number
  message: proto.IMessage
}

export interface SayOptions {
  id?: string
  quote?: Said | InboxItem
  /** Server time of the message, ms since 1970; now where absent. */
  time?: number
  mentions?: string[]
}

export function newMessageId(): string {
  return `3A${randomBytes(9).toString('hex').toUpperCase()}`
}

export function textMessage(text: string, { quote, mentions }: SayOptions = {}): proto.IMessage {
  if (!quote && !mentions?.length) return { conversation: text }
  return {
    extendedTextMessage: {
      text,
      contextInfo: {
        ...(mentions?.length ? { mentionedJid: mentions } : {}),
        ...(quote ? { stanzaId: quote.id, participant: authorOf(quote), quotedMessage: quote.message } : {}),
      },
    },
  }
}

const authorOf = (quote: Said | InboxItem) => ('sender' in quote ? quote.sender : quote.from.replace(/:\d+@/, '@'))

export function textOf(message: proto.IMessage): string {
  return (
    message.conversation ??
    message.extendedTextMessage?.text ??
    message.imageMessage?.caption ??
    message.videoMessage?.caption ??
    ''
  )
}

export function quotedIdOf(message: proto.IMessage): string | undefined {
  const context =
    message.extendedTextMessage?.contextInfo ?? message.imageMessage?.contextInfo ?? message.audioMessage?.contextInfo
  return context?.stanzaId ?? undefined
}

/** False for what a chat never shows: keys, receipts of a protocol, reactions to a poll. */
export function isShown(message: proto.IMessage): boolean {
  const hidden = new Set(['senderKeyDistributionMessage', 'messageContextInfo', 'protocolMessage'])
  return Object.entries(message).some(([key, value]) => value !== null && value !== undefined && !hidden.has(key))
}
