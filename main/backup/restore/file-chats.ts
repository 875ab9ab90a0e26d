import Database from 'better-sqlite3'
import type { FileChat } from '../../../preload/contract/restore.ts'
import { fold } from '../../store/jid.ts'
import { readText } from '../../store/read-column.ts'

/**
 * The chats of a candidate, those with the newest messages first. A candidate is a database of our own making, so looking into it is as harmless
 * as looking into the running one.
 */
export function fileChats(
  candidate: string,
  { query = '', limit }: { query?: string | undefined; limit: number },
): { total: number; chats: FileChat[] } {
  const db = new Database(candidate, { readonly: true })
  try {
    db.pragma('trusted_schema = OFF')
    const terms = fold(query)
      .split(/\s+/)
      .filter((term) => term !== '')
      .slice(0, 8)
    const where = [
      'c.is_placeholder = 0',
      ...terms.map((_, i) => `c.id IN (SELECT chat_id FROM chat_search WHERE instr(terms, @term${i}) > 0)`),
    ].join(' AND ')
    const params = Object.fromEntries(terms.map((term, i) => [`term${i}`, term]))
    const rows = db
      .prepare<[object], { id: number; jid: string; name: string | null; messages: number }>(
        `SELECT c.id, c.chat_jid AS jid, c.chat_name AS name, (SELECT count(*) FROM messages m WHERE m.chat_id = c.id) AS messages
         FROM chats c WHERE ${where} ORDER BY c.last_message_time DESC NULLS LAST, c.chat_jid LIMIT @limit`,
      )
      .all({ ...params, limit })
    const bots = db
      .prepare<[number], string>('SELECT bot_name FROM bot_chat_assignments WHERE chat_id = ? ORDER BY bot_name')
      .pluck()
    return {
      total: Number(db.prepare(`SELECT count(*) FROM chats c WHERE ${where}`).pluck().get(params)),
      chats: rows.map(({ id, jid, name, messages }) => ({
        jid: readText(jid) ?? '',
        name: readText(name),
        messages,
        bots: bots.all(id).map((bot) => readText(bot) ?? ''),
      })),
    }
  } finally {
    db.close()
  }
}
