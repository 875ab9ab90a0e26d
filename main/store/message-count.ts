import type Database from 'better-sqlite3'

const STORED = '(SELECT count(*) FROM main.messages m WHERE m.chat_id = chats.id)'

/**
 * `chats.message_count` is the number of messages that are stored, and nothing else: the list shows it and is sorted by it. `which`: SQL for the chats that
 * are counted.
 */
export function countMessages(db: Database.Database, which = 'true'): void {
  db.exec(`UPDATE main.chats SET message_count = ${STORED} WHERE (${which}) AND message_count IS NOT ${STORED}`)
}

/** What a file had counted beyond the messages that it holds stays for the way back, as migration 4 does it with the files of earlier versions. */
export function keepImportedCounts(db: Database.Database): void {
  db.exec(`INSERT OR IGNORE INTO main.imported_values SELECT 'chats', id, 'message_count', message_count - ${STORED} FROM main.chats
    WHERE typeof(message_count) = 'integer' AND message_count > ${STORED}`)
}
