import { ASSIGNMENT_COLUMNS, type AssignmentRow, type StoredAssignment, viewAssignment } from './assignments.ts'
import { type ChatQuery, createChatOrder } from './chat-order.ts'
import type { ChatTexts } from './chat-texts.ts'
import type { StoreContext } from './context.ts'
import { chatType } from './jid.ts'
import { readCount, readInstant, readText } from './read-column.ts'

export interface StoredChat {
  id: number
  jid: string
  aliases: string[]
  name: string | null
  type: 'direct' | 'group' | 'other'
  is_manual: boolean
  last_message_time: number | null
  last_message: { text: string | null; kind: string; from_me: boolean } | null
  last_synced: number | null
  added_at: number | null
  message_count: number
  members: number | null
  bots: StoredAssignment[]
}
interface Row {
  id: number
  chat_jid: string
  chat_name: string | null
  is_manual: number | null
  last_synced: number | null
  last_message_time: number | null
  message_count: number | null
  members: number | null
  added_at: number | string | null
}
interface LastRow {
  chat_id: number
  text: string | null
  kind: string
  from_me: number
}

/** A list shows a line of the last message; it may be a megabyte long. */
const PREVIEW = 400

/** Chats as the page lists them. Made for 50,000 of them: what a page shows is read for its rows alone, each table once. */
export function createChatList(context: StoreContext, texts: ChatTexts) {
  const { db } = context
  const order = createChatOrder(context, texts)
  // Joined to the list of ids: CROSS keeps SQLite from reading the other table whole.
  const given = 'json_each(?) g CROSS JOIN'
  const chats = db.prepare<[string], Row>(
    `SELECT c.id, c.chat_jid, c.chat_name, c.is_manual, c.last_synced, c.last_message_time, c.message_count, c.members, c.added_at
     FROM ${given} chats c ON c.id = g.value ORDER BY g.key`,
  )
  const aliases = db.prepare<[string], { chat_id: number; jid: string }>(
    `SELECT DISTINCT a.chat_id, a.jid FROM ${given} chat_aliases a ON a.chat_id = g.value ORDER BY a.jid`,
  )
  const last = db.prepare<[string], LastRow>(
    `SELECT m.chat_id, substr(m.text, 1, ${PREVIEW}) AS text, m.kind, m.from_me FROM ${given} messages m
     ON m.id = (SELECT id FROM messages WHERE chat_id = g.value ORDER BY sent_at DESC, id DESC LIMIT 1)`,
  )
  const assigned = db.prepare<[string], AssignmentRow>(
    `SELECT ${ASSIGNMENT_COLUMNS} FROM ${given} bot_chat_assignments a ON a.chat_id = g.value ORDER BY a.bot_name`,
  )

  function view(ids: readonly number[]): StoredChat[] {
    const wanted = JSON.stringify(ids)
    const jids = Map.groupBy(aliases.all(wanted), (row) => row.chat_id)
    const messages = new Map(last.all(wanted).map((row) => [row.chat_id, row]))
    const bots = Map.groupBy(assigned.all(wanted), (row) => row.chat_id)
    return chats.all(wanted).map((row) => {
      const message = messages.get(row.id)
      const jid = readText(row.chat_jid) ?? ''
      return {
        id: row.id,
        jid,
        aliases: [...new Set([jid, ...(jids.get(row.id) ?? []).map((alias) => readText(alias.jid) ?? '')])],
        name: readText(row.chat_name),
        type: chatType(jid),
        is_manual: row.is_manual === 1,
        last_message_time: readInstant(row.last_message_time),
        last_message: message
          ? { text: readText(message.text), kind: readText(message.kind) ?? '', from_me: message.from_me === 1 }
          : null,
        last_synced: readInstant(row.last_synced),
        added_at: readInstant(row.added_at),
        message_count: readCount(row.message_count),
        members: row.members === null ? null : readCount(row.members),
        bots: (bots.get(row.id) ?? []).map(viewAssignment),
      }
    })
  }

  return {
    list: (query: ChatQuery = {}): StoredChat[] => view(order.page(query)),
    count: (query: ChatQuery = {}): number => order.count(query),
    get: (id: number): StoredChat | undefined => view([id])[0],
  }
}
