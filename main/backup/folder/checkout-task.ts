import { constants } from 'node:fs'
import { link, lstat, open, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { isCode } from '../../files/codes.ts'
import { BackupError } from '../backup-error.ts'

export interface CheckoutInput {
  path: string
  /** On a local disk; must not exist. */
  target: string
}

/** Puts a backup where it can be read in peace: under a second name on the same disk, else as a copy. Follows no link. */
export async function checkoutTask({ path, target }: CheckoutInput): Promise<undefined> {
  if (!(await lstat(path)).isFile()) throw notAFile(path)
  try {
    await link(path, target)
    return undefined
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOSPC', 'EIO', 'EEXIST')) throw error
  }
  // Another disk, an immutable file, or a file system without hard links.
  const from = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!(await from.stat()).isFile()) throw notAFile(path)
    const to = await open(target, 'wx', 0o600)
    await pipeline(from.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 }), to.createWriteStream())
  } catch (error) {
    await rm(target, { force: true })
    throw error
  } finally {
    await from.close()
  }
}

const notAFile = (path: string) =>
  new BackupError('MISSING', `${path} is no file any more. Something else was put in its place.`)
