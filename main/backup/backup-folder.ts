import { mkdir, open, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, resolve, sep } from 'node:path'
import { oddIn } from '../config/plain-path.ts'
import { isCode } from '../files/codes.ts'
import { unfinished } from '../files/unfinished.ts'
import { realFile } from '../store/owner-lock.ts'
import { BackupError } from './backup-error.ts'

export interface BackupFolderDeps {
  /** <data directory>/backups. */
  defaultFolder: string
  /** Folders whose contents the program itself sweeps. */
  swept: readonly string[]
  /** Default: the system's own. */
  temporary?: readonly string[]
}

const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(folder + sep)
const refused = (message: string, cause?: unknown) =>
  new BackupError('NO_FOLDER', message, {}, cause === undefined ? undefined : { cause })

/**
 * Makes the folder where it is missing, and proves that backups can be written there. @throws BackupError NO_FOLDER that says why not: no whole path,
 * not writable, or a place that is swept, by the system or by us.
 */
export async function checkBackupFolder(path: string, deps: BackupFolderDeps): Promise<void> {
  const odd = oddIn(path)
  if (odd !== undefined)
    throw refused(
      `The folder of the backups is ${JSON.stringify(path)}, with ${odd}. Nothing was made. Write the whole path without that, and save again.`,
    )
  if (!isAbsolute(path)) {
    throw refused(`"${path}" is not a whole path. Give the folder of the backups from the root on, and save again.`)
  }
  const wanted = resolve(path)
  try {
    await mkdir(wanted, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw refused(`The folder ${wanted} cannot be made. Choose another one, or look at its permissions.`, error)
  }
  const real = await realpath(wanted)
  const own = await realpath(deps.defaultFolder).catch(() => deps.defaultFolder)
  if (real === own) return
  for (const folder of deps.swept) {
    if (inside(real, realFile(resolve(folder))))
      throw refused(`${wanted} is a folder that Whatslang empties by itself. Choose another one for the backups.`)
  }
  for (const folder of deps.temporary ?? [tmpdir(), '/tmp', '/var/tmp', '/dev/shm']) {
    // Where the data itself lies in a temporary folder, nobody counts on it.
    const place = realFile(resolve(folder))
    if (inside(real, place) && !inside(own, place))
      throw refused(`${wanted} is a temporary folder: the system empties it. Choose another one for the backups.`)
  }
  const probe = unfinished(join(real, 'messages_probe'))
  try {
    const file = await open(probe, 'wx', 0o600)
    try {
      await file.writeFile('x')
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    const why = isCode(error, 'ENOSPC', 'EDQUOT') ? 'its disk is full' : 'nothing can be written there'
    throw refused(`${wanted} cannot take backups: ${why}. Choose another folder, or look at its permissions.`, error)
  } finally {
    await rm(probe, { force: true }).catch(() => undefined) // it was not made
  }
}
