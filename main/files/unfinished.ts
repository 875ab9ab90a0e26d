import { randomUUID } from 'node:crypto'
import { closeSync, createReadStream, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncHandle } from './sync.ts'
import { withPath } from './system-error.ts'

/** What is not finished ends with this: a file, or a folder of one; what a killed run left of it is swept at the next start. */
export const PARTIAL = '.partial'

/**
 * Where a file is written before it gets its name: beside it, for a name can only change within a disk, and by a name that cannot be guessed.
 * It begins as the file's own does, and is never longer than a name may be.
 */
export const unfinished = (target: string): string =>
  join(dirname(target), `${beginning(target)}.${randomUUID()}${PARTIAL}`)

/** True for a path that `unfinished` made for this file, or one in it. */
export const isUnfinished = (path: string, target: string): boolean =>
  dirname(path) === dirname(target) && basename(path).startsWith(`${beginning(target)}.`) && path.endsWith(PARTIAL)

const beginning = (target: string): string => basename(target).slice(0, 50)

/**
 * Makes an empty file that only this user can read, mode 0600 whatever the umask is. SQLite takes an empty file for a new database, gives its companions the
 * same mode, and lets VACUUM write into it; on its own it would make one that others can read. Fails with EEXIST where anything has the name.
 */
export function createPrivateFile(path: string): void {
  closeSync(openSync(path, 'wx', 0o600))
}

/**
 * Copies a file to a new one that only this user can read, and waits until it is on the disk, unless the caller sees to that. Fails with EEXIST where
 * anything has the name.
 */
export async function copyPrivately(from: string, to: string, { flush = true } = {}): Promise<void> {
  const source = createReadStream(from, { highWaterMark: 1024 * 1024 })
  const target = await open(to, 'wx', 0o600)
  try {
    await target.writeFile(source)
    if (flush) await syncHandle(target)
  } catch (error) {
    throw withPath(error, to)
  } finally {
    await target.close()
  }
}
