import { chmodSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { isCode } from './codes.ts'

/** What file systems say that keep no modes (FAT, exFAT, some SMB and FUSE), and disks that can only be read. */
const REFUSED = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EROFS']

/** The failure of a call that sets a mode, where none can be set. */
export const keepsNoModes = (error: unknown): boolean => isCode(error, ...REFUSED)

/** Sets a mode where the file system keeps modes. False: it refuses; the doctor tells of what stays open. */
export function setMode(path: string, mode: number): boolean {
  try {
    chmodSync(path, mode)
    return true
  } catch (error) {
    if (keepsNoModes(error)) return false
    throw error
  }
}

/** The same where it can be waited for. */
export async function setModeOf(path: string, mode: number): Promise<boolean> {
  try {
    await chmod(path, mode)
    return true
  } catch (error) {
    if (keepsNoModes(error)) return false
    throw error
  }
}
