// Files of the Python service with the contents that hurt, and a way to compare them value by value.
import Database from 'better-sqlite3'

const CHATS_1 = 'chat_jid TEXT PRIMARY KEY, chat_name TEXT, is_manual INTEGER DEFAULT 0, last_synced TIMESTAMP'
const ADDED = 'added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP'

/** A file of any generation with the contents that hurt. */
export function nasty(path: string, generation: number): void {
  const db = new Database(path)
  db.pragma('foreign_keys = OFF')
  const chats =
    generation >= 2
      ? `${CHATS_1}, last_message_time TIMESTAMP, message_count INTEGER DEFAULT 0, ${ADDED}`
      : `${CHATS_1}, ${ADDED}`
  const columns = [
    'id INTEGER PRIMARY KEY AUTOINCREMENT, bot_name TEXT NOT NULL, chat_jid TEXT NOT NULL',
    generation >= 3 ? 'running INTEGER DEFAULT 0' : 'enabled INTEGER DEFAULT 1',
    ...(generation >= 4 ? ['answer_owner_messages INTEGER DEFAULT 1'] : []),
    ...(generation >= 5 ? ['context_message_count INTEGER DEFAULT 0'] : []),
    'created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP',
  ]
  db.exec(`
    CREATE TABLE processed_messages (message_id TEXT, bot_name TEXT, original_text TEXT, response_text TEXT, metadata TEXT,
      processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (message_id, bot_name));
    CREATE TABLE chats (${chats});
    CREATE TABLE bot_chat_assignments (${columns.join(', ')},
      FOREIGN KEY (chat_jid) REFERENCES chats(chat_jid) ON DELETE CASCADE, UNIQUE(bot_name, chat_jid));`)
  if (generation >= 6) db.exec('ALTER TABLE bot_chat_assignments ADD COLUMN response_chat_jid TEXT')
  if (generation >= 7) {
    db.exec(`ALTER TABLE bot_chat_assignments ADD COLUMN source_device_id TEXT;
      ALTER TABLE bot_chat_assignments ADD COLUMN target_device_id TEXT;
      CREATE TABLE seen_messages (message_id TEXT PRIMARY KEY, media_type TEXT, chat_jid TEXT, seen_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
      INSERT INTO seen_messages VALUES ('S1', 'audio', NULL, '2026-01-01T00:00:00.5'), ('S2', x'00ff', 'x', 12);`)
  }
  db.exec(`
    ALTER TABLE chats ADD COLUMN mood TEXT;
    CREATE TABLE diary (page TEXT);
    INSERT INTO chats (rowid, chat_jid, chat_name, is_manual, last_synced, added_at) VALUES
      (7, '5511990000001@c.us', 'O''Neil' || char(10) || 'x' || char(0) || 'after', 2, '1767225600', '2026-05-05T10:00:00+03:00'),
      (3, '120363000000000001@g.us', x'C3A9FF00', NULL, 'soon', '2026-05-05 10:00:00.123456'),
      (9, x'35353131393930303030303032', CAST(x'41FF42' AS TEXT), 'yes', '', NULL),
      (11, NULL, 'nobody', 0, NULL, NULL);
    INSERT INTO bot_chat_assignments (id, bot_name, chat_jid, created_at) VALUES
      (5, 'translation', '5511990000001@c.us', '2026-05-05T10:00:00Z'),
      (6, 'unknown bot 🎉', '999@s.whatsapp.net', '1767225600'),
      (8, x'6A6F6B65', '120363000000000001@g.us', 'whenever'),
      (40, 'gone', '5511990000001@c.us', NULL);
    DELETE FROM bot_chat_assignments WHERE id = 40;
    UPDATE bot_chat_assignments SET ${generation >= 3 ? 'running' : 'enabled'} = CASE id WHEN 5 THEN 1 WHEN 6 THEN 'on' ELSE 0 END;
    INSERT INTO processed_messages VALUES
      ('A', 'translation', 'a' || char(0) || 'b', CAST(x'FFFE' AS TEXT), 'startup', '2026-05-05 10:00:00'),
      ('A', 'joke', x'00FF', NULL, '', '2026-05-05T07:00:00-03:00'),
      (NULL, 'joke', '', '${'é'.repeat(30_000)}', NULL, '1767225600'),
      (NULL, 'joke', 'twice', NULL, NULL, 'never'),
      (x'41', 'translation2', NULL, NULL, NULL, 9007199254740993);`)
  if (generation >= 2)
    db.exec("UPDATE chats SET last_message_time = '2026-05-05T10:00:00Z', message_count = 'many' WHERE rowid = 7")
  if (generation >= 4) db.exec('UPDATE bot_chat_assignments SET answer_owner_messages = NULL WHERE id = 5')
  if (generation >= 5) db.exec('UPDATE bot_chat_assignments SET context_message_count = -3 WHERE id = 6')
  if (generation >= 6)
    db.exec("UPDATE bot_chat_assignments SET response_chat_jid = CASE id WHEN 5 THEN '' WHEN 6 THEN '777@c.us' END")
  if (generation >= 7)
    db.exec("UPDATE bot_chat_assignments SET source_device_id = 'sales', target_device_id = x'01' WHERE id = 5")
  db.close()
}

/** Every value with its storage class, by rowid; only the columns that the first file has. */
export function contents(path: string, like: string): Record<string, unknown[]> {
  const reference = new Database(like, { readonly: true })
  const db = new Database(path, { readonly: true })
  const tables = ['chats', 'bot_chat_assignments', 'processed_messages', 'seen_messages', 'inbound_observations']
  const all: Record<string, unknown[]> = {}
  for (const table of tables) {
    const columns = reference.prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?)').pluck().all(table)
    if (columns.length === 0) continue
    const have = new Set(db.prepare<[string], string>('SELECT name FROM pragma_table_xinfo(?)').pluck().all(table))
    const list = columns
      .filter((column) => column !== 'mood')
      .map((column) => (column === 'running' && !have.has('running') ? 'enabled' : column))
      .map(
        (column) =>
          `typeof(${column}) || ':' || CASE WHEN typeof(${column}) IN ('text', 'blob') THEN hex(${column}) ELSE quote(${column}) END`,
      )
    const where = table === 'chats' ? 'WHERE chat_jid IS NOT NULL' : ''
    all[table] = db
      .prepare(`SELECT rowid, ${list.join(', ')} FROM ${table} ${where} ORDER BY rowid`)
      .raw()
      .all()
  }
  reference.close()
  db.close()
  return all
}
