import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { addressGroup, isLoopbackAddress, plainAddress } from './address.ts'

/** Where the system's limit on open files is not known or is generous. */
const MOST = 400
const FEWEST = 32
/** Of the open files, this part may be connections: each of them may open one file more, and the database needs some. */
const PART_OF_FILES = 0.4

export interface ConnectionLimits {
  /** Connections at a time. */
  total: number
  /** Of these, from other machines. The rest is for this one: health checks, the owner's browser. */
  remote: number
  /** From one address of another machine (IPv6: one /64), unless it is a trusted proxy. */
  perAddress: number
  /** Of these, with a request of a caller who proved itself. What is left always lets a new caller in. */
  proven: number
  /** Requests that one connection may have running (pipelining). */
  pipelined: number
}

export function connectionLimits(openFiles = openFilesLimit()): ConnectionLimits {
  const total = Math.max(FEWEST, Math.min(MOST, Math.floor(openFiles * PART_OF_FILES)))
  const part = (share: number) => Math.floor(total * share)
  return { total, remote: part(0.85), perAddress: part(0.3), proven: part(0.7), pipelined: 16 }
}

/** Node raises the soft limit to the hard one at its start. Elsewhere than on Linux that is far more than we need. */
function openFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY)
  } catch {
    // No such file: not Linux.
    return Number.POSITIVE_INFINITY
  }
}

/** A request that runs on a connection. */
export interface Running {
  /** The caller proved itself. False: too many such requests run. */
  prove(): boolean
  end(): void
}

interface Connection {
  socket: Socket
  address: string
  group: string
  remote: boolean
  running: number
  /** Requests that run for a caller who proved itself, and WebSockets. */
  proven: number
}

/**
 * Keeps the number of connections bounded, and a flood of them from shutting anyone out: where there is no room, the new connection is taken and one
 * that nothing speaks for is closed, the oldest first. First those that never brought a token or a sign-in, however far their request has come, then
 * the idle ones of callers who did. A connection with a running request of such a caller is never closed for another.
 */
export function createConnections(options: {
  limits: ConnectionLimits
  isProxy(address: string): boolean
  /** Some were closed to make room. */
  onCrowd(): void
  /** Tests have no second machine. */
  addressOf?(socket: Socket): string
}) {
  const { limits, isProxy } = options
  const addressOf = options.addressOf ?? ((socket: Socket) => plainAddress(socket.remoteAddress))
  const all = new Map<Socket, Connection>()
  /** In the order in which they came, or became idle again. */
  const strangers = new Set<Connection>()
  const idle = new Set<Connection>()
  let remotes = 0
  let proven = 0

  const forget = (connection: Connection) => {
    if (!all.delete(connection.socket)) return
    strangers.delete(connection)
    idle.delete(connection)
    if (connection.remote) remotes--
    if (connection.proven > 0) proven--
  }
  /** Closes the oldest that fits; false: there is none. */
  const evict = (fits: (connection: Connection) => boolean): boolean => {
    for (const candidates of [strangers, idle]) {
      for (const connection of candidates) {
        if (!fits(connection)) continue
        forget(connection)
        connection.socket.destroy()
        options.onCrowd()
        return true
      }
    }
    return false
  }
  const makeRoom = (fresh: Connection): boolean => {
    const { group, remote, address } = fresh
    const others = (fits: (connection: Connection) => boolean) => evict((one) => one !== fresh && fits(one))
    const limited = remote && !isProxy(address)
    if (limited && countOf(group) > limits.perAddress && !others((one) => one.group === group)) return false
    if (remote && remotes > limits.remote && !others((one) => one.remote)) return false
    return all.size <= limits.total || others(() => true)
  }
  const countOf = (group: string): number => {
    let count = 0
    for (const connection of all.values()) if (connection.group === group) count++
    return count
  }
  const prove = (connection: Connection): boolean => {
    if (connection.proven === 0 && proven >= limits.proven) return false
    if (connection.proven++ === 0) proven++
    strangers.delete(connection)
    idle.delete(connection)
    return true
  }

  return {
    get size() {
      return all.size
    },
    /** A new connection. One that finds no room is closed. */
    admit(socket: Socket): void {
      const address = addressOf(socket)
      const remote = !isLoopbackAddress(address)
      const connection: Connection = {
        socket,
        address,
        group: addressGroup(address),
        remote,
        running: 0,
        proven: 0,
      }
      all.set(socket, connection)
      strangers.add(connection)
      if (remote) remotes++
      socket.once('close', () => forget(connection))
      if (makeRoom(connection)) return
      forget(connection)
      socket.destroy()
      options.onCrowd()
    },
    /** Closes one, whatever runs on it. */
    drop(socket: Socket): void {
      const connection = all.get(socket)
      if (connection) forget(connection)
      socket.destroy()
      options.onCrowd()
    },
    /** A request begins. Undefined: too many run on this connection. The caller ends it when the request is over. */
    begin(socket: Socket): Running | undefined {
      const connection = all.get(socket)
      if (!connection || connection.running >= limits.pipelined) return undefined
      connection.running++
      let counted = false
      return {
        prove: () => {
          counted = prove(connection)
          return counted
        },
        end() {
          connection.running--
          if (!counted || --connection.proven > 0 || !all.has(socket)) return
          proven--
          idle.add(connection)
        },
      }
    },
  }
}
export type Connections = ReturnType<typeof createConnections>
