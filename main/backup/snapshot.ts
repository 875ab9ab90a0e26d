import Database from 'better-sqlite3'
import { BackupError } from './backup-error.ts'
import { quoteName } from './dump/names.ts'
import { isCode } from './durable-file.ts'

export interface Snapshot {
  readonly db: Database.Database
  close(): void
}

/**
 * A read transaction on a connection of its own: in WAL mode it is the snapshot, no copy is made and no writer waits.
 * The structure of every table and index is checked within it, so that damage is an alarm here and not a backup; with
 * `pages`, also what only a copy of the pages would carry on: free pages, and the search index by its own check, which takes
 * longer than all the rest. Throws SOURCE_CORRUPT, SOURCE_EMPTY, MISSING.
 */
export function openSnapshot(path: string, { pages = false } = {}): Snapshot {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 30_000 })
    try {
      db.pragma('cell_size_check = ON')
      db.exec('BEGIN')
      const tables = db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get()
      if (tables === 0) {
        throw new BackupError(
          'SOURCE_EMPTY',
          `${path} holds no table at all. No backup was made, and none was removed.`,
        )
      }
      const checks = pages ? ['quick_check(1)'] : treesOf(db).map((table) => `quick_check(${quoteName(table)})`)
      for (const check of checks) if (db.pragma(check, { simple: true }) !== 'ok') throw corrupt(path)
      return { db, close: () => db.close() }
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    throw asSourceError(error, path)
  }
}

/** What is stored by rows: all but virtual tables, whose shadow tables are among them. */
const treesOf = (db: Database.Database): string[] =>
  db
    .prepare<[], string>("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')")
    .pluck()
    .all()

/** Damage shows while rows are read, too. */
export function asSourceError(error: unknown, path: string): unknown {
  if (
    isCode(error, 'SQLITE_NOTADB') ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CORRUPT'))
  ) {
    return corrupt(path, error)
  }
  if (isCode(error, 'SQLITE_CANTOPEN')) {
    return new BackupError(
      'MISSING',
      `${path} cannot be opened. Look whether it is there and may be read.`,
      {},
      { cause: error },
    )
  }
  return error
}

const corrupt = (path: string, cause?: unknown) =>
  new BackupError(
    'SOURCE_CORRUPT',
    `${path} is damaged. No backup was made of it, and no older one was removed. Restore the newest verified backup.`,
    {},
    { cause },
  )
