import { statfsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import { freeBytes } from '../../files/free-space.ts'
import type { TaskLimits } from '../../ports.ts'
import { BackupError } from '../backup-error.ts'
import { RefusalError } from './refusal.ts'

const MIB = 2 ** 20
/** A database may hold this many bytes for each byte of the dump that it is loaded from: five times what ours hold. */
const LOADED = 6
/** The same for a database of ours that is built from a file: beside the rows it has our indexes, and the values that the rows had before. */
export const BUILT = 12
const BASE = 32 * MIB
/** A file that holds less is taken whatever it was packed to. */
export const SMALL_PLAIN = 64 * MIB
/** Plain bytes for each byte of a file. A dump of texts stays below 60. */
export const RATIO = 400
/** Bytes of the disk that stay free whatever happens. */
export const RESERVE = 256 * MIB

/** Keeps a database from growing far beyond the `bytes` that it is made from, whatever they ask for. SQLite then says that the disk is full. */
export function limitGrowth(db: Database, bytes: number, growth = LOADED): void {
  const size = Number(db.pragma('page_size', { simple: true }))
  db.pragma(`max_page_count = ${Math.ceil((BASE + growth * bytes) / size)}`)
}

/** Bytes that may come out of a file, beside a running database of this size. */
export const mostPlain = (live: number): number => Math.max(4096 * MIB, 20 * live)

/** For a task that reads a file from outside into `folder`. The task has its own, closer limits; these hold where it breaks them. */
export async function readLimits(file: string, folder: string, live = 0): Promise<TaskLimits> {
  const size = await sizeOf(file)
  const plain = Math.min(mostPlain(Math.max(live, size)), Math.max(SMALL_PLAIN, RATIO * size))
  return limitsOf(folder, (LOADED + BUILT) * plain)
}
/** For a task that makes one database of others, whose rows it takes at most once: of them, and of as much again for how pages are filled. */
export async function copyLimits(databases: readonly string[], path: string): Promise<TaskLimits> {
  const files = databases.flatMap((database) => ['', '-wal'].map((end) => database + end))
  const sizes = await Promise.all(files.map(sizeOf))
  return limitsOf(path, COPIED * sizes.reduce((sum, size) => sum + size, 0))
}
/** A database may hold this many bytes for each byte of the one that its rows are copied from. */
export const COPIED = 3

const limitsOf = (path: string, bytes: number): TaskLimits => ({
  memoryBytes: 1024 * MIB,
  diskPath: path,
  diskBytes: 4 * BASE + bytes,
  reserveBytes: RESERVE,
})
/** Nothing where there is none: the task says what is wrong with it. */
const sizeOf = async (path: string): Promise<number> =>
  await stat(path).then(
    (info) => info.size,
    () => 0,
  )

/** Below this, it is the disk that is full. */
const HARDLY_ANY = 16 * MIB

/** What a "disk is full" of SQLite means: the limit above, or the disk itself. Undefined for any other error. */
export function tooLarge(error: unknown, db: Database): Error | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL')) return undefined
  const free = freeBytes(statfsSync(dirname(db.name)))
  if (free > HARDLY_ANY)
    return new RefusalError(
      'too-large',
      'The file grows to many times its size when it is read, as no backup does. It was not taken.',
      { cause: error },
    )
  return new BackupError('NO_SPACE', 'The disk has no room to unpack the file. Free some space and try again.', {
    needed: 0,
    free,
  })
}
