import { readdir } from 'node:fs/promises'
import { isCode } from '../../files/codes.ts'
import { isBackupName } from '../file-name.ts'

/** How many backups lie in a folder, whoever made them. One that is not there holds none. */
export async function countTask({ folder }: { folder: string }): Promise<{ backups: number }> {
  try {
    const all = await readdir(folder, { withFileTypes: true })
    return { backups: all.filter((file) => file.isFile() && isBackupName(file.name)).length }
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return { backups: 0 }
    throw error
  }
}
