import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { setMode } from '../files/modes.ts'
import { createFile } from './create-file.ts'
import { asStoreError, StoreError } from './errors.ts'
import { migrate } from './migrate.ts'
import { realFile } from './owner-lock.ts'
import { generationOf } from './python/generation.ts'
import { APPLICATION_ID, checkSchema, SCHEMA_VERSION } from './schema.ts'
import { type ConnectionOptions, connect } from './sqlite.ts'

export interface MigrationNotice {
  path: string
  from: number
  to: number
}
export interface OpenFileOptions extends ConnectionOptions {
  /** Called before the first migration of a file that holds data: the place of the automatic backup. Throwing stops the migration. */
  beforeMigration?: (notice: MigrationNotice, db: Database.Database) => void
}

/** What lies at a path, without changing a byte of it. */
export type Inspection =
  | { kind: 'missing' }
  | { kind: 'ours'; version: number; needsMigration: boolean }
  | { kind: 'python'; generation: number }

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    // Any reason why not is a no; the caller says it in its own words.
    return false
  }
}

/** Checks everything that can be known of a file from outside, in the order in which a person would want to hear it. Returns whether it exists. */
function checkFromOutside(path: string, readOnly: boolean): boolean {
  const folder = dirname(path)
  const info = statSync(path, { throwIfNoEntry: false })
  if (!info) {
    const wal = statSync(`${path}-wal`, { throwIfNoEntry: false })
    if (wal && wal.size > 0) {
      throw new StoreError(
        'corrupt',
        path,
        `${path} is gone, but its newest changes still lie in ${path}-wal. Nothing was made in its place. Put the file back beside it, or move the -wal file away and restore a backup.`,
      )
    }
    return false
  }
  if (info.isDirectory()) {
    throw new StoreError('directory', path, `${path} is a folder, not a database. Give the path of the file itself.`)
  }
  if (!info.isFile()) {
    throw new StoreError(
      'not-a-database',
      path,
      `${path} is a device or a pipe, not a file. Give the path of a database.`,
    )
  }
  if (!may(path, constants.R_OK)) {
    throw new StoreError(
      'unreadable',
      path,
      `${path} may not be read by this user. Give it to this user (chown) or permit reading (chmod u+r).`,
    )
  }
  if (info.size === 0) {
    throw new StoreError(
      'empty-file',
      path,
      `${path} is empty (0 bytes): what it held is gone. It was left as it is. Restore a backup; to start with nothing, move the empty file away.`,
    )
  }
  if (readOnly) return true
  if (!may(path, constants.W_OK) || (process.platform !== 'win32' && (info.mode & 0o222) === 0)) {
    throw new StoreError(
      'read-only-file',
      path,
      `${path} is read-only. Make it writable (chmod u+w), then start again.`,
    )
  }
  if (
    !may(folder, constants.W_OK | constants.X_OK) ||
    (process.platform !== 'win32' && (statSync(folder).mode & 0o222) === 0)
  ) {
    throw new StoreError(
      'read-only-folder',
      path,
      `The folder ${folder} is read-only, but SQLite must write beside ${path}. Make the folder writable, then start again.`,
    )
  }
  return true
}

/** Whose file it is. Throws for what is nobody's, a newer version's, or damaged. */
function identify(db: Database.Database, path: string): Exclude<Inspection, { kind: 'missing' }> {
  const application: unknown = db.pragma('application_id', { simple: true })
  const version = Number(db.pragma('user_version', { simple: true }))
  if (application === APPLICATION_ID) {
    if (version > SCHEMA_VERSION) {
      const writtenBy = db.prepare<[], unknown>("SELECT value FROM meta WHERE key = 'written_by'").pluck().get()
      throw new StoreError(
        'newer-version',
        path,
        `${path} was written by a newer Whatslang (${typeof writtenBy === 'string' ? `version ${writtenBy}, ` : ''}database version ${version}; this one knows ${SCHEMA_VERSION}). It was left as it is. Install that version or a newer one.`,
      )
    }
    return { kind: 'ours', version, needsMigration: version < SCHEMA_VERSION }
  }
  if (application === 0) {
    const generation = generationOf(db)
    if (generation !== null) return { kind: 'python', generation }
  }
  throw new StoreError(
    'foreign-database',
    path,
    `${path} is an SQLite database of another program. It was left as it is. Choose another path, or move the file away.`,
  )
}

/** What lies at `path`. Opens it for reading only, unless a transaction that was cut off must be rolled back first. */
export function inspectFile(path: string): Inspection {
  const real = realFile(path)
  try {
    if (!checkFromOutside(real, true)) return { kind: 'missing' }
    return look(real)
  } catch (error) {
    throw asStoreError(error, real)
  }
}

/** Through a reading connection: opening for writing would already change a file that is not ours. */
function look(path: string, options: ConnectionOptions = {}): Exclude<Inspection, { kind: 'missing' }> {
  try {
    return lookOnce(path, options)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_READONLY_ROLLBACK')) throw error
    // A transaction was cut off, and nobody can read the file before it is rolled back: whoever opens it next for writing does that.
    const db = new Database(path, { fileMustExist: true, timeout: options.busyTimeoutMs ?? 5000 })
    try {
      db.pragma('schema_version')
    } finally {
      db.close()
    }
    return lookOnce(path, options)
  }
}

function lookOnce(path: string, options: ConnectionOptions): Exclude<Inspection, { kind: 'missing' }> {
  const db = connect(path, { ...options, readOnly: true })
  try {
    return identify(db, path)
  } finally {
    db.close()
  }
}

function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // The umask may have taken more, never less; say exactly what is wanted.
  setMode(folder, 0o700)
}

/**
 * Opens the database of this program at `path`, making it where there is none. Every bad file has its own error, and none loses a byte: see
 * `StoreErrorCode`. The caller holds the owner lock unless `readOnly`.
 */
export function openFile(path: string, options: OpenFileOptions = {}): Database.Database {
  const real = realFile(path)
  let db: Database.Database | undefined
  try {
    if (!checkFromOutside(real, options.readOnly === true)) {
      if (options.readOnly) {
        throw new StoreError(
          'not-found',
          real,
          `${real} does not exist. Start Whatslang once, or give the path of a database.`,
        )
      }
      makeFolder(dirname(real))
      createFile(real)
    }
    const found = look(real, options)
    if (found.kind === 'python') {
      throw new StoreError(
        'python-database',
        real,
        `${real} belongs to the Python service (generation ${found.generation}). It was left as it is. Import it: Whatslang builds its own file beside it.`,
      )
    }
    db = connect(real, options)
    if (found.needsMigration) {
      if (options.readOnly) {
        throw new StoreError(
          'older-version',
          real,
          `${real} has database version ${found.version}, older than ${SCHEMA_VERSION}. Start Whatslang once to bring it up to date.`,
        )
      }
      options.beforeMigration?.({ path: real, from: found.version, to: SCHEMA_VERSION }, db)
      migrate(db, real)
    }
    checkSchema(db, real)
    return db
  } catch (error) {
    db?.close()
    throw asStoreError(error, real)
  }
}
