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

/** The WebSockets of one server. The caller has judged the request already. */
export function createSockets(rpc: Pick<RpcServer, 'serveSocket'>) {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY, perMessageDeflate: false })
  const silent = new WeakSet<WebSocket>()
  const pings = setInterval(() => {
    for (const socket of server.clients) {
      if (silent.has(socket)) socket.terminate()
      silent.add(socket)
      socket.ping()
    }
  }, PING_MS)
  pings.unref()

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

export function refuseUpgrade(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
