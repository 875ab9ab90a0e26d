import { type FileHandle, link, mkdir, open, rename, rm, stat, statfs, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isCode } from '../files/codes.ts'
import { removeTree } from '../files/contained.ts'
import { freeBytes } from '../files/free-space.ts'
import { syncFolder } from '../files/replace-file.ts'
import { syncData, syncHandle } from '../files/sync.ts'
import { systemFailure, systemSentence } from '../files/system-error.ts'
import { unfinished } from '../files/unfinished.ts'
import { BackupError } from './backup-error.ts'
import type { Sink } from './dump/dump.ts'

const BUFFER = 1024 * 1024
/** What is written goes to the disk in portions: a large one at the end would hold up every commit of the bot. */
const UNSYNCED = 16 * 1024 * 1024

/** Collects small writes; each goes to the file in order. */
export function fileSink(file: FileHandle): Sink {
  let parts: Uint8Array[] = []
  let held = 0
  let unsynced = 0
  let syncing: Promise<void> | undefined
  const flush = async () => {
    if (held === 0) return
    const bytes = Buffer.concat(parts, held)
    parts = []
    held = 0
    let done = 0
    while (done < bytes.length) done += (await file.write(bytes, done)).bytesWritten
    unsynced += done
    if (unsynced < UNSYNCED) return
    unsynced = 0
    // The next portion is made meanwhile.
    await syncing
    syncing = syncData(file)
    syncing.catch(() => undefined) // whoever waits for it is told
  }
  return {
    async write(bytes) {
      parts.push(bytes)
      held += bytes.length
      if (held >= BUFFER) await flush()
    },
    async close() {
      await flush()
      await syncing
    },
  }
}

/** Is told of a temporary file or folder before it is made: whoever kills this process removes it. */
export type OnTemporary = (path: string) => void

/**
 * Writes `target` through a file beside it that is complete and on the disk before it gets the name: nobody ever sees half
 * of it, and an existing file is never replaced (code EEXIST). Mode 0600 from its first moment.
 */
export async function writeDurably(
  target: string,
  fill: (file: FileHandle) => Promise<void>,
  onTemporary: OnTemporary = () => undefined,
): Promise<void> {
  const partial = unfinished(target)
  onTemporary(partial)
  try {
    const file = await open(partial, 'wx', 0o600)
    try {
      await fill(file)
      await syncHandle(file)
    } finally {
      await file.close()
    }
    await publish(partial, target)
  } catch (error) {
    await rm(partial, { force: true })
    throw asBackupError(error, target)
  }
}

/**
 * The same for a file that SQLite makes, with its companions: in a folder beside the target that only this user can open. `make` leaves the file at the
 * path that it is given, where nothing is yet. Returns the size of the file.
 */
export async function buildDurably(
  target: string,
  make: (path: string) => void | Promise<void>,
  onTemporary: OnTemporary = () => undefined,
): Promise<number> {
  const folder = unfinished(target)
  onTemporary(folder)
  try {
    await mkdir(folder, { mode: 0o700 })
    const path = join(folder, basename(target))
    await make(path)
    const file = await open(path, 'r+')
    try {
      await syncHandle(file)
    } finally {
      await file.close()
    }
    const { size } = await stat(path)
    await publish(path, target)
    return size
  } catch (error) {
    throw asBackupError(error, target)
  } finally {
    await removeTree(folder, dirname(target))
  }
}

/** Gives a finished file its name, durably. Fails with EEXIST where the name is taken. */
export async function publish(partial: string, target: string): Promise<void> {
  try {
    // Fails where the name is taken, in one step, also between two machines on a network share.
    await link(partial, target)
    // Where nothing may be deleted, the second name stays; the file has its own name all the same.
    await unlink(partial).catch(() => undefined)
  } catch (error) {
    if (isCode(error, 'EEXIST', 'ENOENT', 'ENOSPC', 'EDQUOT', 'EIO', 'EROFS')) throw error
    // A file system without hard links.
    if (await stat(target).catch(() => undefined))
      throw Object.assign(new Error(`${target} exists.`), { code: 'EEXIST' })
    await rename(partial, target)
  }
  await syncFolder(dirname(target))
}

/** Throws NO_SPACE where a file of this size would not fit beside what the disk already holds. */
export async function requireSpace(folder: string, needed: number): Promise<void> {
  const free = freeBytes(await statfs(folder))
  if (free >= needed) return
  throw new BackupError(
    'NO_SPACE',
    `A backup needs about ${mb(needed)} MB, and the disk of ${folder} has ${mb(free)} MB left. Free some space, or choose another folder.`,
    { needed, free },
  )
}

const mb = (bytes: number) => Math.ceil(bytes / 1e6)

export function asBackupError(error: unknown, path: string): unknown {
  if (isCode(error, 'ENOSPC', 'SQLITE_FULL')) {
    return new BackupError(
      'NO_SPACE',
      `The disk became full while ${path} was written. The unfinished file was removed. Free some space and try again.`,
      { needed: 0, free: 0 },
      { cause: error },
    )
  }
  // In the system's own code, with the file's name and what to do; the temporary one beside it says nothing to a user.
  const { code } = systemFailure(error) ?? {}
  if (code !== undefined && code !== 'EEXIST') {
    const message = `${systemSentence(code, path)} The unfinished file was removed.`
    return Object.assign(new Error(message, { cause: error }), { code, path })
  }
  return error
}
