import type { Database } from 'better-sqlite3'
import { addressesOf, type EarlierAnswer, OF_CHAT, selectEarlier, viewEarlier } from '../../store/earlier-answers.ts'
import { readCount, readInstant, readText } from '../../store/read-column.ts'

export interface MessageRow {
  chat_id: number
  chat: string
  chat_name: string | null
  sender: string
  sender_name: string | null
  from_me: number
  /** ms since 1970; undefined: it is no time. */
  sent_at: number | undefined
  kind: string
  text: string | null
  /** JSON: mimetype, bytes, seconds. */
  media: string | null
  /** The bot that wrote it. */
  bot: string | null
}

export interface ChatEntry {
  id: number
  jid: string
  name: string | null
  messages: number
}

/** What an export shows of one chat, or of all. Each list is read anew each time it is asked for. */
export interface Exported {
  /** Undefined: all chats. */
  chat: ChatEntry | undefined
  chats(): Iterable<ChatEntry>
  /** In order of chat, then of time. */
  messages(): Iterable<MessageRow>
  /** What an imported service had answered, in order of time. */
  earlier(): Iterable<EarlierAnswer>
}

const CHATS = `SELECT c.id, c.chat_jid AS jid, c.chat_name AS name, (SELECT COUNT(*) FROM messages m WHERE m.chat_id = c.id) AS messages FROM chats c`

/** `chat`: any form of its address. Undefined is returned where there is no such chat. */
export function exportedOf(db: Database, chat: string | undefined): Exported | undefined {
  const one =
    chat === undefined
      ? undefined
      : db
          .prepare<{ jid: string }, ChatEntry>(
            `${CHATS} WHERE c.chat_jid = @jid OR c.id IN (SELECT chat_id FROM chat_aliases WHERE jid = @jid) LIMIT 1`,
          )
          .get({ jid: chat })
  if (chat !== undefined && one === undefined) return undefined
  const messages = db.prepare<number[], MessageRow>(
    `SELECT m.chat_id, c.chat_jid AS chat, c.chat_name, m.sender_jid AS sender, m.sender_name, m.from_me, m.sent_at, m.kind, m.text, m.media,
       CASE WHEN m.from_me = 1 THEN (SELECT o.bot_name FROM outbox o WHERE o.wa_message_id = m.message_id) END AS bot
     FROM messages m JOIN chats c ON c.id = m.chat_id ${one ? 'WHERE m.chat_id = ?' : ''} ORDER BY m.chat_id, m.sent_at, m.id`,
  )
  const inOrder = 'ORDER BY p.processed_at, p.id'
  const viewed = one && viewChat(one)
  return {
    chat: viewed,
    chats: () =>
      viewed
        ? [viewed]
        : each(db.prepare<[], ChatEntry>(`${CHATS} WHERE c.is_placeholder = 0 ORDER BY c.id`).iterate(), viewChat),
    messages: () => each(one ? messages.iterate(one.id) : messages.iterate(), viewRow),
    earlier: () =>
      one
        ? each(
            db
              .prepare<object, EarlierAnswer>(selectEarlier(OF_CHAT, inOrder))
              .iterate({ jids: JSON.stringify(addressesOf(db, one.id)) }),
            viewEarlier,
          )
        : each(db.prepare<[], EarlierAnswer>(selectEarlier('TRUE', inOrder)).iterate(), viewEarlier),
  }
}

function* each<T>(rows: Iterable<T>, view: (row: T) => T): Generator<T> {
  for (const row of rows) yield view(row)
}

const viewChat = (row: ChatEntry): ChatEntry => ({ ...row, jid: readText(row.jid) ?? '', name: readText(row.name) })

const viewRow = (row: MessageRow): MessageRow => ({
  chat_id: row.chat_id,
  chat: readText(row.chat) ?? '',
  chat_name: readText(row.chat_name),
  sender: readText(row.sender) ?? '',
  sender_name: readText(row.sender_name),
  from_me: readCount(row.from_me),
  sent_at: readInstant(row.sent_at) ?? undefined,
  kind: readText(row.kind) ?? '',
  text: readText(row.text),
  media: readText(row.media),
  bot: readText(row.bot),
})

/** Milliseconds since 1970 of a time as the Python service wrote it (UTC where it names no zone); undefined: it is none. */
export function instantOf(stamp: string | null): number | undefined {
  if (stamp === null) return undefined
  const plain = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)$/.exec(stamp)
  const at = Date.parse(plain ? `${plain[1]}T${plain[2]}Z` : stamp)
  return Number.isNaN(at) ? undefined : at
}
