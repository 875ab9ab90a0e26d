import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isCode } from '../files/codes.ts'
import { setModeOf } from '../files/modes.ts'

/** Older than any running job: what has this age and ends in .tmp was left by a run that was killed. */
export const LEFTOVER_AGE_MS = 24 * 3600_000
export const isLeftoverName = (name: string): boolean => /\.tmp(-journal|-wal|-shm)?$/.test(name)

/** What the doctor wants to know of the folder of the backups in the data directory, which may lie on another disk. */
export interface BackupsFolder {
  bytes: number
  /** Null: the folder is not there, or the platform has no modes. */
  mode: number | null
  leftovers: { path: string; bytes: number }[]
  /** Of the folder and of each file in it: whose it is. */
  owners: { path: string; uid: number }[]
}
export const NO_BACKUPS_FOLDER: BackupsFolder = { bytes: 0, mode: null, leftovers: [], owners: [] }

export async function inspectBackups({ folder, now }: { folder: string; now: number }): Promise<BackupsFolder> {
  const facts = await lstat(folder).catch(() => undefined)
  if (facts === undefined) return NO_BACKUPS_FOLDER
  const all = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    // The folder belongs to another user: report its owner; its contents cannot be read. Or it is a link to a disk that is not there.
    if (isCode(error, 'EACCES', 'EPERM', 'ENOENT')) return []
    throw error
  })
  const files = await Promise.all(
    all
      .filter((file) => file.isFile())
      .map(async (file) => {
        const path = join(file.parentPath, file.name)
        return { name: file.name, path, facts: await lstat(path).catch(() => undefined) } // it went while we looked
      }),
  )
  return {
    bytes: files.reduce((sum, file) => sum + (file.facts?.size ?? 0), 0),
    mode: process.platform === 'win32' ? null : facts.mode & 0o777,
    owners: [{ path: folder, facts }, ...files].flatMap(({ path, facts }) =>
      facts === undefined ? [] : [{ path, uid: facts.uid }],
    ),
    leftovers: files.flatMap(({ name, path, facts }) =>
      facts !== undefined &&
      join(folder, name) === path &&
      isLeftoverName(name) &&
      now - facts.mtimeMs > LEFTOVER_AGE_MS
        ? [{ path, bytes: facts.size }]
        : [],
    ),
  }
}

/** Closes the folder to other users and removes leftovers. @returns what was repaired, a sentence each */
export async function repairBackups(input: { folder: string; now: number }): Promise<string[]> {
  const { mode, leftovers } = await inspectBackups(input)
  const repaired: string[] = []
  if (mode !== null && (mode & 0o077) !== 0) {
    if (await setModeOf(input.folder, 0o700)) repaired.push(`${input.folder} is now readable by you only.`)
  }
  for (const { path } of leftovers) {
    await rm(path)
    repaired.push(`${path} was removed.`)
  }
  return repaired
}
