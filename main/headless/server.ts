import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { Caller } from '../rpc/caller.ts'
import type { RpcServer } from '../rpc/serve.ts'
import type { Api } from './api.ts'
import { createAttempts } from './attempts.ts'
import { type Area, cookieName, createGuard, isLoopback, type Verdict } from './guard.ts'
import { answerFailure, answerJson, setSecurityHeaders } from './headers.ts'
import { HostError } from './host-error.ts'
import type { Page } from './page.ts'
import { createSockets, refuseUpgrade } from './sockets.ts'
import type { Token } from './token.ts'

export interface ServerOptions {
  host: string
  /** 0 picks a free one. */
  port: number
  allowedHosts: readonly string[]
  token: Token
  api: Api
  page: Page
  rpc: RpcServer
  metrics(): Promise<string>
  /** Messages flow. */
  ready(): boolean
  log: Logger
}

const CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  421: 'MISDIRECTED_REQUEST',
  429: 'TOO_MANY_REQUESTS',
}

/** What a stream fails with when the other end was closed. */
const LEFT = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_UNABLE_TO_PIPE', 'ECONNRESET', 'EPIPE'])

/** HTTP and WebSocket on one port. @throws HostError where the address cannot be had, or is open to others without a token of one's own */
export async function startServer(options: ServerOptions) {
  if (!isLoopback(options.host) && !options.token.own) {
    throw new HostError(
      'token-needed',
      `WHATSLANG_HOST is ${options.host}, which other machines can reach. Set WHATSLANG_TOKEN to a token of your own, or leave WHATSLANG_HOST out.`,
    )
  }
  const server = createServer({ requestTimeout: 0, headersTimeout: 20_000 })
  const port = await listen(server, options.host, options.port)
  const attempts = createAttempts({ limit: 20, windowMs: 60_000, now: () => performance.now() })
  const guard = createGuard({ ...options, port, attempts })
  const sockets = createSockets(options.rpc)

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setSecurityHeaders(response)
    const path = pathOf(request)
    const verdict = path === undefined ? undefined : guard.check(request, areaOf(path, request.method))
    if (path === undefined) return answerFailure(response, 400, 'BAD_REQUEST', 'This is not an address.')
    if (verdict && !verdict.ok) return refuse(response, verdict)
    if (path === '/auth') return signIn(request, response)
    if (path === '/health') {
      request.url = '/api/health'
      return options.api(request, response, '/api/health', callerOf(request))
    }
    if (path === '/ready') {
      const ready = options.ready()
      return answerJson(response, ready ? 200 : 503, { status: ready ? 'ready' : 'waiting' })
    }
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
      response.end(await options.metrics())
      return
    }
    if (path === '/api' || path.startsWith('/api/')) return options.api(request, response, path, callerOf(request))
    return options.page(request, response, path)
  }

  async function signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST')
      return answerFailure(response, 405, 'METHOD_NOT_SUPPORTED', 'The token is posted.')
    }
    const verdict = guard.judge(request, await postedToken(request))
    if (!verdict.ok) return refuse(response, verdict)
    const cookie = `${cookieName(port)}=${options.token.cookie}`
    response.setHeader('set-cookie', `${cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000`)
    answerJson(response, 200, { ok: true })
  }

  server.on('request', (request, response) => {
    handle(request, response).catch((cause: unknown) => {
      // Who asked went away: nobody is left to be told.
      if (response.destroyed && cause instanceof Error && 'code' in cause && LEFT.has(String(cause.code))) return
      options.log.error({ err: cause }, 'a request failed')
      if (response.headersSent) response.destroy()
      else answerFailure(response, 500, 'INTERNAL_SERVER_ERROR', 'Something went wrong here. The log says what.')
    })
  })
  server.on('upgrade', (request, socket: Duplex, head) => {
    socket.on('error', () => socket.destroy())
    const verdict: Verdict =
      pathOf(request) === '/rpc'
        ? guard.check(request, 'private')
        : { ok: false, status: 403, message: 'There is no WebSocket at this address.' }
    if (verdict.ok) sockets.accept(request, socket, head, callerOf(request))
    else refuseUpgrade(socket, verdict.status)
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
    },
  }
}
export type HeadlessServer = Awaited<ReturnType<typeof startServer>>

/** A bearer token comes from a script; a page has a cookie. */
const callerOf = (request: IncomingMessage): Caller => ({
  by: request.headers.authorization === undefined ? 'page' : 'script',
  address: request.socket.remoteAddress,
})

function areaOf(path: string, method: string | undefined): Area {
  if (path === '/auth' || path === '/health' || path === '/ready' || path === '/api/health') return 'open'
  if (path === '/metrics' || path === '/rpc' || path === '/api' || path.startsWith('/api/')) return 'private'
  return method === 'GET' || method === 'HEAD' ? 'open' : 'private'
}

function refuse(response: ServerResponse, verdict: Extract<Verdict, { ok: false }>): void {
  if (verdict.status === 401) response.setHeader('www-authenticate', 'Bearer realm="whatslang"')
  if (verdict.retryAfter !== undefined) response.setHeader('retry-after', verdict.retryAfter)
  // What a refused request still wants to send is not read.
  response.setHeader('connection', 'close')
  answerFailure(response, verdict.status, CODES[verdict.status] ?? 'FORBIDDEN', verdict.message)
}

/** The address without its query; undefined where it is none. */
function pathOf(request: IncomingMessage): string | undefined {
  const raw = (request.url ?? '').split('?', 1)[0] ?? ''
  if (!raw.startsWith('/')) return undefined
  try {
    // Resolves `..` as the page's files need it; what is encoded stays one segment.
    const { pathname } = new URL(`http://host${raw.replace(/^\/+/, '/')}`)
    return pathname.startsWith('/api') ? pathname : decodeURIComponent(pathname)
  } catch {
    // A lone % or the like: no address.
    return undefined
  }
}

async function postedToken(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > 4096) return ''
  }
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string') {
      return body.token
    }
  } catch {
    // No JSON: no token.
  }
  return ''
}

async function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`
      if (cause.code === 'EADDRINUSE') {
        const message = `Another program already listens at ${where}. Stop it, or choose another port with WHATSLANG_PORT.`
        reject(new HostError('address-in-use', message, { cause }))
      } else {
        const message = `This machine does not let Whatslang listen at ${where} (${cause.code ?? 'unknown'}). Check WHATSLANG_HOST and WHATSLANG_PORT.`
        reject(new HostError('address-refused', message, { cause }))
      }
    }
    server.once('error', failed)
    server.listen(port, host.replace(/^\[|\]$/g, ''), () => {
      server.off('error', failed)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
