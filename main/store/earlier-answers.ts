import { setImmediate as breathe } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import type { StoreContext } from './context.ts'
import { readText } from './read-column.ts'
import { matcher, wordsOf } from './search-words.ts'

/**
 * An answer of the Python service, from an imported file. Such a file says which message was answered, and not in which chat: the chat is
 * known where the file's list of seen messages names it, or where the answer was forwarded to another chat.
 */
export interface EarlierAnswer {
  id: number
  message_id: string
  bot: string
  /** What the contact wrote; cut at 500 characters by the service. */
  question: string | null
  answer: string
  /** As the file had it, `YYYY-MM-DD HH:MM:SS` in UTC. Null where it had none. */
  answered_at: string | null
  /** Where the question was asked, where the file tells it. */
  chat_jid: string | null
  chat_name: string | null
  /** Where the answer was forwarded to. Null: it was given in the chat of the question. */
  forwarded_jid: string | null
  forwarded_name: string | null
}

/** Rows that are no answer: the service's marks for "had nothing to say" and for what stood there at its first start. */
const MARKS = ['(no response)', '[no response]', '[skipped - startup]'] as const
const quoted = MARKS.map((mark) => `'${mark}'`).join(', ')

/** Only imported rows know no account: what this program answers always has one. */
export const IS_EARLIER = `p.account_id IS NULL AND typeof(p.response_text) = 'text' AND p.response_text NOT IN ('', ${quoted})`

const FORWARDED = 'forwarded_to='
const seenIn = `(SELECT j.value FROM imported_values i JOIN imported_values j
    ON j.table_name = 'seen_messages' AND j.row_id = i.row_id AND j.column_name = 'chat_jid' AND typeof(j.value) = 'text'
  WHERE i.table_name = 'seen_messages' AND i.column_name = 'message_id' AND i.value = p.message_id LIMIT 1)`
const forwardedTo = `CASE WHEN p.metadata LIKE '${FORWARDED}%' THEN substr(p.metadata, ${FORWARDED.length + 1}) END`

/** The chat that goes by this address: its label, an alias, or the LID of its number. */
const chatOf = (address: string) => `COALESCE((SELECT id FROM chats WHERE chat_jid = ${address}),
  (SELECT chat_id FROM chat_aliases WHERE jid = ${address} LIMIT 1),
  (SELECT h.id FROM lid_mappings l JOIN chats h ON h.chat_jid = l.lid WHERE l.pn = ${address} LIMIT 1))`

/** Selects earlier answers; `where` may name the columns of `processed_messages` as `p`. */
export const selectEarlier = (where: string, end: string): string =>
  `SELECT e.id, e.message_id, e.bot, e.question, e.answer, e.answered_at, COALESCE(c.chat_jid, e.asked) AS chat_jid, c.chat_name,
     COALESCE(f.chat_jid, e.forwarded) AS forwarded_jid, f.chat_name AS forwarded_name
   FROM (
     SELECT p.id, p.message_id, p.bot_name AS bot, p.original_text AS question, p.response_text AS answer,
       CASE WHEN typeof(p.processed_at) = 'text' THEN p.processed_at END AS answered_at,
       COALESCE((SELECT chat_jid FROM chats WHERE id = p.chat_id), ${seenIn}) AS asked, ${forwardedTo} AS forwarded
     FROM processed_messages p WHERE ${IS_EARLIER} AND ${where} ${end}) e
   LEFT JOIN chats c ON c.id = ${chatOf('e.asked')}
   LEFT JOIN chats f ON f.id = ${chatOf('e.forwarded')}`

/** A row of `selectEarlier`, whatever its file held. */
export const viewEarlier = (row: EarlierAnswer): EarlierAnswer => ({
  id: row.id,
  message_id: readText(row.message_id) ?? '',
  bot: readText(row.bot) ?? '',
  question: readText(row.question),
  answer: readText(row.answer) ?? '',
  answered_at: readText(row.answered_at),
  chat_jid: readText(row.chat_jid),
  chat_name: readText(row.chat_name),
  forwarded_jid: readText(row.forwarded_jid),
  forwarded_name: readText(row.forwarded_name),
})

/** Which rows belong to a chat with these addresses (`@jids`, a JSON list): asked there, or forwarded there. */
export const OF_CHAT = `p.id IN (
  SELECT q.id FROM json_each(@jids) a CROSS JOIN processed_messages q ON q.metadata = '${FORWARDED}' || a.value
    WHERE q.account_id IS NULL AND q.metadata IS NOT NULL
  UNION SELECT q.id FROM json_each(@jids) a
    CROSS JOIN imported_values j ON j.table_name = 'seen_messages' AND j.column_name = 'chat_jid' AND j.value = a.value
    CROSS JOIN imported_values i ON i.table_name = 'seen_messages' AND i.row_id = j.row_id AND i.column_name = 'message_id'
    CROSS JOIN processed_messages q ON q.message_id = i.value WHERE q.account_id IS NULL)`

/** Every form of a chat's address: its label, its aliases, and the number or LID that belongs to it. */
export function addressesOf(db: Database.Database, chatId: number): string[] {
  return db
    .prepare<{ id: number }, string>(
      `SELECT chat_jid FROM chats WHERE id = @id UNION SELECT jid FROM chat_aliases WHERE chat_id = @id
       UNION SELECT m.pn FROM chats c JOIN lid_mappings m ON m.lid = c.chat_jid WHERE c.id = @id
       UNION SELECT m.lid FROM chats c JOIN lid_mappings m ON m.pn = c.chat_jid WHERE c.id = @id`,
    )
    .pluck()
    .all({ id: chatId })
    .map((jid) => readText(jid) ?? '')
}

export interface EarlierQuery {
  /** Of one chat. */
  chatId?: number | undefined
  /** All of these words, in the question or in the answer. */
  query?: string | undefined
  /** Only those with a smaller id. */
  before?: number | undefined
  limit: number
}

/** What is read in one go, a few milliseconds' worth; between two of them messages and pages come first. */
const SLICE = 500

/** Lists what an imported Python service had answered, the last one first. */
export function createEarlierAnswers({ db }: StoreContext) {
  const lastFirst = 'p.id < @before ORDER BY p.id DESC LIMIT @limit'
  const all = db.prepare<object, EarlierAnswer>(selectEarlier(lastFirst, ''))
  const ofChat = db.prepare<object, EarlierAnswer>(selectEarlier(`${OF_CHAT} AND ${lastFirst}`, ''))
  const count = db
    .prepare<object, number>(`SELECT COUNT(*) FROM processed_messages p WHERE ${IS_EARLIER} AND ${OF_CHAT}`)
    .pluck()

  return {
    async list(asked: EarlierQuery, signal?: AbortSignal): Promise<EarlierAnswer[]> {
      const words = wordsOf(asked.query ?? '')
      if (words.length === 0 && (asked.query ?? '').trim() !== '') return []
      const matches = matcher(words)
      const { chatId } = asked
      const chat = chatId === undefined ? {} : { jids: JSON.stringify(addressesOf(db, chatId)) }
      const found: EarlierAnswer[] = []
      let before = asked.before ?? Number.MAX_SAFE_INTEGER
      const size = words.length === 0 ? asked.limit : SLICE
      while (!signal?.aborted) {
        const rows = (chatId === undefined ? all : ofChat).all({ ...chat, before, limit: size }).map(viewEarlier)
        for (const row of rows) {
          if (words.length > 0 && !matches(`${row.question ?? ''}\n${row.answer}`)) continue
          found.push(row)
          if (found.length === asked.limit) return found
        }
        const last = rows.at(-1)
        if (last === undefined || rows.length < size) return found
        before = last.id
        await breathe()
      }
      return []
    },
    /** How many belong to a chat. */
    count: (chatId: number): number => count.get({ jids: JSON.stringify(addressesOf(db, chatId)) }) ?? 0,
  }
}
export type EarlierAnswers = ReturnType<typeof createEarlierAnswers>
