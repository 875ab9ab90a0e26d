import { connect, type Socket } from 'node:net'
import { HostError } from './host-error.ts'
import { databaseFolder, doorPlaces, readDoor } from './local-door.ts'
import { proveOwner } from './local-handshake.ts'
import { fitting } from './socket-path.ts'

/** The way to the program that holds a database. Each connection is proven before it is handed out. */
export interface LocalWay {
  connect(): Promise<Socket>
}

/** The way, or sentences that say why there is none that can be believed; empty: the program does not listen. */
export async function findLocalWay(
  database: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ way: LocalWay; first: Socket } | { objections: string[] }> {
  const data = databaseFolder(database)
  const objections: string[] = []
  for (const place of doorPlaces(database, env)) {
    const found = readDoor(place, data)
    if (found === undefined) continue
    if ('objection' in found) {
      objections.push(found.objection)
      continue
    }
    const { secret } = found.door
    const way = {
      connect: () =>
        proven(found.socket, secret).catch((cause: unknown) => {
          const message = `The program that holds ${database} stopped answering. Run the command again.`
          throw new HostError('owner-gone', message, { cause })
        }),
    }
    try {
      return { way, first: await proven(found.socket, secret) }
    } catch (cause) {
      // A crash left the door, or the program is just starting or stopping.
      if (isGone(cause)) continue
      const why = cause instanceof Error ? cause.message : ''
      objections.push(`The program at ${found.socket} is not the one that made its door. ${why}`)
    }
  }
  return { objections }
}

async function proven(path: string, secret: string): Promise<Socket> {
  const socket = await opened(path)
  try {
    await proveOwner(socket, secret)
    return socket
  } catch (cause) {
    socket.destroy()
    throw cause
  }
}

function opened(path: string): Promise<Socket> {
  const short = process.platform === 'win32' ? { path, release: () => undefined } : fitting(path)
  if (short === undefined) return Promise.reject(new Error(`The path ${path} is too long for a socket.`))
  return new Promise<Socket>((resolve, reject) => {
    const socket = connect(short.path)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  }).finally(() => short.release())
}

const isGone = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ECONNREFUSED')
