import { lstat } from 'node:fs/promises'
import { isCode } from '../../files/codes.ts'
import { checkSource } from '../restore/source.ts'

export interface SourceInput {
  path: string
  /** The running database. */
  live: string
  /** It lies in the folder of the backups. */
  shelved: boolean
}

/** Whether a file can be restored, by what it is. @throws RefusalError */
export async function sourceTask({ path, live, shelved }: SourceInput): Promise<{ bytes: number }> {
  return { bytes: await checkSource(path, live, shelved) }
}

/** Whether there is a file of that path. */
export async function hasTask({ path }: { path: string }): Promise<{ there: boolean }> {
  try {
    return { there: (await lstat(path)).isFile() }
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return { there: false }
    throw error
  }
}
