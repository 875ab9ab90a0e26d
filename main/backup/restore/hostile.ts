import Database from 'better-sqlite3'
import { SCHEMA_VERSION } from '../../store/schema.ts'
import { quoteName, referenceSchema } from './reference.ts'
import { RefusalError } from './refusal.ts'
import { fingerprintOf } from './sql/own-schema.ts'

/** As sqlite.org/security.html asks for files from elsewhere. `built`: SQLite itself wrote it here from a dump, so its pages are sound. */
export function openHostile(path: string, { built = false } = {}): Database.Database {
  // Rolling back or checkpointing what was copied with the file needs a writing connection, to our own copy of it.
  const writable = new Database(path)
  try {
    writable.pragma('trusted_schema = OFF')
    writable.pragma('cell_size_check = ON')
    writable.pragma('mmap_size = 0')
    const check = built ? 'ok' : writable.pragma('integrity_check(1)', { simple: true })
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
