import { realpath, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import { isCode } from '../../files/codes.ts'
import { diskOf, isOtherDisk } from '../../files/disk.ts'
import { realFile } from '../../store/owner-lock.ts'
import { BackupError } from '../backup-error.ts'

/**
 * A folder of another disk is not made anew on the mount point: what is written there is hidden when the disk comes back. `mountedAt`, `diskId`: of the disk
 * when the folder was used last. @throws BackupError NOT_MOUNTED
 */
export async function requireDisk(
  folder: string,
  { mountedAt, diskId = null }: KnownDisk,
  isOurs: () => Promise<boolean>,
): Promise<void> {
  if (mountedAt === null) return
  const now = diskOf(realFile(folder))
  const above = now === undefined || isAbove(now.mountedAt, mountedAt)
  const other = now?.mountedAt === mountedAt && isOtherDisk({ mountedAt, id: diskId }, now)
  if (!(above || other) || (await isOurs())) return
  const what = other
    ? `Another disk is mounted at ${mountedAt} than the one with ${folder}`
    : `The disk of ${folder} is not there: it was mounted at ${mountedAt}`
  throw new BackupError(
    'NOT_MOUNTED',
    `${what}. Nothing was made in its place. Mount it, choose another folder, or use this one as a new folder (the Backups page, or \`whatslang backups --use-as-new\`).`,
  )
}

/** What is remembered of a folder's disk; null: the folder was not used yet. */
export interface KnownDisk {
  mountedAt: string | null
  diskId?: string | null
}

const isAbove = (now: string, before: string): boolean =>
  now !== before && before.startsWith(now.endsWith(sep) ? now : now + sep)

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
