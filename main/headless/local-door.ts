// Where the owner of a database and the command line meet. Beside the socket lies its *door*: a file with mode 0600 that names the socket and holds a
// secret. Both sides prove that they have read it (local-handshake.ts), so a socket that another user put there receives nothing.
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import * as z from 'zod'
import { setMode } from '../files/modes.ts'
import { OPEN_TO_OTHERS, WRITABLE_BY_OTHERS } from '../files/ownership.ts'
import { FileRefusal, readRegularFile } from '../files/read-file.ts'
import { realFile } from '../store/owner-lock.ts'
import { HostError } from './host-error.ts'
import { believedOwners, trustOf, worstOf } from './local-trust.ts'

const Door = z.object({
  /** The name of a socket in the same folder, an absolute path, or a pipe of Windows. */
  socket: z.string().min(1).max(4096),
  secret: z.string().regex(/^[\w-]{43}$/),
})
export type Door = z.infer<typeof Door>

export interface DoorPlace {
  /** Where the door lies, and the socket too where its file system has sockets. */
  folder: string
  /** The name of the socket. The door's name is this and `.json`. */
  name: string
  /** Mode bits that the folder must not have. */
  forbidden: number
}

const MAX_DOOR = 16 * 1024
const doorPath = ({ folder, name }: DoorPlace): string => join(folder, `${name}.json`)

/**
 * The places for a database, best first: its own folder, then the user's runtime folder, for a folder that others can write. Root also looks into the
 * runtime folder of the database's owner.
 */
export function doorPlaces(database: string, env: NodeJS.ProcessEnv): DoorPlace[] {
  const file = realFile(database)
  const beside = { folder: dirname(file), name: `${basename(file)}.socket`, forbidden: WRITABLE_BY_OTHERS }
  const users = [...(believedOwners(beside.folder) ?? [])]
  const runtime = [env.XDG_RUNTIME_DIR, ...users.map((user) => `/run/user/${user}`)].filter(
    (folder): folder is string => folder !== undefined && isAbsolute(folder),
  )
  const name = `whatslang-${createHash('sha256').update(file).digest('hex').slice(0, 16)}.socket`
  return process.platform === 'win32'
    ? [beside]
    : [beside, ...[...new Set(runtime)].map((folder) => ({ folder, name, forbidden: OPEN_TO_OTHERS }))]
}

/** For a new door. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

export const databaseFolder = (database: string): string => dirname(realFile(database))

/** Writes the door, as a whole, readable by this user alone. @throws HostError where the file system cannot keep it from others */
export function writeDoor(place: DoorPlace, data: string, door: Door): void {
  const path = doorPath(place)
  const partial = `${path}.${randomBytes(8).toString('hex')}`
  try {
    const descriptor = openSync(partial, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
    try {
      if (process.platform !== 'win32') setMode(partial, 0o600)
      writeSync(descriptor, JSON.stringify(door))
    } finally {
      closeSync(descriptor)
    }
    const trust = trustOf(partial, 'file', { data, forbidden: OPEN_TO_OTHERS })
    if (trust.state === 'refused') throw new HostError('address-refused', trust.why)
    renameSync(partial, path)
  } finally {
    rmSync(partial, { force: true })
  }
}

export const removeDoor = (place: DoorPlace): void => rmSync(doorPath(place), { force: true })

/** What lies at a place: a door with the path of its socket, nothing, or the reason not to believe it. */
export type Found = { door: Door; socket: string } | { objection: string } | undefined

/** Looks before anything is sent: folder, door and socket are this user's, no links, and closed to others. */
export function readDoor(place: DoorPlace, data: string): Found {
  const path = doorPath(place)
  const secret = { data, forbidden: OPEN_TO_OTHERS }
  const before = worstOf(trustOf(place.folder, 'folder', { ...place, data }), trustOf(path, 'file', secret))
  if (before.state !== 'fine') return before.state === 'refused' ? { objection: before.why } : undefined
  const door = parseDoor(path)
  if (door === undefined) return { objection: `${path} cannot be read.` }
  if (process.platform === 'win32') return { door, socket: door.socket }
  const apart = isAbsolute(door.socket)
  const socket = apart ? door.socket : join(place.folder, basename(door.socket))
  const there = worstOf(
    apart ? trustOf(dirname(socket), 'folder', secret) : { state: 'fine' },
    trustOf(socket, 'socket', secret),
  )
  if (there.state !== 'fine') return there.state === 'refused' ? { objection: there.why } : undefined
  return { door, socket }
}

function parseDoor(path: string): Door | undefined {
  try {
    const bytes = readRegularFile(path, MAX_DOOR)
    const parsed = Door.safeParse(bytes && JSON.parse(bytes.toString('utf8')))
    return parsed.success ? parsed.data : undefined
  } catch (cause) {
    if (cause instanceof FileRefusal || cause instanceof SyntaxError) return undefined
    throw cause
  }
}
