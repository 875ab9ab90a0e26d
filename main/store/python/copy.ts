import type Database from 'better-sqlite3'
import { fold } from '../jid.ts'
import { KEPT_TABLES, KNOWN_COLUMNS } from './columns.ts'
import { generationOf } from './generation.ts'
import { asCount, asPlainText, asSwitch, asText, registerValues } from './values.ts'

export interface CopyReport {
  generation: number
  rows: { chats: number; assignments: number; processed: number }
  /** Assignments whose chat was gone; it has a placeholder now. */
  orphans: number
  /** Assignments that were on, and arrive switched off. */
  switchedOff: number
  bots: string[]
  refused: { table: string; row: string; reason: string }[]
  unknownTables: string[]
  unknownColumns: string[]
}

const ATTACH_AS = 'python'
/** Ours are numbers; the way back writes them as stamps, unless the file had something else. */
const TIMES = new Set(['last_synced', 'last_message_time', 'added_at', 'created_at'])

/**
 * Fills an empty database of ours from one of the Python service's (only read, though SQLite opens it as it likes), inside SQLite, so that every byte arrives as it was. What is normalised for our
 * own use keeps its original in `imported_values`. Every row arrives or is named in the report; assignments arrive switched off.
 */
export function copyPython(source: Database.Database, target: Database.Database): CopyReport {
  const generation = generationOf(source)
  if (generation === null) throw new TypeError(`${source.name} is not a file of the Python service.`)
  registerValues(target)
  target.function('wl_fold', { deterministic: true, directOnly: true }, (text: unknown) => fold(String(text)))
  target.prepare(`ATTACH ? AS ${ATTACH_AS}`).run(source.name)
  try {
    target.exec('BEGIN')
    const report = copy(target, generation)
    target.exec('COMMIT')
    return report
  } catch (error) {
    if (target.inTransaction) target.exec('ROLLBACK')
    throw error
  } finally {
    target.exec(`DETACH ${ATTACH_AS}`)
  }
}

function copy(db: Database.Database, generation: number): CopyReport {
  const tables = db
    .prepare<[], string>(
      `SELECT name FROM ${ATTACH_AS}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .pluck()
    .all()
  const columnsOf = (table: string) =>
    db.prepare<[string], string>(`SELECT name FROM pragma_table_xinfo(?, '${ATTACH_AS}')`).pluck().all(table)
  const report: CopyReport = {
    generation,
    rows: { chats: 0, assignments: 0, processed: 0 },
    orphans: 0,
    switchedOff: 0,
    bots: [],
    refused: [],
    unknownTables: tables.filter((table) => !(table in KNOWN_COLUMNS)),
    unknownColumns: tables.flatMap((table) => {
      const known = KNOWN_COLUMNS[table]
      return known
        ? columnsOf(table)
            .filter((column) => !known.includes(column))
            .map((column) => `${table}.${column}`)
        : []
    }),
  }
  const of = (table: string) => {
    const have = new Set(columnsOf(table))
    return (column: string, otherwise = 'NULL') => (have.has(column) ? `p.${column}` : otherwise)
  }
  const originals = (table: string, from: string, column: string, original: string, ours: string) =>
    original === 'NULL'
      ? undefined
      : db.exec(
          `INSERT INTO imported_values SELECT '${table}', p.rowid, '${column}', ${original} FROM ${ATTACH_AS}.${from} p
           JOIN main.${table} c ON c.id = p.rowid WHERE ${original} IS NOT ${ours} OR typeof(${original}) <> typeof(${ours})`,
        )
  const refuse = (table: string, reason: string) => {
    const rows = db
      .prepare<[], string>(
        `SELECT CAST(rowid AS TEXT) FROM ${ATTACH_AS}.${table} WHERE rowid NOT IN (SELECT id FROM main.${table})`,
      )
      .pluck()
    for (const row of rows.iterate()) report.refused.push({ table, row: `row ${row}`, reason })
  }
  const count = (sql: string) => Number(db.prepare(sql).pluck().get())

  // Chats. An address in another form of WhatsApp's becomes ours, unless that one is taken. No message comes along: what the file counted is kept apart.
  const chat = of('chats')
  for (const jid of ['wl_jid(p.chat_jid)', asPlainText('p.chat_jid'), 'CAST(p.chat_jid AS TEXT)']) {
    db.exec(
      `INSERT OR IGNORE INTO main.chats (id, chat_jid, chat_name, is_manual, last_synced, last_message_time, message_count, added_at, name_rank)
       SELECT p.rowid, ${jid}, ${asText(chat('chat_name'))}, ${asSwitch(chat('is_manual'))}, wl_instant(${chat('last_synced')}),
         wl_instant(${chat('last_message_time')}), 0, wl_instant(${chat('added_at')}), 2
       FROM ${ATTACH_AS}.chats p WHERE p.chat_jid IS NOT NULL AND p.rowid NOT IN (SELECT id FROM main.chats) ORDER BY p.rowid`,
    )
  }
  const given = (column: string) => (TIMES.has(column) ? `wl_stamp(c.${column})` : `c.${column}`)
  for (const column of KNOWN_COLUMNS.chats ?? []) originals('chats', 'chats', column, chat(column), given(column))
  refuse('chats', 'It has no address, or one that another chat already has.')
  report.rows.chats = count('SELECT COUNT(*) FROM main.chats')

  // Assignments. Where the chat is gone, a placeholder keeps the place.
  const assignment = of('bot_chat_assignments')
  db.exec(
    `CREATE TEMP TABLE python_chats AS SELECT p.chat_jid AS jid, c.id FROM ${ATTACH_AS}.chats p JOIN main.chats c ON c.id = p.rowid;
     CREATE INDEX temp.python_chats_jid ON python_chats (jid)`,
  )
  const unknown = (column: string) =>
    `${column} IS NOT NULL AND ${column} <> '' AND NOT EXISTS (SELECT 1 FROM temp.python_chats WHERE jid = ${column})`
  report.orphans = count(`SELECT COUNT(*) FROM ${ATTACH_AS}.bot_chat_assignments p WHERE ${unknown('p.chat_jid')}`)
  for (const column of [assignment('chat_jid'), assignment('response_chat_jid')].filter((name) => name !== 'NULL')) {
    db.exec(
      `INSERT OR IGNORE INTO main.chats (chat_jid, is_placeholder, added_at)
       SELECT DISTINCT wl_jid(${column}), 1, NULL FROM ${ATTACH_AS}.bot_chat_assignments p WHERE ${unknown(column)}`,
    )
  }
  const chatId = (column: string) =>
    `CASE WHEN ${column} IS NULL OR ${column} = '' THEN NULL ELSE COALESCE((SELECT id FROM temp.python_chats WHERE jid = ${column}),
       (SELECT id FROM main.chats WHERE chat_jid = wl_jid(${column}))) END`
  const enabled = assignment('running', assignment('enabled', '0'))
  const context = assignment('context_message_count', '0')
  const owner = assignment('answer_owner_messages', '1')
  db.exec(
    `INSERT OR IGNORE INTO main.bot_chat_assignments (id, bot_name, chat_id, enabled, was_enabled, answer_owner_messages,
       context_message_count, response_chat_id, created_at, updated_at)
     SELECT p.rowid, ${asText('p.bot_name')}, ${chatId('p.chat_jid')}, 0, ${asSwitch(enabled)}, ${owner} IS NULL OR ${asSwitch(owner)},
       ${asCount(context)}, ${chatId(assignment('response_chat_jid'))}, wl_instant(${assignment('created_at')}), 0
     FROM ${ATTACH_AS}.bot_chat_assignments p ORDER BY p.rowid`,
  )
  const keep = (column: string, original: string, ours: string) =>
    originals('bot_chat_assignments', 'bot_chat_assignments', column, original, ours)
  const label = (id: string) => `(SELECT chat_jid FROM main.chats WHERE id = ${id})`
  keep('bot_name', 'p.bot_name', 'c.bot_name')
  keep('chat_jid', 'p.chat_jid', label('c.chat_id'))
  if (enabled !== '0') keep('enabled', enabled, 'c.was_enabled')
  if (owner !== '1') keep('answer_owner_messages', owner, 'c.answer_owner_messages')
  if (context !== '0') keep('context_message_count', context, 'c.context_message_count')
  keep('response_chat_jid', assignment('response_chat_jid'), label('c.response_chat_id'))
  keep('created_at', assignment('created_at'), given('created_at'))
  // Labels of devices of the other program: an assignment answers here under the account that switches it on.
  keep('source_device_id', assignment('source_device_id'), 'NULL')
  keep('target_device_id', assignment('target_device_id'), 'NULL')
  refuse('bot_chat_assignments', 'It names no bot or no chat, or the same bot and chat as another row.')
  report.rows.assignments = count('SELECT COUNT(*) FROM main.bot_chat_assignments')
  report.switchedOff = count('SELECT COUNT(*) FROM main.bot_chat_assignments WHERE was_enabled = 1')
  if (count(`SELECT COUNT(*) FROM ${ATTACH_AS}.sqlite_schema WHERE name = 'sqlite_sequence'`) > 0) {
    db.exec(
      `UPDATE main.sqlite_sequence SET seq = MAX(seq, COALESCE((SELECT MAX(seq) FROM ${ATTACH_AS}.sqlite_sequence
         WHERE name = 'bot_chat_assignments' AND typeof(seq) = 'integer'), 0)) WHERE name = 'bot_chat_assignments'`,
    )
  }

  // What was answered. A row without a key gets one that nothing can ask for.
  const processed = of('processed_messages')
  const key = (column: string) => `COALESCE(${asText(column)}, 'null:' || p.rowid)`
  const stamp = `CASE WHEN ${processed('processed_at')} GLOB '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]'
    THEN ${processed('processed_at')} ELSE wl_stamp(${processed('processed_at')}) END`
  db.exec(
    `INSERT OR IGNORE INTO main.processed_messages (id, message_id, bot_name, original_text, response_text, metadata, processed_at)
     SELECT p.rowid, ${key('p.message_id')}, ${key('p.bot_name')}, ${asText(processed('original_text'))}, ${asText(processed('response_text'))},
       ${asText(processed('metadata'))}, ${stamp} FROM ${ATTACH_AS}.processed_messages p ORDER BY p.rowid`,
  )
  for (const column of KNOWN_COLUMNS.processed_messages ?? []) {
    originals('processed_messages', 'processed_messages', column, processed(column), `c.${column}`)
  }
  refuse('processed_messages', 'Another row has the same message and bot.')
  report.rows.processed = count('SELECT COUNT(*) FROM main.processed_messages')

  for (const table of KEPT_TABLES.filter((name) => tables.includes(name))) {
    const have = columnsOf(table)
    for (const column of (KNOWN_COLUMNS[table] ?? []).filter((name) => have.includes(name))) {
      db.exec(`INSERT INTO imported_values SELECT '${table}', rowid, '${column}', ${column} FROM ${ATTACH_AS}.${table}`)
    }
  }
  db.exec(
    `INSERT INTO main.chat_search SELECT id, wl_fold(COALESCE(chat_name, '') || char(10) || chat_jid) FROM main.chats;
     DROP TABLE temp.python_chats`,
  )
  report.bots = db
    .prepare<[], string>('SELECT DISTINCT bot_name FROM main.bot_chat_assignments ORDER BY bot_name')
    .pluck()
    .all()
  return report
}
