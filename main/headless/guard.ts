import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Caller } from '../rpc/caller.ts'
import type { ClientOf } from './client.ts'
import type { Cookie } from './cookie.ts'
import type { Gate, Refused } from './gate.ts'
import type { SignIns } from './sign-ins.ts'

/** `open`: the page's own files and the health check, which hold no secrets. `private`: everything else. */
export type Area = 'open' | 'private'
export type Verdict = { ok: true; caller: Caller } | Refused

export interface GuardOptions {
  /** What the server is bound to. */
  host: string
  port: number
  /** Names under which a reverse proxy or another machine reaches us (WHATSLANG_ALLOWED_HOSTS). */
  allowedHosts: readonly string[]
  gate: Gate
  signIns: Pick<SignIns, 'find'>
  cookie: Cookie
  clientOf: ClientOf
}

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'] as const

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * The one guard, for requests and for upgrades to WebSocket. Host and Origin keep other web pages out (DNS rebinding, cross-site
 * requests), also from what needs no token; the token and the sign-ins keep other users and programs out.
 */
export function createGuard(options: GuardOptions) {
  const { gate, signIns, cookie, clientOf } = options
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

  const sameOrigin = (request: IncomingMessage, host: string, area: Area): boolean => {
    const { origin } = request.headers
    if (origin !== undefined) {
      if (!URL.canParse(origin)) return false
      const { protocol, host: from } = new URL(origin)
      return (protocol === 'http:' || protocol === 'https:') && from === withoutDefaultPort(host, protocol)
    }
    const site = request.headers['sec-fetch-site']
    // Another port of this machine is the same site, so its pages' requests carry our cookie.
    return site === undefined || site === 'same-origin' || site === 'none' || (area === 'open' && isNavigation(request))
  }

  const authenticated = (request: IncomingMessage): Verdict => {
    const { address } = clientOf(request)
    const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (bearer !== undefined) {
      const verdict = gate.judge(bearer, address, 'script')
      return verdict.ok ? { ok: true, caller: { by: 'script', address } } : verdict
    }
    const secret = cookie.read(request)
    const found = secret === undefined ? undefined : signIns.find(secret, address)
    if (typeof found === 'object') return { ok: true, caller: { by: 'page', address, session: found.id } }
    if (secret !== undefined && found === undefined) {
      const message = 'This browser is not signed in. Sign in again with the access token.'
      return { ...gate.wrong(address, 'page', message), staleCookie: true }
    }
    return {
      ok: false,
      status: 401,
      staleCookie: found === 'ended',
      message:
        found === 'ended'
          ? 'This browser was signed out. Sign in again with the access token.'
          : 'This needs the access token. Open the address that Whatslang printed when it started.',
    }
  }

  return {
    check(request: IncomingMessage, area: Area): Verdict {
      const host = request.headers.host?.toLowerCase() ?? ''
      if (!knownHost(host)) {
        return {
          ok: false,
          status: 421,
          message: 'This address is not one of this Whatslang. WHATSLANG_ALLOWED_HOSTS can name more.',
        }
      }
      if (!sameOrigin(request, host, area)) {
        return { ok: false, status: 403, message: 'Requests from other web pages are refused.' }
      }
      if (area === 'private') return authenticated(request)
      const by = request.headers.authorization === undefined ? 'page' : 'script'
      return { ok: true, caller: { by, address: clientOf(request).address } }
    },
  }
}

function withoutDefaultPort(host: string, protocol: string): string {
  return host.replace(protocol === 'http:' ? /:80$/ : /:443$/, '')
}

/** A link or a bookmark that opens the page itself; never a call. */
function isNavigation(request: IncomingMessage): boolean {
  return request.method === 'GET' && request.headers['sec-fetch-mode'] === 'navigate'
}
