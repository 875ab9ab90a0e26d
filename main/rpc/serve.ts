import { RPCHandler as PortHandler } from '@orpc/server/message-port'
import { RPCHandler as SocketHandler } from '@orpc/server/ws'
import type { Caller } from './caller.ts'
import type { RpcContext } from './context.ts'
import { router } from './router.ts'

/** Serves the contract over the transports that carry its own protocol. */
export function serveRpc({ program, devices }: Omit<RpcContext, 'caller'>) {
  const overSocket = new SocketHandler(router)
  const overPort = new PortHandler(router)
  return {
    serveSocket: (socket: Parameters<typeof overSocket.upgrade>[0], caller: Caller) =>
      overSocket.upgrade(socket, { context: { program, caller, devices } }),
    servePort: (port: Parameters<typeof overPort.upgrade>[0], caller: Caller) =>
      overPort.upgrade(port, { context: { program, caller, devices } }),
  }
}
export type RpcServer = ReturnType<typeof serveRpc>
