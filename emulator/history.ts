import { deflateSync } from 'node:zlib'
import { proto } from '@whiskeysockets/baileys'
import { newMessageId } from './message.ts'
import type { Account } from './world.ts'

/** One chat of the past, oldest message first. */
export interface PastChat {
  with: Account | { jid: string; subject: string }
  messages: PastMessage[]
}
export interface PastMessage {
  text: string
  /** ms since 1970. */
  time: number
  id?: string
  /** Absent: the one the chat is with; `owner`: this account. In groups the member. */
  from?: Account | 'owner'
}
export interface HistoryOptions {
  type?: 'initial' | 'recent' | 'full'
  chunk?: number
  /** 0 to 100. */
  progress?: number
}

const TYPES = {
  initial: proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP,
  recent: proto.HistorySync.HistorySyncType.RECENT,
  full: proto.HistorySync.HistorySyncType.FULL,
}

/** The peer message by which a phone hands its history to a new companion, the payload inside it. */
export function historyMessage(
  owner: Account,
  chats: PastChat[],
  mappings: Account[],
  { type = 'initial', chunk = 1, progress = 100 }: HistoryOptions,
): proto.IMessage {
  const syncType = TYPES[type]
  const payload = proto.HistorySync.encode({
    syncType,
    chunkOrder: chunk,
    progress,
    conversations: chats.map((chat) => conversation(owner, chat)),
    phoneNumberToLidMappings: mappings.map(({ pn, lid }) => ({ pnJid: pn, lidJid: lid })),
  }).finish()
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: {
        syncType: proto.Message.HistorySyncType[syncName(type)],
        chunkOrder: chunk,
        progress,
        initialHistBootstrapInlinePayload: deflateSync(payload),
      },
    },
  }
}

const syncName = (type: keyof typeof TYPES) =>
  type === 'initial' ? 'INITIAL_BOOTSTRAP' : type === 'recent' ? 'RECENT' : 'FULL'

function conversation(owner: Account, { with: other, messages }: PastChat): proto.IConversation {
  const isGroup = 'subject' in other
  const id = isGroup ? other.jid : other.lid
  const newestFirst = [...messages].reverse()
  return {
    id,
    ...(isGroup ? { name: other.subject } : { displayName: other.name, pnJid: other.pn, lidJid: other.lid }),
    conversationTimestamp: Math.floor((newestFirst[0]?.time ?? 0) / 1000),
    messages: newestFirst.map((message, index) => ({
      msgOrderId: messages.length - index,
      message: {
        key: {
          remoteJid: id,
          fromMe: message.from === 'owner',
          id: message.id ?? newMessageId(),
          ...(isGroup && typeof message.from === 'object' ? { participant: message.from.lid } : {}),
          ...(isGroup && message.from === 'owner' ? { participant: owner.lid } : {}),
        },
        messageTimestamp: Math.floor(message.time / 1000),
        ...(isGroup && typeof message.from === 'object' ? { participant: message.from.lid } : {}),
        message: { conversation: message.text },
      },
    })),
  }
}
