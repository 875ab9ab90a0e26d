import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import type { AuditLog } from '../audit/audit-log.ts'
import type { TrustedProxies } from '../config/trusted-proxies.ts'
import type { RpcServer } from '../rpc/serve.ts'
import type { Api } from './api.ts'
import { createAttempts } from './attempts.ts'
import { createClientOf } from './client.ts'
import { type ConnectionLimits, connectionLimits, createConnections, type Running } from './connections.ts'
import { createCookie } from './cookie.ts'
import { weakTokenOf } from './exposure.ts'
import { createGate } from './gate.ts'
import { createGuard } from './guard.ts'
import { answerFailure, answerJson, setSecurityHeaders } from './headers.ts'
import { createHeld } from './held.ts'
import { HostError } from './host-error.ts'
import { listen, urlHost } from './listen.ts'
import type { Page } from './page.ts'
import { CALL_PACE, createProgress, FILE_PACE, STRANGERS_PACE } from './progress.ts'
import { rarely } from './rarely.ts'
import { createReception, type Received, refusalHeaders, refuse } from './reception.ts'
import { createRefusals } from './refusals.ts'
import { createSignIn } from './sign-in.ts'
import type { SignIns } from './sign-ins.ts'
import { createSockets, refuseUpgrade } from './sockets.ts'
import { isApi } from './target.ts'
import type { Token } from './token.ts'
import { UPLOAD_PATH } from './upload.ts'

export interface ServerOptions {
  host: string
  /** 0 picks a free one. */
  port: number
  allowedHosts: readonly string[]
  trustedProxies: TrustedProxies
  /** Browsers reach the page over https only (WHATSLANG_HTTPS). */
  https: boolean
  token: Token
  signIns: SignIns
  audit: Pick<AuditLog, 'record'>
  api: Api
  page: Page
  rpc: RpcServer
  metrics(): Promise<string>
  /** Messages flow. */
  ready(): boolean
  log: Logger
  limits?: ConnectionLimits
}

/** What a stream fails with when the other end was closed. */
const LEFT = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE', 'ECONNRESET', 'EPIPE', 'ABORT_ERR'])

/** The answer to a browser that signs itself out has to reach it. */
const OWN_GRACE_MS = 250
const CROWD_TOLD_MS = 60_000

/** Silent connections end after ten seconds, unused ones after ten more. The bodies of requests have limits of their own. */
const TIMES = { requestTimeout: 0, headersTimeout: 10_000, keepAliveTimeout: 10_000, connectionsCheckingInterval: 1000 }

/** HTTP and WebSocket on one port. @throws HostError where the address cannot be had, or is open to others without a good token of one's own */
export async function startServer(options: ServerOptions) {
  const { signIns, log } = options
  weakTokenOf(options)
  const limits = options.limits ?? connectionLimits()
  const server = createServer(TIMES)
  server.maxRequestsPerSocket = 1000
  // The connections keep their number themselves; this is the wall behind it.
  server.maxConnections = limits.total + 16

  const clientOf = createClientOf(options.trustedProxies)
  const attempts = createAttempts({ limit: 20, windowMs: 60_000, now: () => performance.now() })
  const refusals = createRefusals(options.audit)
  const gate = createGate({ token: options.token, attempts, refusals })
  const held = createHeld(signIns)
  const progress = createProgress({ now: () => performance.now() })
  const connections = createConnections({
    limits,
    isProxy: (address) => options.trustedProxies.has(address),
    onCrowd: rarely(CROWD_TOLD_MS, (count) =>
      log.warn({ count, limit: limits.total }, 'connections were closed to make room for new ones'),
    ),
  })
  server.on('connection', (socket: Socket) => connections.admit(socket))

  const port = await listen(server, options.host, options.port)
  const cookie = createCookie(port)
  const guard = createGuard({ ...options, port, gate, cookie, clientOf })
  const receive = createReception(guard)
  const sockets = createSockets(options.rpc, { hold: held.hold, seen: signIns.seen })
  const refuseRequest: Parameters<typeof createSignIn>[0]['refuse'] = (request, response, refused) =>
    refuse(request, response, refused, cookie)
  const { signIn, signOut } = createSignIn({ ...options, gate, cookie, clientOf, refuse: refuseRequest })

  /** A proven caller gets its place; where there is none, that of an upload or download which stands still. */
  const prove = (running: Running): boolean => {
    if (running.prove()) return true
    const still = progress.stillest()
    if (still) connections.drop(still.request.socket)
    return still !== undefined && running.prove()
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response)
    const running = connections.begin(request.socket)
    if (!running) {
      request.socket.destroy()
      return
    }
    response.once('close', running.end)
    const received = receive(request)
    const proven = received.ok && received.area === 'private'
    progress.watch({ request, response, stranger: !proven, pace: paceOf(received) })
    if (!received.ok) return refuse(request, response, received, cookie)
    if (proven && !prove(running)) {
      response.setHeader('connection', 'close')
      return answerFailure(
        response,
        503,
        'UNAVAILABLE',
        'Too many calls are running. Nothing was done. Try again later.',
      )
    }
    const { session } = received.caller
    if (session !== undefined) {
      const close = () => {
        response.destroy()
        request.destroy()
      }
      response.once('close', held.hold(session, close))
    }
    return route(request, response, received)
  }

  async function route(
    request: IncomingMessage,
    response: ServerResponse,
    { target, caller }: Extract<Received, { ok: true }>,
  ): Promise<void> {
    const { path } = target
    switch (path) {
      case '/auth':
        if (request.method === 'POST') return signIn(request, response)
        if (request.method === 'DELETE') return signOut(request, response, caller, OWN_GRACE_MS)
        response.setHeader('allow', 'POST, DELETE')
        return answerFailure(response, 405, 'METHOD_NOT_SUPPORTED', 'The token is posted, and deleting signs out.')
      case '/health':
        request.url = '/api/health'
        return options.api(request, response, '/api/health', caller)
      case '/ready': {
        const ready = options.ready()
        return answerJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'waiting' })
      }
      case '/metrics': {
        const text = await options.metrics()
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
        response.end(text)
        return
      }
      default:
        return isApi(path) ? options.api(request, response, path, caller) : options.page(request, response, target.file)
    }
  }

  server.on('request', (request, response) => {
    handle(request, response).catch((cause: unknown) => {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
      // The caller went away or was cut off: an answer would reach nothing.
      if ((response.destroyed || response.writableEnded || request.destroyed) && LEFT.has(code)) return
      if (cause instanceof HostError) return answerFailure(response, 503, 'UNAVAILABLE', cause.message)
      log.error({ err: cause }, 'a request failed')
      if (response.headersSent) response.destroy()
      else answerFailure(response, 500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here. The log says what.')
    })
  })
  server.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy())
    const running = connections.begin(request.socket)
    const received = receive(request)
    if (!received.ok) return refuseUpgrade(stream, received.status, refusalHeaders(request, received, cookie))
    if (received.target.url !== '/rpc') return refuseUpgrade(stream, 403)
    if (!running || !prove(running)) return refuseUpgrade(stream, 503)
    stream.once('close', running.end)
    sockets.accept(request, stream, head, received.caller)
  })

  return {
    port,
    url: `http://${urlHost(options.host)}:${port}`,
    async dispose(): Promise<void> {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      sockets.close()
      server.closeIdleConnections()
      // Whoever does not close in time (a stream of events, an unfinished download) is cut off.
      const cut = setTimeout(() => {
        sockets.cut()
        server.closeAllConnections()
      }, 500)
      await closed
      clearTimeout(cut)
      progress.dispose()
      held.dispose()
      refusals.dispose()
    },
  }
}
export type HeadlessServer = Awaited<ReturnType<typeof startServer>>

function paceOf(received: Received) {
  if (!received.ok || received.area === 'open') return STRANGERS_PACE
  return received.target.path === UPLOAD_PATH ? FILE_PACE : CALL_PACE
}
