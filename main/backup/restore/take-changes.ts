import type Database from 'better-sqlite3'
import { CHANGED_SINCE } from '../../store/changed-since.ts'

/**
 * For an undo: edits, deletions for everyone and contents that became readable since the restore, of messages that the safety backup has as
 * well.
 */
export function takeChanges(db: Database.Database, afterMessage: number): void {
  // What is deleted here leaves nothing in the pages of the new file.
  db.pragma('secure_delete = ON')
  // noted: changed since. Otherwise it came once more since: only what the safety backup could not read is of use.
  db.exec(`CREATE TEMP TABLE changed AS
    WITH came (id, noted) AS (SELECT value, 1 FROM other.meta WHERE key GLOB '${CHANGED_SINCE}*'
      UNION ALL SELECT id, 0 FROM other.messages WHERE id > ${Math.trunc(afterMessage)})
    SELECT m.id AS ours, x.id AS theirs, noted, noted AND x.text IS NULL AND x.raw IS NULL AS deleted,
      m.kind = 'undecryptable' OR (noted AND m.origin = 'history' AND x.origin <> 'history') AS bare
    FROM came JOIN other.messages x ON x.id = came.id JOIN temp.account a ON a.theirs = x.account_id JOIN temp.chat c ON c.theirs = x.chat_id
    JOIN main.messages m ON m.account_id = a.ours AND m.chat_id = c.ours AND m.sender_jid = x.sender_jid AND m.message_id = x.message_id
    WHERE x.kind <> 'undecryptable'`)
  const take = (columns: readonly string[], which: string) =>
    db.exec(`UPDATE main.messages SET (${columns.join(', ')}) =
        (SELECT ${columns.map((column) => `x.${column}`).join(', ')} FROM temp.changed h JOIN other.messages x ON x.id = h.theirs WHERE h.ours = messages.id)
      WHERE id IN (SELECT ours FROM temp.changed WHERE ${which})`)
  take(['kind', 'text', 'quoted_id', 'media', 'raw', 'origin', 'received_at'], 'bare')
  take(['text'], 'noted AND NOT bare AND NOT deleted')
  take(['text', 'media', 'raw'], 'deleted')
  db.exec(`UPDATE main.processed_messages SET original_text = NULL WHERE EXISTS (SELECT 1 FROM temp.changed h JOIN main.messages m ON m.id = h.ours
      WHERE h.deleted AND m.message_id = processed_messages.message_id AND m.chat_id = processed_messages.chat_id AND m.account_id = processed_messages.account_id);
    DROP TABLE temp.changed`)
}

/** Whatever was noted belongs to an earlier restore. */
export function forgetChanges(db: Database.Database): void {
  db.exec(`DELETE FROM main.meta WHERE key GLOB '${CHANGED_SINCE}*'`)
}
