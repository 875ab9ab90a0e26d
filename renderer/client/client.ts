import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket as ReconnectingSocket } from 'partysocket'
import type { Contract } from '../../preload/contract/index.ts'
import type { Bridge } from '../../preload/index.ts'
import { type Connection, createConnection } from './connection.ts'

declare global {
  interface Window {
    /** Only in the desktop program's window. */
    readonly whatslang?: Bridge
  }
}

export type Client = ContractRouterClient<Contract>

/** A call while the program cannot be reached fails at once: one that is sent later, unseen, would surprise. */
export class OfflineError extends Error {
  override readonly name = 'OfflineError'
}

/** The one place that knows of transports: the preload's port in the desktop program, a WebSocket in a browser. */
export function createClient(): { client: Client; connection: Connection } {
  return window.whatslang ? overPort() : overSocket()
}

function overPort() {
  const connection = createConnection('online')
  const { port1, port2 } = new MessageChannel()
  const link = new PortLink({ port: port1 })
  port1.addEventListener('close', () => connection.set('offline'))
  port1.start()
  // The port itself cannot cross the bridge; the preload takes it from this message, and only from this window.
  window.postMessage('whatslang:connect', '*', [port2])
  return { client: createORPCClient<Client>(link), connection }
}

function overSocket() {
  const connection = createConnection('connecting')
  const address = new URL('/rpc', window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  address.hash = ''
  const socket = new ReconnectingSocket(address.href, [], {
    startClosed: true,
    minReconnectionDelay: 250,
    maxReconnectionDelay: 5000,
    reconnectionDelayGrowFactor: 1.6,
    maxEnqueuedMessages: 0,
  })
  socket.addEventListener('open', () => connection.set('online'))
  socket.addEventListener('close', () => {
    if (connection.get() === 'unauthenticated') return
    connection.set('offline')
    void connection.probe().then((state) => {
      if (state !== 'unauthenticated') return
      connection.set(state)
      socket.close()
    })
  })
  connection.onStart(() => {
    connection.set('connecting')
    socket.reconnect()
  })
  const link = new SocketLink({
    websocket: socket as unknown as WebSocket,
    interceptors: [
      (options) => {
        const state = connection.get()
        if (state === 'offline' || state === 'unauthenticated') throw new OfflineError()
        return options.next()
      },
    ],
  })
  return { client: createORPCClient<Client>(link), connection }
}
