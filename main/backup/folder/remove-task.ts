import { lstat } from 'node:fs/promises'
import { isCode } from '../../files/codes.ts'
import { entryOf, removeFile } from '../../files/contained.ts'
import { syncFolder } from '../../files/replace-file.ts'
import { isBackupName } from '../file-name.ts'
import type { Stuck } from './contents.ts'

export interface RemoveInput {
  folder: string
  name: string
}
export type RemoveOutput = { removed: true } | { removed: false; stuck: Stuck }

/** Removes one backup. What hinders it is an answer, not an error: the other files are still to be tried. */
export async function removeTask({ folder, name }: RemoveInput): Promise<RemoveOutput> {
  if (!isBackupName(name)) return stuck('NAME', `${name} is no name of a backup. It was left as it is.`)
  const path = entryOf(folder, name)
  try {
    // A folder of that name is none of ours.
    if ((await lstat(path)).isDirectory())
      return stuck('EISDIR', `${path} is a folder, not a backup. Look at it and remove it by hand.`)
    await removeFile(path, folder)
    await syncFolder(folder)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return { removed: true }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN'
    return stuck(code, `${path} cannot be deleted: ${reasonOf(code)}`)
  }
  return { removed: true }
}

const stuck = (code: string, problem: string): RemoveOutput => ({ removed: false, stuck: { code, problem } })

function reasonOf(code: string): string {
  switch (code) {
    case 'EPERM':
      return 'the system forbids it. It may be marked as immutable: on Linux `lsattr` shows that, and `chattr -i` takes the mark away. Then clean up again.'
    case 'EACCES':
      return 'the folder does not let this user delete. Give this user the right to write in the folder, then clean up again.'
    case 'EROFS':
      return 'the disk is read-only. Mount it for writing, then clean up again.'
    case 'EBUSY':
      return 'another program is using it. Close that program, then clean up again.'
    case 'EIO':
      return 'the disk reports an error. Look at the health of the disk.'
    default:
      return `the system says ${code}. Delete it by hand, then clean up again.`
  }
}
