import { type FileHandle, open } from 'node:fs/promises'
import { getPriority } from 'node:os'
import Database from 'better-sqlite3'
import { createPrivateFile } from '../files/unfinished.ts'
import type { TaskContext } from '../tasks/protocol.ts'
import { type Follower, followInThread } from './dump/follow.ts'
import type { TableDigest } from './manifest.ts'
import { everyOwnSchema } from './restore/reference.ts'
import { loadSql } from './restore/sql/load.ts'

export interface Loaded {
  db: Database.Database
  /** Of tables that were read back while others were still loaded. */
  digests: ReadonlyMap<string, TableDigest>
  close(): Promise<void>
}

export const asLoaded = (db: Database.Database): Loaded => ({
  db,
  digests: new Map(),
  async close() {
    db.close()
  },
})

/** Bytes of a file from which on a thread is started that reads back what was loaded. */
const WORTH_A_THREAD = 4 * 1024 * 1024

export interface LoadOptions {
  /** Of the file that is read. */
  size: number
  context: TaskContext
  /** Another file to start as the thread. */
  thread?: URL
}

/**
 * Loads a dump into a scratch database. The load needs no fsync: after a crash the scratch database is thrown away. Where the file is large and the user waits,
 * a second thread digests the rows as they are committed. A write-ahead log lets both work at the same time, and it never goes into the file.
 */
export async function loadScratch(
  content: AsyncIterable<Buffer>,
  scratch: string,
  { size, context, thread }: LoadOptions,
): Promise<Loaded> {
  createPrivateFile(scratch)
  const db = new Database(scratch)
  const slow = getPriority() > 0
  let file: FileHandle | undefined
  let follower: Follower | undefined
  try {
    db.pragma('synchronous = OFF')
    db.pragma('cache_size = -16000')
    if (!slow && size >= WORTH_A_THREAD) {
      db.pragma('journal_mode = WAL')
      db.pragma('wal_autocheckpoint = 0')
      follower = followInThread(scratch, thread)
    } else {
      db.pragma('journal_mode = OFF')
      db.pragma('locking_mode = EXCLUSIVE')
    }
    if (slow) file = await open(scratch, 'r+')
    const report = await loadSql(file === undefined ? content : inPortions(content, file), db, {
      own: everyOwnSchema(),
      strictRows: true,
      indexes: 'unique',
      onProgress: (bytes) => context.progress({ step: 'bytes', done: bytes, total: null }),
      ...(follower !== undefined && { onCommitted: follower.more }),
      signal: context.signal,
    })
    db.pragma(`user_version = ${report.userVersion ?? 0}`)
    db.pragma(`application_id = ${report.applicationId ?? 0}`)
    const digests = follower === undefined ? new Map() : await follower.end()
    return { db, digests, close: () => close(db, follower) }
  } catch (error) {
    await close(db, follower)
    throw error
  } finally {
    // Closing it drops SQLite's locks on the file, which no other process uses.
    await file?.close()
  }
}

/** The follower leaves last: see Follower.stop. */
async function close(db: Database.Database, follower: Follower | undefined): Promise<void> {
  db.close()
  await follower?.stop()
}

const PORTION = 16 * 1024 * 1024

/** A scheduled run has time: what it writes goes to the disk bit by bit, for all of it at once would hold up the bot's commits. */
async function* inPortions(content: AsyncIterable<Buffer>, file: FileHandle): AsyncGenerator<Buffer> {
  let unsynced = 0
  for await (const bytes of content) {
    yield bytes
    unsynced += bytes.length
    if (unsynced < PORTION) continue
    unsynced = 0
    await file.datasync()
  }
}
