import { createChangedSince } from './changed-since.ts'
import type { Chats } from './chats.ts'
import type { StoreContext } from './context.ts'
import { createForgotten } from './forgotten.ts'
import type { InboundMessage, MessageKind } from './inbound.ts'
import { isGroup, plainJid } from './jid.ts'
import { createMessagePages } from './message-pages.ts'
import { createMessageSearch } from './message-search.ts'
import { readBytes, readCount } from './read-column.ts'

/**
 * stored: new. upgraded: it stood there without its contents (undecryptable) or as history, and is now what it should have been: decide on it
 * as on a new one. duplicate: it was there, nothing changed. forgotten: the user deleted its chat; it was not stored.
 */
export type Inserted =
  | { status: 'stored' | 'upgraded' | 'duplicate'; id: number; chatId: number; chatJid: string }
  | { status: 'forgotten' }

interface Existing {
  id: number
  kind: MessageKind
  origin: InboundMessage['origin']
}

/** Messages in order of receipt. What the other side delivers twice is stored once. */
export function createMessages(context: StoreContext, chats: Chats) {
  const { db, transaction, emit } = context
  const forgotten = createForgotten(context)
  const changedSince = createChangedSince(context)
  const insert = db.prepare(
    `INSERT INTO messages (account_id, chat_id, message_id, sender_jid, sender_name, from_me, sent_at, received_at, origin, kind, text,
       quoted_id, media, raw)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const find = db.prepare<[number, number, string, string], Existing>(
    'SELECT id, kind, origin FROM messages WHERE account_id = ? AND chat_id = ? AND sender_jid = ? AND message_id = ?',
  )
  const upgrade = db.prepare(
    `UPDATE messages SET kind = @kind, text = @text, quoted_id = @quotedId, media = @media, raw = @raw, origin = @origin,
       sender_name = COALESCE(@senderName, sender_name), received_at = @receivedAt WHERE id = @id`,
  )
  const counted = db.prepare(
    `UPDATE chats SET message_count = COALESCE(message_count, 0) + 1,
       last_message_time = CASE WHEN last_message_time IS NULL OR last_message_time < @sentAt THEN @sentAt ELSE last_message_time END
     WHERE id = @chatId`,
  )
  const raw = db.prepare<[number], Buffer | null>('SELECT raw FROM messages WHERE id = ?').pluck()
  const newest = db.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").pluck()
  const setMedia = db.prepare('UPDATE messages SET media = ? WHERE id = ?')

  function senderOf(message: InboundMessage): string {
    if (message.senderJid === '' || message.senderJid === 'me') return message.senderJid
    const sender = plainJid(message.senderJid)
    if (sender.endsWith('@lid')) return sender
    const alt = message.senderAltJid === undefined ? undefined : plainJid(message.senderAltJid)
    return (alt?.endsWith('@lid') ? alt : chats.otherForm(sender)) ?? sender
  }

  function put(message: InboundMessage): Inserted {
    const chatJid = plainJid(message.chatJid)
    const forms = message.chatAltJid === undefined ? [chatJid] : [chatJid, plainJid(message.chatAltJid)]
    if (forgotten.has(forms, message.messageId)) return { status: 'forgotten' }
    const chat = chats.resolve(message.accountId, chatJid, message.chatAltJid)
    if (message.chatName) chats.name(chat.id, message.chatName, isGroup(chat.jid) ? 'group' : 'push')
    const row = {
      accountId: message.accountId,
      chatId: chat.id,
      messageId: message.messageId,
      senderJid: senderOf(message),
      senderName: message.senderName ?? null,
      fromMe: message.fromMe ? 1 : 0,
      sentAt: message.sentAt,
      receivedAt: message.receivedAt,
      origin: message.origin,
      kind: message.kind,
      text: message.text,
      quotedId: message.quotedId ?? null,
      media: message.media ? JSON.stringify(message.media) : null,
      raw: message.raw ?? null,
    }
    const existing = find.get(row.accountId, chat.id, row.senderJid, row.messageId)
    if (existing) {
      const decrypted = existing.kind === 'undecryptable' && message.kind !== 'undecryptable'
      const live = existing.origin === 'history' && (message.origin === 'live' || message.origin === 'offline')
      if (!decrypted && !live) return { status: 'duplicate', id: existing.id, chatId: chat.id, chatJid: chat.jid }
      upgrade.run({ ...row, origin: message.origin === 'history' ? existing.origin : message.origin, id: existing.id })
      changedSince.note(existing.id)
      emit({ type: 'message', jid: chat.jid, id: existing.id })
      return { status: 'upgraded', id: existing.id, chatId: chat.id, chatJid: chat.jid }
    }
    const id = Number(insert.run(...Object.values(row)).lastInsertRowid)
    counted.run({ chatId: chat.id, sentAt: message.sentAt })
    if (message.origin === 'history') emit({ type: 'chats' })
    else emit({ type: 'message', jid: chat.jid, id })
    return { status: 'stored', id, chatId: chat.id, chatJid: chat.jid }
  }

  return {
    ...createMessagePages(context),
    ...createMessageSearch(context),
    /** Inside a caller's transaction it takes no savepoint of its own: that would copy every page it touches, for each message. */
    insert: (message: InboundMessage): Inserted => (db.inTransaction ? put(message) : transaction(() => put(message))),
    /** History in bulk, one transaction, oldest first whatever the order it came in. Returns how many were new. */
    insertHistory(messages: readonly InboundMessage[]): number {
      return transaction(() => {
        let stored = 0
        for (const message of messages.toSorted((a, b) => a.sentAt - b.sentAt)) {
          if (put(message).status === 'stored') stored += 1
        }
        return stored
      })
    },
    /** proto.WebMessageInfo as received. */
    raw: (id: number): Uint8Array | undefined => readBytes(raw.get(id)) ?? undefined,
    /** The greatest id that was ever given; a later message has a greater one. */
    newestId: (): number => readCount(newest.get()),
    setMedia(id: number, media: Record<string, unknown>): void {
      transaction(() => {
        setMedia.run(JSON.stringify(media), id)
      })
    },
  }
}
export type Messages = ReturnType<typeof createMessages>
