import Database from 'better-sqlite3'
import { SCHEMA_VERSION } from '../../store/schema.ts'
import { everyOwnSchema, quoteName, referenceSchema } from './reference.ts'
import { RefusalError } from './refusal.ts'
import { fingerprintOf } from './sql/own-schema.ts'

/** More tables, indexes and triggers than any database that we could read holds. */
const MOST_OBJECTS = 1000

/**
 * Opens a file from elsewhere, our own copy of it, as sqlite.org/security.html asks for, and checks it: nothing in it is computed while it is read, and
 * its pages hold together. Rolling back or checkpointing what was copied with it needs a writing connection.
 */
export function openHostile(path: string): Database.Database {
  return guarded(path, (db) => {
    removeComputation(db)
    const check = db.pragma('integrity_check(1)', { simple: true })
    if (check !== 'ok')
      throw new RefusalError(
        'damaged',
        `The file is a damaged database (${String(check).slice(0, 200)}). Choose another backup, or save what is readable.`,
      )
    db.pragma('journal_mode = DELETE')
  })
}

/** Opens a scratch database that was checked or that SQLite itself wrote here from a dump. */
export const openChecked = (path: string): Database.Database => guarded(path, () => undefined)

function guarded(path: string, check: (db: Database.Database) => void): Database.Database {
  const db = new Database(path)
  try {
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    db.pragma('mmap_size = 0')
    // Checking the pages would otherwise evaluate them for each row.
    db.pragma('ignore_check_constraints = ON')
    check(db)
    db.pragma('query_only = ON')
    return db
  } catch (error) {
    db.close()
    if (error instanceof RefusalError) throw error
    throw new RefusalError(
      'damaged',
      'The file is a damaged database. Choose another backup, or save what is readable.',
      { cause: error },
    )
  }
}

/** Columns that are computed while they are read refuse the file. Indexes that compute are dropped, without a look at what they hold. */
function removeComputation(db: Database.Database): void {
  const objects = db
    .prepare<[], { type: string; name: string; sql: string | null }>('SELECT type, name, sql FROM sqlite_schema')
    .all()
  if (objects.length > MOST_OBJECTS)
    throw new RefusalError('schema', 'The file holds more tables and indexes than any backup does. It was not taken.')
  const own = everyOwnSchema().indexes
  for (const { type, name, sql } of objects) {
    if (type === 'table' && !/^\s*create\s+virtual/i.test(sql ?? '')) checkColumns(db, name)
    if (type !== 'index' || sql === null || own.has(fingerprintOf(sql))) continue
    const columns = db.pragma(`index_xinfo(${quoteName(name)})`) as { cid: number }[]
    if (/\bwhere\b/i.test(sql) || columns.some(({ cid }) => cid === EXPRESSION))
      db.exec(`DROP INDEX ${quoteName(name)}`)
  }
}
const EXPRESSION = -2

function checkColumns(db: Database.Database, table: string): void {
  const columns = db.pragma(`table_xinfo(${quoteName(table)})`) as { hidden: number }[]
  if (columns.some(({ hidden }) => hidden > 0))
    throw new RefusalError(
      'schema',
      `The table "${table.slice(0, 60)}" computes columns, which could run code. The file was not taken.`,
    )
}

/** Views, triggers and virtual tables run code; only those of ours, by their exact text, are passed over. */
export function checkObjects(db: Database.Database, version: number | null): void {
  const reference = referenceSchema(version ?? SCHEMA_VERSION)
  const known = new Set(
    (reference.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL').pluck().all() as string[]).map(
      fingerprintOf,
    ),
  )
  reference.close()
  const rows = db
    .prepare<[], { type: string; name: string; sql: string | null }>('SELECT type, name, sql FROM sqlite_schema')
    .all()
  for (const row of rows) {
    const virtual = row.type === 'table' && /^\s*create\s+virtual/i.test(row.sql ?? '')
    const active = row.type === 'view' || row.type === 'trigger' || virtual
    if (active && !known.has(fingerprintOf(row.sql ?? ''))) {
      throw new RefusalError(
        'schema',
        `The file holds the ${virtual ? 'virtual table' : row.type} "${row.name.slice(0, 60)}", which could run code. It was not taken.`,
      )
    }
  }
}
