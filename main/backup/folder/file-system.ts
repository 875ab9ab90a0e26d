import { lstat, realpath, stat } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import { isCode } from '../../files/codes.ts'
import { BackupError } from '../backup-error.ts'

/** The folder itself, or the nearest one above it that exists. */
export async function nearestFolder(path: string): Promise<string> {
  for (let at = path; ; at = dirname(at)) {
    try {
      await stat(at)
      return at
    } catch (error) {
      if (dirname(at) === at || !isCode(error, 'ENOENT', 'ENOTDIR')) throw error
    }
  }
}

/** The topmost folder of the disk that holds `path`: where the disk is mounted. */
export async function mountPointOf(path: string): Promise<string> {
  let at = await realpath(path)
  const { dev } = await lstat(at)
  while (dirname(at) !== at && (await lstat(dirname(at))).dev === dev) at = dirname(at)
  return at
}

/**
 * A folder of another disk is not made anew on the mount point: what is written there is hidden when the disk comes back. `mountedAt`: where the disk was
 * mounted when the folder was used last. @throws BackupError NO_FOLDER
 */
export async function requireDisk(
  folder: string,
  mountedAt: string | null,
  isOurs: () => Promise<boolean>,
): Promise<void> {
  if (mountedAt === null) return
  const now = await mountPointOf(await nearestFolder(folder))
  const above = now === mountedAt ? false : mountedAt.startsWith(now.endsWith(sep) ? now : now + sep)
  if (!above || (await isOurs())) return
  throw new BackupError(
    'NO_FOLDER',
    `The disk of ${folder} is not there: it was mounted at ${mountedAt}. Nothing was made in its place. Mount it, or choose another folder.`,
  )
}

/** True where `folder` lies in the data directory and on its disk: no other installation works there. */
export async function isExclusive(folder: string, dataDirectory: string): Promise<boolean> {
  try {
    const [inner, outer] = await Promise.all([realpath(folder), realpath(dataDirectory)])
    if (!inner.startsWith(outer + sep)) return false
    return (await stat(inner)).dev === (await stat(outer)).dev
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw error
  }
}
