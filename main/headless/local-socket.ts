import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Caller } from '../rpc/caller.ts'
import type { RpcContext } from '../rpc/context.ts'
import type { Program } from '../rpc/program.ts'
import { router } from '../rpc/router.ts'
import { serveRpc } from '../rpc/serve.ts'
import { createApi } from './api.ts'
import { answerFailure, setSecurityHeaders } from './headers.ts'
import { newSecret } from './local-door.ts'
import { admitCaller } from './local-handshake.ts'
import { listenPrivately } from './local-listener.ts'
import { createSockets, refuseUpgrade } from './sockets.ts'
import { isApi, targetOf } from './target.ts'
import { createUpload } from './upload.ts'

/** What callers send as `Host`. A browser cannot reach a local socket, and would not send this. */
export const LOCAL_HOST = 'whatslang.local'

const MAX_CONNECTIONS = 64

export interface LocalServer {
  dispose(): Promise<void>
}
interface LocalOptions {
  program: Program
  database: string
  env?: NodeJS.ProcessEnv
  /** The browsers that are signed in to the host beside. */
  devices?: RpcContext['devices']
}

/**
 * Serves the same contract to this user's own programs. The caller holds the database's owner lock, so a socket that is left over is nobody's.
 * Where it cannot be had, the program runs without it, and says so in its log.
 */
export async function serveLocally(options: LocalOptions): Promise<LocalServer> {
  try {
    return await listen(options)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : ''
    options.program.log.warn({ err: cause }, `the command line cannot talk to this program while it runs. ${why}`)
    return { dispose: async () => undefined }
  }
}

async function listen({ program, database, devices, env = process.env }: LocalOptions): Promise<LocalServer> {
  const caller: Caller = { by: 'command-line' }
  const sockets = createSockets(serveRpc({ program, devices }))
  const { version } = program.host()
  const api = createApi({ router, program, devices, version, upload: createUpload(program) })
  const http = createHttpServer({ requestTimeout: 0 }, (request, response) => {
    setSecurityHeaders(response)
    const target = targetOf(request.url)
    if (request.headers.host !== LOCAL_HOST || request.headers.origin !== undefined || !target || !isApi(target.path)) {
      return answerFailure(response, 403, 'FORBIDDEN', 'Only the command line speaks here.')
    }
    request.url = target.url
    api(request, response, target.path, caller).catch((cause: unknown) => {
      program.log.error({ err: cause }, 'a local request failed')
      response.destroy()
    })
  })
  http.on('upgrade', (request, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy())
    if (request.headers.host !== LOCAL_HOST || request.headers.origin !== undefined || request.url !== '/rpc') {
      refuseUpgrade(socket, 403)
      return
    }
    sockets.accept(request, socket, head, caller)
  })
  const open = new Set<Socket>()
  const secret = newSecret()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    admitCaller(socket, secret, () => http.emit('connection', socket)).catch(() => socket.destroy())
  })
  server.maxConnections = MAX_CONNECTIONS
  const place = await listenPrivately(server, { database, secret, env, log: program.log })
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    sockets.close()
    sockets.cut()
    for (const socket of open) socket.destroy()
    await closed
    await place.remove()
  }
  let closing: Promise<void> | undefined
  return {
    dispose: () => {
      closing ??= close()
      return closing
    },
  }
}
