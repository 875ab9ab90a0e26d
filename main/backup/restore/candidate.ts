import { statSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import Database from 'better-sqlite3'
import { migrations } from '../../store/migrations/index.ts'
import { copyPython } from '../../store/python/copy.ts'
import { generationOf } from '../../store/python/generation.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../../store/schema.ts'
import { MANIFEST_TABLE } from '../manifest.ts'
import { columnsOf, quoteName, referenceSchema, rowTables } from './reference.ts'
import { RefusalError } from './refusal.ts'
import { quick, type Source } from './source.ts'
import { normalise } from './sql/allow.ts'

export interface RefusedRow {
  table: string
  row: string
  reason: string
}
export interface Candidate {
  path: string
  kind: 'whatslang-backup' | 'whatslang-database' | 'python-database' | 'sql-dump'
  generation: number | null
  schemaVersion: number | null
  unknownTables: string[]
  unknownColumns: string[]
  orphans: number
  refusedRows: RefusedRow[]
  refusedRowsTotal: number
  warnings: string[]
}
const HIGHEST_ID = Number.MAX_SAFE_INTEGER / 2

/** Builds a database of ours beside the scratch one: its schema is written by us, and only rows come from the file. */
export async function buildCandidate(source: Source, path: string): Promise<Candidate> {
  const looked = openHostile(source.path)
  let version: number | null
  let generation: number | null
  try {
    version = versionOf(looked, source)
    generation = version === null ? generationOf(looked) : null
    if (version === null && generation === null) {
      throw new RefusalError(
        'unknown-kind',
        'The file is readable, but it holds neither the data of Whatslang nor of the Python service. Choose another file.',
      )
    }
    checkObjects(looked, version)
  } finally {
    looked.close()
  }
  const result: Candidate = {
    path,
    kind:
      generation !== null
        ? 'python-database'
        : source.proven
          ? 'whatslang-backup'
          : source.form === 'sql'
            ? 'sql-dump'
            : 'whatslang-database',
    generation,
    schemaVersion: version,
    unknownTables: [],
    unknownColumns: [],
    orphans: 0,
    refusedRows: (source.report?.refusedRows ?? []).map((row) => ({
      table: row.table,
      row: `line ${row.line}`,
      reason: row.reason,
    })),
    refusedRowsTotal: source.report?.refusedRowsTotal ?? 0,
    warnings:
      source.proven || generation !== null
        ? []
        : ['The file carries no manifest of Whatslang: whether rows are missing from it cannot be told.'],
  }
  const start = version ?? SCHEMA_VERSION
  const adopted = source.form === 'sql' && version !== null && sameSchema(source.path, version)
  if (adopted) await rename(source.path, path)
  const db = new Database(path)
  try {
    quick(db)
    if (adopted) addSearch(db, start)
    else {
      for (const migration of migrations) if (migration.version <= start) db.exec(migration.sql)
      db.exec('UPDATE search_gap SET first = 1, last = 9007199254740991')
    }
    if (generation !== null) takePython(db, source, result)
    else if (!adopted) copyRows(db, source, result)
    for (const migration of migrations) if (migration.version > start) db.exec(migration.sql)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    settle(db, result)
    return result
  } finally {
    db.close()
  }
}

/** As sqlite.org/security.html asks for files from elsewhere. */
function openHostile(path: string): Database.Database {
  // Rolling back or checkpointing what was copied with the file needs a writing connection, to our own copy of it.
  const writable = new Database(path)
  try {
    writable.pragma('trusted_schema = OFF')
    writable.pragma('cell_size_check = ON')
    writable.pragma('mmap_size = 0')
    const check = writable.pragma('integrity_check(1)', { simple: true })
    if (check !== 'ok')
      throw new RefusalError(
        'damaged',
        `The file is a damaged database (${String(check).slice(0, 200)}). Choose another backup, or save what is readable.`,
      )
    writable.pragma('journal_mode = DELETE')
    writable.pragma('query_only = ON')
    return writable
  } catch (error) {
    writable.close()
    if (error instanceof RefusalError) throw error
    throw new RefusalError(
      'damaged',
      'The file is a damaged database. Choose another backup, or save what is readable.',
      { cause: error },
    )
  }
}

function versionOf(db: Database.Database, source: Source): number | null {
  const has = (table: string): boolean =>
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined
  const application =
    source.manifest?.header.application_id ??
    source.report?.applicationId ??
    Number(db.pragma('application_id', { simple: true }))
  // `.dump` writes neither number: then the tables tell.
  if (application !== APPLICATION_ID && !(has('accounts') && has('outbox') && has('processed_messages'))) return null
  const said =
    source.manifest?.header.user_version ??
    source.report?.userVersion ??
    Number(db.pragma('user_version', { simple: true }))
  if (said > SCHEMA_VERSION) {
    const by = source.manifest?.header.app_version ?? writtenBy(db)
    throw new RefusalError(
      'newer-version',
      `The file was written by a newer Whatslang (${by === undefined ? '' : `version ${by}, `}database version ${said}; this one knows ${SCHEMA_VERSION}). Install that version or a newer one, then restore.`,
    )
  }
  return said >= 1 ? said : SCHEMA_VERSION
}
function writtenBy(db: Database.Database): string | undefined {
  try {
    const value = db.prepare("SELECT value FROM meta WHERE key = 'written_by'").pluck().get()
    return typeof value === 'string' ? value.slice(0, 40) : undefined
  } catch {
    return undefined // no such table: the message does without
  }
}

/** Views, triggers and virtual tables run code; only those of ours, by their exact text, are passed over. */
function checkObjects(db: Database.Database, version: number | null): void {
  const reference = referenceSchema(version ?? SCHEMA_VERSION)
  const known = new Set(
    (reference.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').pluck().all() as string[]).map(normalise),
  )
  reference.close()
  const rows = db
    .prepare<[], { type: string; name: string; sql: string | null }>('SELECT type, name, sql FROM sqlite_schema')
    .all()
  for (const row of rows) {
    const virtual = row.type === 'table' && /^\s*create\s+virtual/i.test(row.sql ?? '')
    const active = row.type === 'view' || row.type === 'trigger' || virtual
    if (active && !known.has(normalise(row.sql ?? ''))) {
      throw new RefusalError(
        'schema',
        `The file holds the ${virtual ? 'virtual table' : row.type} "${row.name.slice(0, 60)}", which could run code. It was not taken.`,
      )
    }
    if (row.type !== 'table' || virtual) continue
    const hidden = (db.pragma(`table_xinfo(${quoteName(row.name)})`) as { hidden: number }[]).some(
      (column) => column.hidden > 0,
    )
    if (hidden)
      throw new RefusalError(
        'schema',
        `The table "${row.name.slice(0, 60)}" computes columns, which could run code. The file was not taken.`,
      )
  }
}

/** True where every table and index is ours, word for word: then the scratch file itself becomes the candidate. */
function sameSchema(path: string, version: number): boolean {
  const list = (db: Database.Database): string[] =>
    db
      .prepare<[], { sql: string }>(
        "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'messages\\_fts%' ESCAPE '\\'",
      )
      .all()
      .map((row) => row.sql)
      .sort()
  const reference = referenceSchema(version)
  const db = new Database(path, { readonly: true })
  try {
    const [ours, theirs] = [list(reference), list(db)]
    return ours.length === theirs.length && ours.every((sql, i) => sql === theirs[i])
  } finally {
    db.close()
    reference.close()
  }
}

/** The search index is made empty: it is filled after the swap, in the background. */
function addSearch(db: Database.Database, version: number): void {
  const reference = referenceSchema(version)
  const objects = reference
    .prepare<[], string>(
      "SELECT sql FROM sqlite_schema WHERE type = 'trigger' OR sql LIKE 'CREATE VIRTUAL%' ORDER BY type = 'trigger'",
    )
    .pluck()
    .all()
  reference.close()
  for (const sql of objects) db.exec(sql)
}

function takePython(db: Database.Database, source: Source, result: Candidate): void {
  const from = new Database(source.path, { readonly: true })
  try {
    from.pragma('trusted_schema = OFF')
    const report = copyPython(from, db)
    result.orphans = report.orphans
    result.unknownTables = report.unknownTables
    result.unknownColumns = report.unknownColumns
    for (const row of report.refused) refuse(result, row)
  } finally {
    from.close()
  }
}

function refuse(result: Candidate, row: RefusedRow): void {
  result.refusedRowsTotal++
  if (result.refusedRows.length < 200) result.refusedRows.push(row)
}

function copyRows(db: Database.Database, source: Source, result: Candidate): void {
  db.prepare('ATTACH ? AS source').run(source.path)
  try {
    const theirs = new Set(
      (db.pragma('source.table_list') as { schema: string; name: string; type: string }[])
        .filter((table) => table.schema === 'source' && table.type === 'table')
        .map((table) => table.name),
    )
    for (const table of rowTables(db)) {
      if (!theirs.has(table)) {
        throw new RefusalError('schema', `The table "${table}" is missing from the file. It was not taken.`)
      }
      const known = columnsOf(db, table)
      const present = columnsOf(db, table, 'source')
      for (const column of present) if (!known.includes(column)) result.unknownColumns.push(`${table}.${column}`)
      copyTable(db, table, known.filter((column) => present.includes(column)).map(quoteName), result)
    }
    const ours = new Set(rowTables(db))
    for (const name of theirs) {
      if (!ours.has(name) && !/^(sqlite_|messages_fts)/.test(name) && name !== 'search_gap' && name !== MANIFEST_TABLE)
        result.unknownTables.push(name)
    }
    if (theirs.has('sqlite_sequence')) {
      db.exec(
        `DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence SELECT name, seq FROM source.sqlite_sequence WHERE name IN (SELECT name FROM main.sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%') AND typeof(seq) = 'integer'`,
      )
    }
  } finally {
    db.exec('DETACH source')
  }
}

function copyTable(db: Database.Database, table: string, columns: string[], result: Candidate): void {
  const list = columns.join(', ')
  const name = quoteName(table)
  try {
    db.exec(`BEGIN; INSERT INTO main.${name} (${list}) SELECT ${list} FROM source.${name}; COMMIT`)
    return
  } catch (error) {
    // The journal is off in a scratch file, so the table is emptied by hand and read again, row by row.
    if (db.inTransaction) db.exec('COMMIT')
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT'))) throw error
  }
  db.exec(`DELETE FROM main.${name}`)
  const insert = db.prepare(`INSERT INTO main.${name} (${list}) VALUES (${columns.map(() => '?').join(', ')})`)
  const read = db.prepare(`SELECT ${list} FROM source.${name}`).raw().safeIntegers()
  let row = 0
  for (const values of read.all() as unknown[][]) {
    row++
    try {
      insert.run(...values)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT')))
        throw error
      refuse(result, { table, row: `row ${row}`, reason: error.message })
    }
  }
}

/** What must hold of every candidate: no dangling reference, no counter that is about to overflow. */
function settle(db: Database.Database, result: Candidate): void {
  const highest = Number(
    db
      .prepare(
        'SELECT max(m) FROM (SELECT max(seq) AS m FROM sqlite_sequence UNION ALL SELECT max(id) FROM messages UNION ALL SELECT max(id) FROM bot_chat_assignments UNION ALL SELECT max(id) FROM processed_messages)',
      )
      .pluck()
      .get() ?? 0,
  )
  if (highest > HIGHEST_ID)
    throw new RefusalError(
      'damaged',
      'A counter in the file stands at its end: nothing could be added after it. The file was not taken.',
    )
  for (let round = 0; round < 5; round++) {
    const broken = db.pragma('foreign_key_check') as { table: string; rowid: number | null; parent: string }[]
    if (broken.length === 0) break
    for (const row of broken) {
      if (row.rowid === null) {
        throw new RefusalError('damaged', `Rows of "${row.table}" point to nothing. The file was not taken.`)
      }
      db.prepare(`DELETE FROM ${quoteName(row.table)} WHERE rowid = ?`).run(row.rowid)
      result.orphans++
      refuse(result, {
        table: row.table,
        row: `row ${row.rowid}`,
        reason: `It points to a row of ${row.parent} that is not in the file.`,
      })
    }
  }
  const last = Number(db.prepare('SELECT COALESCE(max(id), 0) FROM messages').pluck().get())
  db.exec('DELETE FROM search_gap')
  db.prepare('INSERT INTO search_gap VALUES (1, 1, ?)').run(last)
  if (statSync(db.name).size === 0) throw new RefusalError('empty', 'The file holds nothing.')
}
