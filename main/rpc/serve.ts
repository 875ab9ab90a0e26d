import { RPCHandler as PortHandler } from '@orpc/server/message-port'
import { RPCHandler as SocketHandler } from '@orpc/server/ws'
import type { RpcContext } from './context.ts'
import { router } from './router.ts'

/** Serves the contract over the transports that carry its own protocol. */
export function serveRpc(context: RpcContext) {
  const overSocket = new SocketHandler(router)
  const overPort = new PortHandler(router)
  return {
    serveSocket: (socket: Parameters<typeof overSocket.upgrade>[0]) => overSocket.upgrade(socket, { context }),
    servePort: (port: Parameters<typeof overPort.upgrade>[0]) => overPort.upgrade(port, { context }),
  }
}
export type RpcServer = ReturnType<typeof serveRpc>
