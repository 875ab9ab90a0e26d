import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { Logger } from 'pino'
import { removeTree } from '../files/contained.ts'
import { setMode } from '../files/modes.ts'
import { HostError } from './host-error.ts'
import { type DoorPlace, databaseFolder, doorPlaces, readDoor, removeDoor, writeDoor } from './local-door.ts'
import { trustOf } from './local-trust.ts'
import { fitting } from './socket-path.ts'

export interface Listening {
  /** After the server was closed: nothing is left behind. */
  remove(): Promise<void>
}

/** Of a folder in the system's temporary folder that holds one socket. */
const PREFIX = 'whatslang-socket-'

/**
 * Lets `server` listen where only this user can make a socket, and tells the place and `secret` in a door there.
 * @throws HostError with the reasons where there is no such place
 */
export async function listenPrivately(
  server: Server,
  options: { database: string; secret: string; env: NodeJS.ProcessEnv; log: Pick<Logger, 'debug'> },
): Promise<Listening> {
  const { secret } = options
  const data = databaseFolder(options.database)
  if (process.platform === 'win32') return onPipe(server, options, data, secret)
  const reasons: string[] = []
  const usable: DoorPlace[] = []
  for (const place of doorPlaces(options.database, options.env)) {
    const trust = trustOf(place.folder, 'folder', { ...place, data })
    if (trust.state === 'refused') reasons.push(trust.why)
    if (trust.state === 'fine') usable.push(place)
  }
  // A folder of one's own in the system's temporary folder comes last: for file systems that have no sockets, and for paths too long.
  const tries = [...usable.map((place) => [place, false] as const), ...usable.map((place) => [place, true] as const)]
  for (const [place, apart] of tries) {
    try {
      return await at(server, place, apart, data, secret)
    } catch (cause) {
      options.log.debug({ err: cause }, 'a place for the local socket cannot be used')
      reasons.push(cause instanceof Error ? cause.message : `${place.folder} has no sockets.`)
    }
  }
  throw new HostError('address-refused', reasons.join(' '))
}

async function at(server: Server, place: DoorPlace, apart: boolean, data: string, secret: string): Promise<Listening> {
  await sweep(place, data)
  const folder = apart ? mkdtempSync(join(tmpdir(), PREFIX)) : place.folder
  const socket = join(folder, apart ? 'socket' : place.name)
  const tidy = async () => {
    if (apart) await removeTree(folder, tmpdir())
  }
  try {
    rmSync(socket, { force: true })
    const short = fitting(socket)
    if (short === undefined) throw new HostError('address-refused', `The path ${socket} is too long for a socket.`)
    try {
      await listening(server, short.path)
      setMode(socket, 0o600)
      writeDoor(place, data, { socket: apart ? socket : place.name, secret })
    } catch (cause) {
      if (server.listening) await new Promise((resolve) => server.close(resolve))
      short.release()
      throw cause
    }
    return {
      async remove() {
        removeDoor(place)
        rmSync(socket, { force: true })
        short.release()
        await tidy()
      },
    }
  } catch (cause) {
    await tidy()
    throw cause
  }
}

/** What a crash left: the socket, and the folder that was made for it. The caller holds the owner lock, so nobody listens there. */
async function sweep(place: DoorPlace, data: string): Promise<void> {
  const found = readDoor(place, data)
  if (found === undefined || !('socket' in found)) return
  rmSync(found.socket, { force: true })
  const folder = dirname(found.socket)
  const madeForIt = isAbsolute(found.door.socket) && dirname(folder) === tmpdir() && basename(folder).startsWith(PREFIX)
  if (madeForIt) await removeTree(folder, tmpdir())
}

/** Names of pipes are shared by all users of the machine, so this one cannot be guessed; the door is in the user's own folder. */
async function onPipe(
  server: Server,
  { database, env }: { database: string; env: NodeJS.ProcessEnv },
  data: string,
  secret: string,
): Promise<Listening> {
  const [place] = doorPlaces(database, env)
  if (place === undefined) throw new HostError('address-refused', `There is no folder for the pipe of ${database}.`)
  const socket = `\\\\.\\pipe\\whatslang-${randomBytes(16).toString('hex')}`
  await listening(server, socket)
  writeDoor(place, data, { socket, secret })
  return { remove: async () => removeDoor(place) }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
