import { chmodSync, lstatSync } from 'node:fs'
import { currentUser, OPEN_TO_OTHERS } from './ownership.ts'

/**
 * Takes everybody's rights but the owner's from files of this user, as a copy or an earlier umask may have left them. What is not there, a link, or another
 * user's is passed over. Returns those that were changed.
 */
export function makePrivate(paths: readonly string[]): string[] {
  const user = currentUser()
  if (user === undefined) return []
  return paths.filter((path) => {
    const facts = lstatSync(path, { throwIfNoEntry: false })
    if (!facts?.isFile() || facts.uid !== user || (facts.mode & OPEN_TO_OTHERS) === 0) return false
    try {
      chmodSync(path, facts.mode & 0o700)
      return true
    } catch {
      // The file system keeps no modes, or the disk can only be read: the doctor tells of what stays open.
      return false
    }
  })
}
