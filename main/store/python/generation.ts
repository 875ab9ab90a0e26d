import type Database from 'better-sqlite3'

/**
 * Which of the seven generations of the Python service's file this is, told by its columns: that service never set a version. Null: not
 * one of its files. Views in place of the tables do not count.
 */
export function generationOf(db: Database.Database): number | null {
  const columnsOf = db.prepare<[string], string>(
    `SELECT x.name FROM sqlite_schema s, pragma_table_xinfo(s.name) x WHERE s.type = 'table' AND s.name = ? AND s.sql NOT LIKE 'CREATE VIRTUAL%'`,
  )
  const columns = (table: string) => new Set(columnsOf.pluck().all(table))
  const processed = columns('processed_messages')
  const chats = columns('chats')
  const assignments = columns('bot_chat_assignments')
  if (!processed.has('message_id') || !processed.has('bot_name')) return null
  if (!chats.has('chat_jid') || !assignments.has('bot_name') || !assignments.has('chat_jid')) return null
  if (assignments.has('source_device_id') || columns('seen_messages').size > 0) return 7
  if (assignments.has('response_chat_jid')) return 6
  if (assignments.has('context_message_count')) return 5
  if (assignments.has('answer_owner_messages')) return 4
  if (assignments.has('running')) return 3
  if (chats.has('last_message_time')) return 2
  return assignments.has('enabled') ? 1 : null
}
