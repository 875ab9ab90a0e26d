// Notices that the file under an open database became another one: a copy over it, a move onto it, a program that synchronises its folder.
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'

/**
 * `replaced`: another file has the name. `gone`: no file has it. `overwritten`, `emptied`: the same file holds something else. `log-gone`: its
 * write-ahead log was taken away, so that what is committed would be nowhere.
 */
export type Replacement = 'replaced' | 'gone' | 'overwritten' | 'emptied' | 'log-gone'

const HEADER = 100
const WAL_HEADER = 32
const FRAME_HEADER = 24

interface Seen {
  size: number
  mtimeMs: number
  header: Buffer
  /** Of the write-ahead log: it draws them anew when it begins again. */
  salts: Buffer
  /** Changes when another connection commits. */
  version: unknown
}

/**
 * Both files are held open and read through that: closing a second handle to an open database would drop SQLite's locks
 * (sqlite.org/howtocorrupt.html, 2.2), so that `release` comes after the database was closed.
 */
export function watchFile(db: Database.Database, path: string) {
  const file = openSync(path, 'r')
  const log = openSync(`${path}-wal`, 'r+')
  // What is asked of each commit: a descriptor's own file never changes, so it is looked up once.
  const [opened, openedLog] = [fstatSync(file), fstatSync(log)]
  const dataVersion = db.prepare<[], unknown>('PRAGMA data_version').pluck()
  let seen = look(opened)

  function look({ size, mtimeMs }: { size: number; mtimeMs: number }): Seen {
    return {
      size,
      mtimeMs,
      header: read(file, HEADER, 0),
      salts: read(log, WAL_HEADER, 0).subarray(16, 24),
      version: dataVersion.get(),
    }
  }

  /** Someone wrote the file. SQLite did, where another connection committed, or where its first page is one that the log holds: a checkpoint. */
  function isBySqlite(now: Seen, logged?: readonly Buffer[]): boolean {
    if (now.version !== seen.version) return true
    if (now.size > 0 && now.header.equals(seen.header)) return true
    for (const page of logged ?? firstPages(log)) if (page.equals(now.header)) return true
    return false
  }

  function check(logged?: readonly Buffer[]): Replacement | undefined {
    const there = statSync(path, { throwIfNoEntry: false })
    if (there === undefined) return 'gone'
    if (!isSame(there, opened)) return 'replaced'
    const now = look(there)
    const changed = now.size !== seen.size || now.mtimeMs !== seen.mtimeMs || !now.header.equals(seen.header)
    if (changed && !isBySqlite(now, logged)) return now.size === 0 ? 'emptied' : 'overwritten'
    const beside = statSync(`${path}-wal`, { throwIfNoEntry: false })
    if (beside === undefined || !isSame(beside, openedLog)) return 'log-gone'
    seen = now
    return undefined
  }

  return {
    /** Undefined: all is as this program left it, or as SQLite did. A few system calls. */
    check: () => check(),
    /** The same after a checkpoint that empties the log: from it came what is in the file now. */
    checkpoint(run: () => void): Replacement | undefined {
      const logged = [...firstPages(log)]
      run()
      return check(logged)
    },
    /**
     * Before the database is closed for the last time: what its log holds must not go into a file that holds something else. False: the log was
     * written over as well, and the database must stay open until the process ends.
     */
    disarm(how: Replacement): boolean {
      // SQLite itself writes nothing into a file that lost its name, and a log that lost its name still belongs to this file.
      if (how !== 'overwritten' && how !== 'emptied') return true
      if (!read(log, WAL_HEADER, 0).subarray(16, 24).equals(seen.salts)) return false
      ftruncateSync(log, 0)
      return true
    },
    /** After it was closed. `how`: the log that would be taken for the other file's goes, where it is still this program's. */
    release(how?: Replacement): void {
      const beside = statSync(`${path}-wal`, { throwIfNoEntry: false })
      const own = beside !== undefined && isSame(beside, openedLog)
      const untouched = fstatSync(log).size === 0 || read(log, WAL_HEADER, 0).subarray(16, 24).equals(seen.salts)
      if (how !== undefined && how !== 'log-gone' && own && untouched) {
        for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true })
      }
      closeSync(log)
      closeSync(file)
    },
  }
}
export type FileWatch = ReturnType<typeof watchFile>

const isSame = (a: { dev: number; ino: number }, b: { dev: number; ino: number }): boolean =>
  a.dev === b.dev && a.ino === b.ino

/** Fewer bytes where the file ends. */
function read(descriptor: number, bytes: number, at: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  return buffer.subarray(0, readSync(descriptor, buffer, 0, bytes, at))
}

/**
 * The header of each first page of the database that the log holds (sqlite.org/fileformat2.html, 4.1), the last one first: a checkpoint copied that one,
 * and a log has about a thousand pages.
 */
function* firstPages(log: number): Generator<Buffer> {
  const head = read(log, WAL_HEADER, 0)
  if (head.length < WAL_HEADER) return
  const step = FRAME_HEADER + head.readUInt32BE(8)
  const frames = Math.floor((fstatSync(log).size - WAL_HEADER) / step)
  for (let frame = frames - 1; frame >= 0; frame--) {
    const bytes = read(log, FRAME_HEADER + HEADER, WAL_HEADER + frame * step)
    if (bytes.length === FRAME_HEADER + HEADER && bytes.readUInt32BE(0) === 1) yield bytes.subarray(FRAME_HEADER)
  }
}
