import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { asStoreError, StoreError } from '../errors.ts'
import { placeFile, syncFile, syncFolder } from '../place-file.ts'
import { KEPT_TABLES, KNOWN_COLUMNS } from './columns.ts'
import { asCount, asPlainText, asSwitch, asText, registerValues } from './values.ts'

// The first generation's columns in their order, the later ones' behind them under their own names.
const SCHEMA = `
CREATE TABLE processed_messages (message_id TEXT, bot_name TEXT, original_text TEXT, response_text TEXT, metadata TEXT,
  processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (message_id, bot_name));
CREATE TABLE chats (chat_jid TEXT PRIMARY KEY, chat_name TEXT, is_manual INTEGER DEFAULT 0, last_synced TIMESTAMP,
  added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, last_message_time TIMESTAMP, message_count INTEGER DEFAULT 0);
CREATE TABLE bot_chat_assignments (id INTEGER PRIMARY KEY AUTOINCREMENT, bot_name TEXT NOT NULL, chat_jid TEXT NOT NULL,
  enabled INTEGER DEFAULT 1, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, answer_owner_messages INTEGER DEFAULT 1,
  context_message_count INTEGER DEFAULT 0, response_chat_jid TEXT, source_device_id TEXT, target_device_id TEXT,
  FOREIGN KEY (chat_jid) REFERENCES chats(chat_jid) ON DELETE CASCADE, UNIQUE(bot_name, chat_jid));
CREATE INDEX idx_chats_last_message_time ON chats(last_message_time DESC);
`
const KEPT_SCHEMA: Readonly<Record<(typeof KEPT_TABLES)[number], string>> = {
  seen_messages:
    'CREATE TABLE seen_messages (message_id TEXT PRIMARY KEY, media_type TEXT, chat_jid TEXT, seen_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)',
  inbound_observations:
    'CREATE TABLE inbound_observations (media_type TEXT PRIMARY KEY, last_seen_at TIMESTAMP NOT NULL, last_chat_jid TEXT, last_sender TEXT, total_count INTEGER NOT NULL DEFAULT 0)',
}

/** The value as it stood in the imported file while ours still means the same; ours otherwise. */
function value(table: string, column: string, current: string, normalised: string, ours: string): string {
  const at = `v.table_name = '${table}' AND v.row_id = c.id AND v.column_name = '${column}'`
  return `CASE WHEN EXISTS (SELECT 1 FROM ours.imported_values v WHERE ${at} AND ${normalised} IS ${current})
    THEN (SELECT value FROM ours.imported_values v WHERE ${at}) ELSE ${ours} END AS ${column}`
}
const time = (table: string, column: string) =>
  value(
    table,
    column,
    `c.${column}`,
    'wl_instant(v.value)',
    `CASE WHEN typeof(c.${column}) = 'integer' THEN wl_stamp(c.${column}) ELSE c.${column} END`,
  )
/** As it stands here: plain, or as an earlier version took it. */
const asHere = (column: string) =>
  `CASE WHEN ${asText('v.value')} IS c.${column} THEN c.${column} ELSE ${asPlainText('v.value')} END`
const text = (table: string, column: string) => value(table, column, `c.${column}`, asHere(column), `c.${column}`)
const key = (column: string) =>
  value('processed_messages', column, `c.${column}`, `COALESCE(${asHere(column)}, 'null:' || c.id)`, `c.${column}`)

/** What the imported file counted, and what was stored here since. */
const IMPORTED_COUNT =
  "(SELECT value FROM ours.imported_values v WHERE v.table_name = 'chats' AND v.row_id = c.id AND v.column_name = 'message_count')"
const MESSAGE_COUNT = `CASE WHEN c.message_count = 0 AND EXISTS ${IMPORTED_COUNT} THEN ${IMPORTED_COUNT}
  ELSE ${asCount(IMPORTED_COUNT)} + c.message_count END AS message_count`

function fill(db: Database.Database): void {
  const chat = 'chats'
  const forms = `c.chat_jid IN (wl_jid(v.value), ${asPlainText('v.value')}, CAST(v.value AS TEXT))`
  const original = value(chat, 'chat_jid', 'TRUE', forms, 'c.chat_jid')
  // As the file had it; where another chat has that form by now, as it is here.
  for (const address of [original, 'c.chat_jid']) {
    db.exec(
      `INSERT OR IGNORE INTO main.chats (rowid, chat_jid, chat_name, is_manual, last_synced, added_at, last_message_time, message_count)
       SELECT c.id, ${address}, ${text(chat, 'chat_name')}, ${value(chat, 'is_manual', 'c.is_manual', asSwitch('v.value'), 'c.is_manual')},
         ${time(chat, 'last_synced')}, ${time(chat, 'added_at')}, ${time(chat, 'last_message_time')}, ${MESSAGE_COUNT}
       FROM ours.chats c WHERE c.is_placeholder = 0 AND c.id NOT IN (SELECT rowid FROM main.chats) ORDER BY c.id`,
    )
  }
  const table = 'bot_chat_assignments'
  const jid = (id: string) => `(SELECT chat_jid FROM ours.chats WHERE id = ${id})`
  // A chat is written under the same form of its address as in the table of chats.
  const exported = (id: string) => `COALESCE((SELECT chat_jid FROM main.chats WHERE rowid = ${id}), ${jid(id)})`
  const chatOf = (column: string, id: string) =>
    value(table, column, `COALESCE(${jid(id)}, '')`, `COALESCE(wl_jid(v.value), '')`, exported(id))
  const label = (column: string, account: string) =>
    value(
      table,
      column,
      'NULL',
      account,
      `(SELECT COALESCE(NULLIF(label, ''), jid, lid) FROM ours.accounts WHERE id = ${account})`,
    )
  db.exec(
    `INSERT OR IGNORE INTO main.bot_chat_assignments (id, bot_name, chat_jid, enabled, created_at, answer_owner_messages,
       context_message_count, response_chat_jid, source_device_id, target_device_id)
     SELECT c.id, ${text(table, 'bot_name')}, ${chatOf('chat_jid', 'c.chat_id')},
       ${value(table, 'enabled', '(c.enabled <> 0 OR c.was_enabled <> 0)', asSwitch('v.value'), '(c.enabled <> 0 OR c.was_enabled <> 0)')},
       ${time(table, 'created_at')},
       ${value(table, 'answer_owner_messages', 'c.answer_owner_messages', `(v.value IS NULL OR ${asSwitch('v.value')})`, 'c.answer_owner_messages')},
       ${value(table, 'context_message_count', 'c.context_message_count', asCount('v.value'), 'c.context_message_count')},
       ${chatOf('response_chat_jid', 'c.response_chat_id')}, ${label('source_device_id', 'c.source_account_id')},
       ${label('target_device_id', 'c.target_account_id')}
     FROM ours.bot_chat_assignments c ORDER BY c.id`,
  )
  const processed = 'processed_messages'
  db.exec(
    `INSERT OR IGNORE INTO main.processed_messages (rowid, message_id, bot_name, original_text, response_text, metadata, processed_at)
     SELECT c.id, ${key('message_id')}, ${key('bot_name')}, ${text(processed, 'original_text')}, ${text(processed, 'response_text')},
       ${text(processed, 'metadata')}, ${value(processed, 'processed_at', 'c.processed_at', 'wl_stamp(v.value)', 'c.processed_at')}
     FROM ours.processed_messages c ORDER BY c.id`,
  )
  db.exec(
    `INSERT OR REPLACE INTO main.sqlite_sequence (rowid, name, seq)
     SELECT (SELECT rowid FROM main.sqlite_sequence WHERE name = '${table}'), name, seq FROM ours.sqlite_sequence WHERE name = '${table}'`,
  )
  for (const kept of KEPT_TABLES) {
    const some = db
      .prepare<[string], number>('SELECT 1 FROM ours.imported_values WHERE table_name = ? LIMIT 1')
      .pluck()
      .get(kept)
    if (some === undefined) continue
    db.exec(KEPT_SCHEMA[kept])
    const columns = KNOWN_COLUMNS[kept] ?? []
    // A number that is none names no row.
    const whole = "typeof(row_id) = 'integer'"
    const values = columns.map(
      (column) =>
        `(SELECT value FROM ours.imported_values v WHERE v.table_name = '${kept}' AND v.row_id = r.row_id AND v.column_name = '${column}')`,
    )
    db.exec(
      `INSERT OR IGNORE INTO main.${kept} (rowid, ${columns.join(', ')}) SELECT r.row_id, ${values.join(', ')}
       FROM (SELECT DISTINCT row_id FROM ours.imported_values WHERE table_name = '${kept}' AND ${whole}) r ORDER BY r.row_id`,
    )
  }
}

/**
 * Writes what the Python service can read: its first generation opens the file as it is, its latest renames `enabled` by itself. What was imported and
 * not changed since is written as it stood, value by value. `oursPath` is only read. Refuses a target that exists.
 */
export function exportPython(
  oursPath: string,
  targetPath: string,
): { chats: number; assignments: number; processed: number } {
  if (existsSync(targetPath)) {
    throw new StoreError('io', targetPath, `${targetPath} exists already and was left as it is. Choose another name.`)
  }
  const temporary = `${targetPath}.tmp`
  rmSync(temporary, { force: true })
  try {
    closeSync(openSync(temporary, 'wx', 0o600))
    const db = new Database(temporary)
    let rows: { chats: number; assignments: number; processed: number }
    try {
      db.pragma('journal_mode = OFF')
      db.pragma('foreign_keys = OFF')
      db.pragma('trusted_schema = OFF')
      registerValues(db)
      db.prepare('ATTACH ? AS ours').run(oursPath)
      db.exec(`BEGIN; ${SCHEMA}`)
      fill(db)
      const count = (table: string) => Number(db.prepare(`SELECT COUNT(*) FROM main.${table}`).pluck().get())
      rows = {
        chats: count('chats'),
        assignments: count('bot_chat_assignments'),
        processed: count('processed_messages'),
      }
      db.exec('COMMIT')
    } finally {
      db.close()
    }
    syncFile(temporary)
    placeFile(temporary, targetPath)
    syncFolder(dirname(targetPath))
    return rows
  } catch (error) {
    rmSync(temporary, { force: true })
    throw asStoreError(error, targetPath)
  }
}
