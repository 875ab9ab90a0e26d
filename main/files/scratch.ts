import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isCode } from './codes.ts'
import { emptyFolder } from './contained.ts'
import { makeOwnFolder } from './own-folder.ts'

/** The folder of a command that works beside the running program, which leaves it alone while that process lives. */
const GUEST = /^guest-(\d+)-/

export type OnLeft = (name: string, error: unknown) => void

export interface Scratch {
  readonly folder: string
  /** The path of a temporary file, by a name that cannot be guessed. Nothing is there yet; the caller removes what it makes there. */
  path(): Promise<string>
  /** Removes what this program and its tasks left, at start and at the end. What cannot be removed stays and is reported. */
  sweep(): Promise<void>
}

/** `scratch` in the data directory: all temporary files of the program, in a folder that only its user can open. */
export function createScratch(folder: string, onLeft: OnLeft): Scratch {
  return {
    folder,
    async path() {
      await makeOwnFolder(folder)
      return join(folder, randomUUID())
    },
    async sweep() {
      try {
        // SQLite looks for a place of its temporary files that is there.
        await makeOwnFolder(folder)
      } catch (error) {
        // On a full disk, for example: nothing else depends on it yet.
        onLeft(folder, error)
      }
      for (const { name, error } of await emptyFolder(folder, isGuestAtWork)) onLeft(name, error)
    },
  }
}

/**
 * SQLite puts what does not fit into memory (a large sort, a VACUUM) into files of its own. Here and not where the system has its temporary files, in
 * this process and in those that it starts. For the program that owns the process, before its first database is opened.
 */
export function keepTemporaryFilesIn(folder: string): void {
  process.env.SQLITE_TMPDIR = folder
}

/** A folder in `scratch` for a command that does not hold the data directory. */
export async function makeGuestFolder(scratch: string): Promise<string> {
  await makeOwnFolder(scratch)
  const folder = join(scratch, `guest-${process.pid}-${randomUUID()}`)
  await mkdir(folder, { mode: 0o700 })
  return folder
}

function isGuestAtWork(name: string): boolean {
  const pid = Number(GUEST.exec(name)?.[1])
  if (!(pid > 0) || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return isCode(error, 'EPERM') // another user's process is there as well
  }
}
