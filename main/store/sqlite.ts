import Database from 'better-sqlite3'
import { StoreError } from './errors.ts'

/**
 * The WAL-reset bug loses commits where two connections checkpoint at once (sqlite.org/wal.html#walresetbug): 3.7.0 to 3.51.2, but not
 * the backports 3.44.6 and 3.50.7 and later of their lines.
 */
export function hasWalResetBug(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  if (major !== 3) return major < 3
  if (minor < 7 || minor > 51) return false
  if (minor === 51) return patch <= 2
  if (minor === 50) return patch < 7
  if (minor === 44) return patch < 6
  return true
}

export interface ConnectionOptions {
  readOnly?: boolean
  /** Overwrites what is deleted with zeros. Off only where the user's settings say so. */
  secureDelete?: boolean
  /** How long a statement waits for another process's lock. */
  busyTimeoutMs?: number
}

function pragma(db: Database.Database, name: string, value: string | number, expected: string | number): void {
  db.pragma(`${name} = ${value}`)
  const now: unknown = db.pragma(name, { simple: true })
  if (now === expected) return
  throw new StoreError(
    'pragma-refused',
    db.name,
    `${db.name} could not be opened safely: SQLite keeps ${name} at ${String(now)} where ${expected} is needed. Move the data directory to a local disk.`,
  )
}

/**
 * Opens an existing SQLite file with everything that safety needs, and reads each pragma back. The levels drift otherwise: a file that was just
 * switched to WAL reports synchronous=2, opened again 1, with which a power cut may take the last commits (sqlite.org/wal.html).
 * WAL is switched on only for writers, and stays in the file.
 */
export function connect(path: string, options: ConnectionOptions = {}): Database.Database {
  const { readOnly = false, secureDelete = true, busyTimeoutMs = 5000 } = options
  const db = new Database(path, { readonly: readOnly, fileMustExist: path !== ':memory:', timeout: busyTimeoutMs })
  try {
    const version = db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? ''
    if (hasWalResetBug(version)) {
      throw new StoreError(
        'unsafe-sqlite',
        path,
        `This build carries SQLite ${version}, which can lose commits (the WAL-reset bug). ${path} was not opened. Install a Whatslang with SQLite 3.51.3 or newer.`,
      )
    }
    pragma(db, 'trusted_schema', 'OFF', 0)
    pragma(db, 'cell_size_check', 'ON', 1)
    pragma(db, 'mmap_size', 0, 0)
    pragma(db, 'foreign_keys', 'ON', 1)
    pragma(db, 'busy_timeout', busyTimeoutMs, busyTimeoutMs)
    if (readOnly) {
      pragma(db, 'query_only', 'ON', 1)
      return db
    }
    if (path !== ':memory:') pragma(db, 'journal_mode', 'WAL', 'wal')
    pragma(db, 'synchronous', 'FULL', 2)
    pragma(db, 'secure_delete', secureDelete ? 'ON' : 'OFF', secureDelete ? 1 : 0)
    // A checkpoint that could not finish while a reader held on must not leave a huge -wal behind for ever.
    db.pragma('journal_size_limit = 67108864')
    if (process.platform === 'darwin') {
      // fsync does not reach the platter on macOS without it.
      pragma(db, 'checkpoint_fullfsync', 'ON', 1)
    }
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
