import { connect, type NetConnectOpts, type Socket } from 'node:net'

export interface RawAnswer {
  /** Status of each answer that came, in order: a request that was smuggled in would be a second one. */
  statuses: number[]
  text: string
  /** The program ended the connection. */
  closed: boolean
}
const PATIENCE_MS = 5000

/** Sends bytes as they are and collects what comes until the other side closes, or is silent for `quietMs` after its last byte. */
export function exchange(
  to: NetConnectOpts,
  bytes: string | Buffer,
  { quietMs = 250 }: { quietMs?: number } = {},
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = ''
    let quiet: NodeJS.Timeout | undefined
    const socket = connect(to, () => socket.write(bytes))
    const finish = (closed: boolean) => {
      clearTimeout(quiet)
      clearTimeout(patience)
      socket.destroy()
      resolve({
        statuses: [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, code]) => Number(code)),
        text,
        closed,
      })
    }
    const patience = setTimeout(() => finish(false), PATIENCE_MS)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      clearTimeout(quiet)
      quiet = setTimeout(() => finish(false), quietMs)
    })
    // A reset is an end like any other here: the bytes were not liked.
    socket.on('error', () => finish(true))
    socket.on('close', () => finish(true))
  })
}

/** Lines of a request, as they go over the wire. */
export const lines = (...parts: string[]): string => parts.join('\r\n')

/** Many connections that send this much and then nothing. Resolves when each is there or was turned away. */
export async function hold(to: NetConnectOpts, count: number, bytes: string | Buffer = ''): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(to))
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((ready) => {
          socket.once('connect', () => (bytes.length > 0 ? socket.write(bytes, () => ready()) : ready()))
          socket.on('error', () => ready())
        }),
    ),
  )
  return sockets
}
