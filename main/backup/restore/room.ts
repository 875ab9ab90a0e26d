import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import { BackupError } from '../backup-error.ts'
import { RefusalError } from './refusal.ts'

/** A database may hold this many bytes for each byte that it was made from: short rows in tables with several indexes take most. */
const GROWTH = 20
const BASE = 64 * 2 ** 20

/** Keeps a scratch database from growing far beyond the `bytes` that it is made from, whatever they ask for. SQLite then says that the disk is full. */
export function limitGrowth(db: Database, bytes: number): void {
  const size = Number(db.pragma('page_size', { simple: true }))
  db.pragma(`max_page_count = ${Math.ceil((BASE + GROWTH * bytes) / size)}`)
}

/** Below this, it is the disk that is full. */
const HARDLY_ANY = 16 * 2 ** 20

/** What a "disk is full" of SQLite means: the limit above, or the disk itself. Undefined for any other error. */
export function tooLarge(error: unknown, db: Database): Error | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL')) return undefined
  const { bavail, bsize } = statfsSync(dirname(db.name))
  if (bavail * bsize > HARDLY_ANY)
    return new RefusalError(
      'too-large',
      'The file grows to many times its size when it is read, as no backup does. It was not taken.',
      { cause: error },
    )
  return new BackupError('NO_SPACE', 'The disk has no room to unpack the file. Free some space and try again.', {
    needed: 0,
    free: bavail * bsize,
  })
}
