import type { StoreContext } from './context.ts'
import { readInstant, readInteger, readJson, readText, readWord } from './read-column.ts'

export interface StoredMessage {
  id: number
  message_id: string
  chat_jid: string
  sender_jid: string | null
  sender_name: string | null
  sender_phone: string | null
  from_me: boolean
  sent_at: number
  kind: string
  text: string | null
  quoted_id: string | null
  media: { mimetype?: string; bytes?: number; seconds?: number } | null
  delivery: 'pending' | 'sent' | 'acked' | 'refused' | 'expired' | 'cancelled' | null
  bot: string | null
}
export interface MessageRow extends Omit<StoredMessage, 'from_me' | 'media'> {
  from_me: number
  media: string | null
}

export const MESSAGE_COLUMNS = `m.id, m.message_id, c.chat_jid, NULLIF(m.sender_jid, '') AS sender_jid,
  COALESCE(m.sender_name, (SELECT p.chat_name FROM chat_aliases a JOIN chats p ON p.id = a.chat_id WHERE a.jid = m.sender_jid LIMIT 1)) AS sender_name,
  (SELECT pn FROM lid_mappings WHERE lid = m.sender_jid) AS sender_phone, m.from_me, m.sent_at,
  m.kind, m.text, m.quoted_id, m.media, o.state AS delivery, o.bot_name AS bot`
export const MESSAGE_TABLES =
  'messages m JOIN chats c ON c.id = m.chat_id LEFT JOIN outbox o ON m.from_me = 1 AND o.wa_message_id = m.message_id'

const DELIVERIES = ['pending', 'sent', 'acked', 'refused', 'expired', 'cancelled', null] as const

export const viewMessage = (row: MessageRow): StoredMessage => ({
  id: readInteger(row.id),
  message_id: readText(row.message_id) ?? '',
  chat_jid: readText(row.chat_jid) ?? '',
  sender_jid: readText(row.sender_jid),
  sender_name: readText(row.sender_name),
  sender_phone: readText(row.sender_phone),
  from_me: row.from_me === 1,
  sent_at: readInstant(row.sent_at) ?? 0,
  kind: readText(row.kind) ?? '',
  text: readText(row.text),
  quoted_id: readText(row.quoted_id),
  media: readMedia(row.media),
  delivery: readWord(row.delivery, DELIVERIES, null),
  bot: readText(row.bot),
})

/** Of an object its fields that are what they should be. */
function readMedia(column: unknown): StoredMessage['media'] {
  const value = readJson(column)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const media: NonNullable<StoredMessage['media']> = { ...value }
  if (typeof media.mimetype !== 'string') delete media.mimetype
  for (const field of ['bytes', 'seconds'] as const) if (!Number.isFinite(media[field])) delete media[field]
  return media
}

export interface Page {
  limit: number
  before?: number | undefined
  after?: number | undefined
  around?: number | undefined
  /** ms since 1970 */
  from?: number | undefined
}

/** Stretches of one chat's history, oldest first. History is in the order of the server's clock, ties in order of receipt. */
export function createMessagePages({ db }: StoreContext) {
  const select = `SELECT ${MESSAGE_COLUMNS} FROM ${MESSAGE_TABLES}`
  const one = db.prepare<[number], MessageRow>(`${select} WHERE m.id = ?`)
  const where = db.prepare<[number], { sent_at: number }>('SELECT sent_at FROM messages WHERE id = ?')
  const newest = db.prepare<[number, number], MessageRow>(
    `${select} WHERE m.chat_id = ? ORDER BY m.sent_at DESC, m.id DESC LIMIT ?`,
  )
  const before = db.prepare<[number, number, number, number], MessageRow>(
    `${select} WHERE m.chat_id = ? AND (m.sent_at, m.id) < (?, ?) ORDER BY m.sent_at DESC, m.id DESC LIMIT ?`,
  )
  const after = db.prepare<[number, number, number, number], MessageRow>(
    `${select} WHERE m.chat_id = ? AND (m.sent_at, m.id) > (?, ?) ORDER BY m.sent_at, m.id LIMIT ?`,
  )
  const older = (chatId: number, at: number, id: number, limit: number) =>
    before.all(chatId, at, id, limit).toReversed()

  return {
    get(id: number): StoredMessage | undefined {
      const row = one.get(id)
      return row && viewMessage(row)
    },
    page(chatId: number, page: Page): StoredMessage[] {
      const { limit } = page
      const anchor = page.before ?? page.after ?? page.around
      const rows = (): MessageRow[] => {
        if (anchor !== undefined) {
          const at = where.get(anchor)?.sent_at
          if (at === undefined) return []
          if (page.before !== undefined) return older(chatId, at, anchor, limit)
          if (page.after !== undefined) return after.all(chatId, at, anchor, limit)
          const half = Math.floor(limit / 2)
          return [...older(chatId, at, anchor, half), ...after.all(chatId, at, anchor - 1, limit - half)]
        }
        if (page.from !== undefined) return after.all(chatId, page.from, -1, limit)
        return newest.all(chatId, limit).toReversed()
      }
      return rows().map(viewMessage)
    },
    /** The last texts before a message, oldest first, for a bot that wants context. */
    context(chatId: number, beforeId: number, limit: number): StoredMessage[] {
      const at = where.get(beforeId)?.sent_at
      return at === undefined ? [] : older(chatId, at, beforeId, limit).map(viewMessage)
    },
  }
}
