// Who can put something where this process reads it. Windows has no such modes: its access lists come from the folder, which is the user's.
import { type Stats, statfsSync, statSync } from 'node:fs'

/** Mode bits: others may do anything. */
export const OPEN_TO_OTHERS = 0o077
/** Mode bits: others may write. */
export const WRITABLE_BY_OTHERS = 0o022

/** The user as whom this process opens files; undefined where the system has no such number. Works for a uid that has no name. */
export const currentUser = (): number | undefined => process.geteuid?.()

/**
 * Whose files this process believes: its own user's and root's, and those of the owner of `folder`, which the user chose. `undefined`: this system
 * does not tell.
 */
export function trustedOwners(folder?: string): ReadonlySet<number> | undefined {
  const user = currentUser()
  if (user === undefined) return undefined
  const owners = new Set([user, 0])
  const facts = folder === undefined ? undefined : statSync(folder, { throwIfNoEntry: false })
  if (facts !== undefined) owners.add(facts.uid)
  return owners
}

/** Types of file systems, as statfs(2) reports them, that keep no modes: what they show is an option of the mount. */
const WITHOUT_MODES: ReadonlySet<number> = new Set([
  0x4d44, // FAT
  0x2011bab0, // exFAT
  0x5346544e, // NTFS
  0x7366746e, // NTFS3
  0x65735546, // FUSE
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x01021997, // 9P: drives of Windows in WSL
])

/** True where others may write, as far as the file system keeps modes at all. */
export function writableByOthers(path: string, facts: Pick<Stats, 'mode'>): boolean {
  if (currentUser() === undefined || (facts.mode & WRITABLE_BY_OTHERS) === 0) return false
  return process.platform !== 'linux' || !WITHOUT_MODES.has(statfsSync(path).type >>> 0)
}

export const modeOf = (facts: Pick<Stats, 'mode'>): string => (facts.mode & 0o777).toString(8).padStart(3, '0')
