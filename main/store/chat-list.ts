import type { Statement } from 'better-sqlite3'
import { ASSIGNMENT_COLUMNS, type AssignmentRow, type StoredAssignment, viewAssignment } from './assignments.ts'
import type { StoreContext } from './context.ts'
import { chatType, fold } from './jid.ts'

export interface ChatQuery {
  query?: string | undefined
  type?: 'all' | 'direct' | 'group' | undefined
  activity?: 'all' | 'active' | 'recent' | 'idle' | undefined
  /** all, with, without, or a bot's name. */
  bots?: string | undefined
  sort?: 'last_message_time' | 'chat_name' | 'message_count' | 'added_at' | undefined
  order?: 'asc' | 'desc' | undefined
  limit?: number | undefined
  offset?: number | undefined
}
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
  text: string | null
  kind: string
  from_me: number
}

const DAY = 86_400_000
const SORTS = {
  last_message_time: { column: 'c.last_message_time', order: 'desc' },
  chat_name: { column: 'c.chat_name COLLATE NOCASE', order: 'asc' },
  message_count: { column: 'c.message_count', order: 'desc' },
  added_at: { column: 'c.added_at', order: 'desc' },
} as const

/** The terms that a chat's folded text must all hold. A phone number may be typed with blanks, brackets and a plus. */
function termsOf(query: string): string[] {
  const folded = fold(query).trim()
  if (/^\+?[\d\s().-]{3,}$/.test(folded)) return [folded.replace(/\D/g, '')]
  return folded.split(/\s+/).filter((term) => term !== '')
}

/** Chats as the page lists them, with filters. Made for 50,000 of them. */
export function createChatList({ db, clock }: StoreContext) {
  const columns =
    'c.id, c.chat_jid, c.chat_name, c.is_manual, c.last_synced, c.last_message_time, c.message_count, c.members, c.added_at'
  const one = db.prepare<[number], Row>(`SELECT ${columns} FROM chats c WHERE c.id = ?`)
  const aliases = db
    .prepare<[number], string>('SELECT DISTINCT jid FROM chat_aliases WHERE chat_id = ? ORDER BY jid')
    .pluck()
  const last = db.prepare<[number], LastRow>(
    'SELECT text, kind, from_me FROM messages WHERE chat_id = ? ORDER BY sent_at DESC, id DESC LIMIT 1',
  )
  const assigned = db.prepare<[number], AssignmentRow>(
    `SELECT ${ASSIGNMENT_COLUMNS} FROM bot_chat_assignments a WHERE a.chat_id = ? ORDER BY a.bot_name`,
  )
  // The filters combine to a bounded number of statements (terms: at most 8), each prepared once.
  const prepared = new Map<string, Statement<Record<string, unknown>, Row>>()

  function statement(sql: string): Statement<Record<string, unknown>, Row> {
    let found = prepared.get(sql)
    if (!found) {
      found = db.prepare<Record<string, unknown>, Row>(sql)
      prepared.set(sql, found)
    }
    return found
  }

  function where(query: ChatQuery): { sql: string; params: Record<string, unknown> } {
    const parts = ['c.is_placeholder = 0']
    const params: Record<string, unknown> = {}
    if (query.type === 'group') parts.push("c.chat_jid LIKE '%@g.us'")
    if (query.type === 'direct') parts.push("(c.chat_jid LIKE '%@s.whatsapp.net' OR c.chat_jid LIKE '%@lid')")
    if (query.activity && query.activity !== 'all') {
      params.since = clock.now() - (query.activity === 'active' ? DAY : 7 * DAY)
      parts.push(
        query.activity === 'idle'
          ? '(c.last_message_time IS NULL OR c.last_message_time < @since)'
          : 'c.last_message_time >= @since',
      )
    }
    if (query.bots && query.bots !== 'all') {
      const on = 'SELECT chat_id FROM bot_chat_assignments WHERE enabled = 1'
      if (query.bots === 'with') parts.push(`c.id IN (${on})`)
      else if (query.bots === 'without') parts.push(`c.id NOT IN (${on})`)
      else {
        params.bot = query.bots
        parts.push(`c.id IN (${on} AND bot_name = @bot)`)
      }
    }
    const terms = termsOf(query.query ?? '').slice(0, 8)
    if (terms.length > 0) {
      const all = terms.map((term, index) => {
        params[`term${index}`] = term
        return `instr(terms, @term${index}) > 0`
      })
      parts.push(`c.id IN (SELECT chat_id FROM chat_search WHERE ${all.join(' AND ')})`)
    }
    return { sql: parts.join(' AND '), params }
  }

  const view = (row: Row): StoredChat => {
    const message = last.get(row.id)
    return {
      id: row.id,
      jid: row.chat_jid,
      aliases: [...new Set([row.chat_jid, ...aliases.all(row.id)])],
      name: row.chat_name,
      type: chatType(row.chat_jid),
      is_manual: row.is_manual === 1,
      last_message_time: row.last_message_time,
      last_message: message ? { text: message.text, kind: message.kind, from_me: message.from_me === 1 } : null,
      last_synced: row.last_synced,
      added_at: typeof row.added_at === 'number' ? row.added_at : null,
      message_count: row.message_count ?? 0,
      members: row.members,
      bots: assigned.all(row.id).map(viewAssignment),
    }
  }

  return {
    list(query: ChatQuery = {}): StoredChat[] {
      const { sql, params } = where(query)
      const sort = SORTS[query.sort ?? 'last_message_time']
      const order = (query.order ?? sort.order) === 'asc' ? 'ASC' : 'DESC'
      const text = `SELECT ${columns} FROM chats c WHERE ${sql} ORDER BY ${sort.column} ${order} NULLS LAST, c.id ${order} LIMIT @limit OFFSET @offset`
      return statement(text)
        .all({ ...params, limit: query.limit ?? 100, offset: query.offset ?? 0 })
        .map(view)
    },
    count(query: ChatQuery = {}): number {
      const { sql, params } = where(query)
      const row: unknown = statement(`SELECT COUNT(*) AS total FROM chats c WHERE ${sql}`).get(params)
      return typeof row === 'object' && row !== null && 'total' in row ? Number(row.total) : 0
    },
    get(id: number): StoredChat | undefined {
      const row = one.get(id)
      return row && view(row)
    },
  }
}
