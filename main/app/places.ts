import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import * as z from 'zod'
import type { Config } from '../config/config.ts'
import { type Disk, diskOf, isOtherDisk, isRootDisk } from '../files/disk.ts'
import { readRegularFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'
import { StoreError } from '../store/errors.ts'
import { realFile } from '../store/owner-lock.ts'
import { INSTALLATION_FILE } from './installation.ts'

const Place = z.object({ path: z.string(), mountedAt: z.string(), id: z.string().nullable() })
const Places = z.array(Place)
type Place = z.infer<typeof Place>

const MOST = 50
const MAX_BYTES = 256 * 1024
/** Makes new data where a disk is missing: said by the user, each time. */
export const START_NEW = '--start-new'

/**
 * Where this user's data lived on a disk that can be away. The note is in the user's own folder for such things: one on the disk would be away with it. Losing
 * the note costs nothing but the question.
 */
export function createPlaces(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform) {
  const folder = stateFolder(env, platform)
  const file = folder && join(folder, 'places.json')

  return {
    /** Before anything is made. @throws StoreError `not-found` where data lived on a disk that is not there, or under another one */
    require(config: Config): void {
      for (const known of read(file)) {
        const has = evidenceOf(config, known.path)
        if (has === undefined || has()) continue
        const now = diskOf(realFile(known.path))
        if (isOtherDisk(known, now)) throw missing(known, now)
      }
    },
    /** The data is there: notes its disks. */
    keep(config: Config): void {
      if (file === undefined) return
      const before = read(file)
      const here = [config.dataDirectory.path, config.database.path]
      const seen = here.flatMap((path) => {
        const disk = diskOf(realFile(path))
        return disk === undefined || isRootDisk(disk) ? [] : [{ path, ...disk }]
      })
      const next = [...seen, ...before.filter(({ path }) => !here.includes(path))].slice(0, MOST)
      if (JSON.stringify(next) === JSON.stringify(before)) return
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        replaceFileNow(file, JSON.stringify(next))
      } catch {
        // A user without a home, or a full disk: the absence of the disk will not be noticed, and all else works.
      }
    },
  }
}

/** Whether data is at one of the configured paths; undefined: the path is not configured. */
function evidenceOf({ dataDirectory, database }: Config, path: string): (() => boolean) | undefined {
  if (path === dataDirectory.path)
    return () => [INSTALLATION_FILE, 'messages.db'].some((name) => existsSync(join(path, name)))
  return path === database.path ? () => existsSync(path) : undefined
}

function missing({ path, mountedAt }: Place, now: Disk | undefined): StoreError {
  const what =
    now?.mountedAt === mountedAt
      ? `Another disk is mounted at ${mountedAt} than the one that holds ${path}`
      : `The disk of ${path} is not there: it was mounted at ${mountedAt}`
  return new StoreError(
    'not-found',
    path,
    `${what}. Nothing was made in its place. Mount it and start again. To begin with new data there, add ${START_NEW}.`,
  )
}

function read(file: string | undefined): Place[] {
  try {
    const bytes = file === undefined ? undefined : readRegularFile(file, MAX_BYTES)
    return bytes === undefined ? [] : Places.parse(JSON.parse(bytes.toString('utf8')))
  } catch {
    return [] // damaged, or not this user's: it is written anew
  }
}

/** Undefined: this user has none. */
function stateFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  if (platform === 'win32') return env.LOCALAPPDATA && join(env.LOCALAPPDATA, 'whatslang')
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, 'whatslang')
  try {
    const home = homedir()
    return platform === 'darwin'
      ? join(home, 'Library/Application Support/whatslang')
      : join(home, '.local/state/whatslang')
  } catch {
    return undefined
  }
}
