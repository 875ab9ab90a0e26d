import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Attempts } from './attempts.ts'
import type { Token } from './token.ts'

/** `open`: the page's own files and the health check, which hold no secrets. `private`: everything else. */
export type Area = 'open' | 'private'
export type Verdict = { ok: true } | { ok: false; status: 401 | 403 | 421 | 429; message: string; retryAfter?: number }

export interface GuardOptions {
  /** What the server is bound to. */
  host: string
  port: number
  /** Names under which a reverse proxy or another machine reaches us (WHATSLANG_ALLOWED_HOSTS). */
  allowedHosts: readonly string[]
  token: Token
  attempts: Attempts
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'] as const

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * The one guard, for requests and for upgrades to WebSocket. Host and Origin keep other web pages out (DNS rebinding, cross-site
 * requests), also from what needs no token; the token keeps other users and programs out.
 */
export function createGuard(options: GuardOptions) {
  const { token, attempts } = options
  const hosts = new Set<string>(options.allowedHosts.map((name) => name.toLowerCase()))
  const literal = isIP(options.host) === 6 ? `[${options.host}]` : options.host.toLowerCase()
  for (const name of [...LOOPBACK_NAMES, literal]) hosts.add(`${name}:${options.port}`)
  const beyondLoopback = !isLoopback(options.host)

  const knownHost = (host: string): boolean => {
    if (hosts.has(host)) return true
    // Behind a published container port the port differs. A name could be rebound by its owner's DNS; an address cannot.
    const name = host.replace(/:\d+$/, '')
    return beyondLoopback && (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || name === 'localhost' || hosts.has(name))
  }

  const sameOrigin = (request: IncomingMessage, host: string): boolean => {
    const { origin } = request.headers
    if (origin !== undefined) {
      if (!URL.canParse(origin)) return false
      const { protocol, host: from } = new URL(origin)
      return (protocol === 'http:' || protocol === 'https:') && from === withoutDefaultPort(host, protocol)
    }
    const site = request.headers['sec-fetch-site']
    // Another port of this machine is the same site, so its pages' requests carry our cookie.
    return site === undefined || site === 'same-origin' || site === 'none' || isNavigation(request)
  }

  const authenticated = (request: IncomingMessage): Verdict => {
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (bearer !== undefined) return judge(request, bearer)
    const cookie = cookieOf(request, cookieName(options.port))
    if (cookie !== undefined && token.matchesCookie(cookie)) return { ok: true }
    return {
      ok: false,
      status: 401,
      message: 'This needs the access token. Open the address that Whatslang printed when it started.',
    }
  }

  const judge = (request: IncomingMessage, candidate: string): Verdict => {
    const address = request.socket.remoteAddress ?? ''
    const retryAfter = attempts.wait(address)
    if (retryAfter > 0) {
      return { ok: false, status: 429, retryAfter, message: `Too many wrong tokens. Wait ${retryAfter} seconds.` }
    }
    if (token.matches(candidate)) return { ok: true }
    attempts.failed(address)
    return { ok: false, status: 401, message: 'The access token is wrong.' }
  }

  return {
    /** Judges a token that a page posted. */
    judge,
    check(request: IncomingMessage, area: Area): Verdict {
      const host = request.headers.host?.toLowerCase() ?? ''
      if (!knownHost(host)) {
        return {
          ok: false,
          status: 421,
          message: 'This address is not one of this Whatslang. WHATSLANG_ALLOWED_HOSTS can name more.',
        }
      }
      if (!sameOrigin(request, host)) {
        return { ok: false, status: 403, message: 'Requests from other web pages are refused.' }
      }
      return area === 'open' ? { ok: true } : authenticated(request)
    },
  }
}

/** Cookies know no ports: the name keeps two programs on one machine apart. */
export const cookieName = (port: number) => `whatslang_${port}`

function withoutDefaultPort(host: string, protocol: string): string {
  return host.replace(protocol === 'http:' ? /:80$/ : /:443$/, '')
}

/** A link or a bookmark that opens the page itself; never a call. */
function isNavigation(request: IncomingMessage): boolean {
  return (
    request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate' && !request.url?.startsWith('/api')
  )
}

function cookieOf(request: IncomingMessage, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2)
    if (key === name) return value
  }
  return undefined
}
