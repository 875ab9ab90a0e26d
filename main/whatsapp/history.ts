import {
  type Contact,
  downloadAndProcessHistorySyncNotification,
  getHistoryMsg,
  jidNormalizedUser,
  type proto,
  type WAMessage,
} from '@whiskeysockets/baileys'
import { type MappingContext, seconds, toInbound } from './message.ts'
import type { ChatFacts, HistoryChunk } from './types.ts'

/** The chunk of history that a message of the own phone announces; undefined for every other message. */
export function announcedHistory(message: WAMessage): proto.Message.IHistorySyncNotification | undefined {
  return (message.message && message.key.fromMe ? getHistoryMsg(message.message) : undefined) ?? undefined
}

/** Fetches and decodes one chunk with Baileys' own code. Rejects where the download failed: try again later. */
export async function readHistory(
  notification: proto.Message.IHistorySyncNotification,
  context: MappingContext,
): Promise<{ chunk: HistoryChunk; tokens: TrustedToken[] }> {
  const read = await downloadAndProcessHistorySyncNotification(notification, {})
  const progress = notification.progress ?? read.progress
  const chunk = {
    accountId: context.accountId,
    chats: read.chats.flatMap((chat) => chatFacts(chat)),
    contacts: read.contacts.flatMap((contact) => contactFacts(contact)),
    messages: read.messages.flatMap((message) => toInbound(message, { ...context, origin: 'history' }) ?? []),
    mappings: read.lidPnMappings ?? [],
    ...(typeof progress === 'number' ? { progress } : {}),
  }
  return { chunk, tokens: read.chats.flatMap((chat) => trustedToken(chat)) }
}

/** What lets us write to a contact without being taken for a stranger: Baileys would keep it, so we do. */
export interface TrustedToken {
  jid: string
  token: Buffer
  timestamp: string
}

interface TokenFields {
  id?: string | null
  tcToken?: Uint8Array | null
  tcTokenTimestamp?: number | { toNumber(): number } | null
}

function trustedToken({ id, tcToken, tcTokenTimestamp }: TokenFields): TrustedToken[] {
  const at = seconds(tcTokenTimestamp)
  if (!id || !tcToken?.length || !at) return []
  return [{ jid: jidNormalizedUser(id), token: Buffer.from(tcToken), timestamp: String(at) }]
}

interface Conversation {
  id?: string | null
  name?: string | null
  displayName?: string | null
  pnJid?: string | null
  lidJid?: string | null
  archived?: boolean | null
  conversationTimestamp?: number | { toNumber(): number } | null
}

function chatFacts(chat: Conversation): ChatFacts[] {
  if (!chat.id || chat.id.endsWith('@broadcast') || chat.id.endsWith('@newsletter')) return []
  const jid = jidNormalizedUser(chat.id)
  const altJid = jidNormalizedUser((jid.endsWith('@lid') ? chat.pnJid : chat.lidJid) ?? '')
  const name = chat.displayName || chat.name
  const at = seconds(chat.conversationTimestamp)
  return [
    {
      jid,
      ...(altJid ? { altJid } : {}),
      ...(name ? { name } : {}),
      ...(typeof chat.archived === 'boolean' ? { archived: chat.archived } : {}),
      ...(at ? { lastMessageAt: at * 1000 } : {}),
    },
  ]
}

export function contactFacts(contact: Partial<Contact>): ChatFacts[] {
  if (!contact.id) return []
  const jid = jidNormalizedUser(contact.id)
  const altJid = jidNormalizedUser((jid.endsWith('@lid') ? contact.phoneNumber : contact.lid) ?? '')
  const name = contact.name
  const pushName = contact.notify || contact.verifiedName
  if (!jid || (!name && !pushName && !altJid)) return []
  return [{ jid, ...(altJid ? { altJid } : {}), ...(name ? { name } : {}), ...(pushName ? { pushName } : {}) }]
}
