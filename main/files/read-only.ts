import { access, chmod, constants, stat } from 'node:fs/promises'
import { isCode } from './codes.ts'

/**
 * True where the file system of a folder takes no changes: mounted read-only, or made so by the system because its disk reports errors. The second
 * kind shows only in a change: the folder is given the mode that it has. False where it cannot be told.
 */
export async function isReadOnly(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK)
    const { mode } = await stat(folder)
    await chmod(folder, mode & 0o7777)
    return false
  } catch (error) {
    return isCode(error, 'EROFS')
  }
}
