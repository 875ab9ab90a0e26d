import { fsyncSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { isCode } from './codes.ts'

/** What file systems say that cannot be asked to wait for the disk. A failing disk says EIO, a full one ENOSPC or EDQUOT: those count. */
const UNABLE = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM', 'EISDIR']

/** Waits until a file, or the names in a folder, are on the disk, where the file system can do that. */
export async function syncHandle(file: FileHandle): Promise<void> {
  try {
    await file.sync()
  } catch (error) {
    if (!isCode(error, ...UNABLE)) throw error
  }
}

/** Of what a file holds alone. */
export async function syncData(file: FileHandle): Promise<void> {
  try {
    await file.datasync()
  } catch (error) {
    if (!isCode(error, ...UNABLE)) throw error
  }
}

/** The same where nothing can be waited for. */
export function syncNow(descriptor: number): void {
  try {
    fsyncSync(descriptor)
  } catch (error) {
    if (!isCode(error, ...UNABLE)) throw error
  }
}
