import type Database from 'better-sqlite3'

/** How a row of `other` (`x`) is found again in `main` (`m`), under the ids that it has there. */
const SAME: Readonly<Record<string, string>> = {
  chats: 'JOIN temp.chat c ON c.theirs = x.id JOIN main.chats m ON m.id = c.ours AND c.added = 1',
  bot_chat_assignments:
    'JOIN temp.chat c ON c.theirs = x.chat_id JOIN main.bot_chat_assignments m ON m.chat_id = c.ours AND m.bot_name = x.bot_name',
  messages: `JOIN temp.chat c ON c.theirs = x.chat_id JOIN temp.account a ON a.theirs = x.account_id
    JOIN main.messages m ON m.account_id = a.ours AND m.chat_id = c.ours AND m.sender_jid = x.sender_jid AND m.message_id = x.message_id`,
  processed_messages: `JOIN main.processed_messages m ON m.message_id = x.message_id AND m.bot_name = x.bot_name
    AND COALESCE(m.chat_id, 0) = COALESCE((SELECT ours FROM temp.chat WHERE theirs = x.chat_id), 0)
    AND COALESCE(m.account_id, 0) = COALESCE((SELECT ours FROM temp.account WHERE theirs = x.account_id), 0)`,
  bots: 'JOIN main.bots m ON m.name = x.name AND m.updated_at = x.updated_at',
}

/**
 * The values that rows had in a file from elsewhere go with the rows that were taken, for the way back. One that belongs to a row which was here before
 * does no harm: an export gives it only while the column still holds what it was read as.
 */
export function takeOriginals(db: Database.Database): void {
  for (const [table, same] of Object.entries(SAME)) {
    db.exec(`DELETE FROM main.imported_values WHERE table_name = '${table}' AND row_id NOT IN (SELECT rowid FROM main.${table});
      INSERT OR IGNORE INTO main.imported_values SELECT v.table_name, m.rowid, v.column_name, v.value
      FROM other.imported_values v JOIN other.${table} x ON x.rowid = v.row_id ${same} WHERE v.table_name = '${table}'`)
  }
}
