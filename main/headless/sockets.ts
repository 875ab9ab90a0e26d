import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Caller } from '../rpc/caller.ts'
import type { RpcServer } from '../rpc/serve.ts'

/** A call's frame or body; files come as a raw PUT, which has its own limit. */
export const MAX_BODY = 4 * 1024 * 1024
const MAX_SOCKETS = 64
/** A page that does not answer one ping until the next is gone: its laptop was closed. */
const PING_MS = 30_000
/** Answers that a page does not take. A page that asks for more of them reads none. */
const MAX_UNREAD = 64 * 1024 * 1024
const GOODBYE_MS = 200

/** Close codes of our own (RFC 6455, 7.4.2). */
const SIGNED_OUT = 4401

export interface SocketSignIns {
  /** What to close when the caller's sign-in ends. Returns what to call when it is closed by itself. */
  hold(session: string, close: () => void): () => void
  /** The page is still there. False: its sign-in is over. */
  seen(session: string, address: string): boolean
}

/** The WebSockets of one server. The caller has judged the request already. */
export function createSockets(rpc: Pick<RpcServer, 'serveSocket'>, signIns?: SocketSignIns) {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY, perMessageDeflate: false })
  const silent = new WeakSet<WebSocket>()
  const unread = new WeakMap<WebSocket, number>()
  const pings = setInterval(() => {
    for (const socket of server.clients) {
      const waiting = socket.bufferedAmount
      // A pong can be sent without reading: what is read shows in what still waits.
      if (silent.has(socket) || (waiting > 0 && waiting >= (unread.get(socket) ?? Number.POSITIVE_INFINITY)))
        socket.terminate()
      silent.add(socket)
      unread.set(socket, waiting > 0 ? waiting : Number.POSITIVE_INFINITY)
      socket.ping()
    }
  }, PING_MS)
  pings.unref()

  /** Nothing of what it still sends is heard. */
  const signOut = (socket: WebSocket) => {
    socket.removeAllListeners('message')
    socket.close(SIGNED_OUT, 'signed out')
    setTimeout(() => socket.terminate(), GOODBYE_MS)
  }

  return {
    accept(request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void {
      if (server.clients.size >= MAX_SOCKETS) {
        refuseUpgrade(socket, 503)
        return
      }
      server.handleUpgrade(request, socket, head, (webSocket) => {
        // A frame that is too large or malformed ends this connection, and nothing else.
        webSocket.on('error', () => webSocket.terminate())
        webSocket.on('pong', () => silent.delete(webSocket))
        webSocket.on('message', () => {
          if (webSocket.bufferedAmount > MAX_UNREAD) webSocket.terminate()
        })
        const { session, address } = caller
        if (signIns && session !== undefined) {
          webSocket.once(
            'close',
            signIns.hold(session, () => signOut(webSocket)),
          )
          webSocket.on('pong', () => {
            if (!signIns.seen(session, address ?? '')) signOut(webSocket)
          })
        }
        void rpc.serveSocket(webSocket, caller)
      })
    },
    /** Says goodbye; who does not answer is cut off by `cut`. */
    close(): void {
      clearInterval(pings)
      for (const socket of server.clients) socket.close(1001, 'Whatslang is stopping')
      server.close()
    },
    cut(): void {
      for (const socket of server.clients) socket.terminate()
    },
  }
}

/** Answers and ends the connection; the other side is not waited for. */
export function refuseUpgrade(socket: Duplex, status: number, headers: [string, string | string[]][] = []): void {
  const lines = headers.flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}\r\n`))
  const text = `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n${lines.join('')}\r\n`
  socket.end(text, () => socket.destroy())
}
