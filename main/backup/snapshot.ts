import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { isCode } from '../files/codes.ts'
import { BackupError } from './backup-error.ts'
import { quoteName } from './dump/names.ts'

export interface Snapshot {
  readonly db: Database.Database
  close(): void
}

/**
 * A read transaction on a connection of its own: in WAL mode it is the snapshot, no copy is made and no writer waits.
 * The structure of every table and index is checked within it, so that damage is an alarm here and not a backup; with
 * `pages`, also what only a copy of the pages would carry on: free pages, and the search index by its own check, which takes
 * longer than all the rest; with `unchecked`, nothing: somebody else does it meanwhile (see checkStructure). Throws SOURCE_CORRUPT,
 * SOURCE_EMPTY, MISSING.
 */
export function openSnapshot(path: string, { pages = false, unchecked = false } = {}): Snapshot {
  try {
    const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 30_000 })
    try {
      db.pragma('cell_size_check = ON')
      db.pragma('cache_size = -4000') // each page is read once, in order
      db.exec('BEGIN')
      const tables = db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get()
      if (tables === 0) {
        throw new BackupError(
          'SOURCE_EMPTY',
          `${path} holds no table at all. No backup was made, and none was removed.`,
        )
      }
      const checks = pages ? ['quick_check(1)'] : treesOf(db).map((table) => `quick_check(${quoteName(table)})`)
      if (!unchecked) for (const check of checks) if (db.pragma(check, { simple: true }) !== 'ok') throw corrupt(path)
      return { db, close: () => closeSnapshot(db) }
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    throw asSourceError(error, path)
  }
}

/** The check of a snapshot by itself, about a sixth of the time of a dump. Throws what openSnapshot throws. */
export function checkStructure(path: string): void {
  openSnapshot(path).db.close()
}

const WORTH_MOVING = 4 * 1024 * 1024

/**
 * While the snapshot was open, nothing that was committed since could leave the WAL. It is moved into the file here: the next commit of the program
 * would do it otherwise, and everybody would wait for that one.
 */
function closeSnapshot(snapshot: Database.Database): void {
  let mover: Database.Database | undefined
  try {
    if ((statSync(`${snapshot.name}-wal`, { throwIfNoEntry: false })?.size ?? 0) > WORTH_MOVING) {
      // Ready before the way is free, so that it is the first.
      mover = new Database(snapshot.name, { fileMustExist: true, timeout: 0 })
      mover.pragma('schema_version')
    }
    snapshot.close()
    mover?.pragma('wal_checkpoint(PASSIVE)')
  } catch (error) {
    // It may not write here, or the disk is full: the program's own commits do it.
    if (!(error instanceof Database.SqliteError)) throw error
  } finally {
    snapshot.close()
    mover?.close()
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
