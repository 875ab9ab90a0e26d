import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Caller } from '../rpc/caller.ts'
import type { Cookie } from './cookie.ts'
import type { Refused } from './gate.ts'
import type { Area, createGuard } from './guard.ts'
import { answerFailure } from './headers.ts'
import { formProblem } from './request-form.ts'
import { isApi, type Target, targetOf } from './target.ts'

export type Received = { ok: true; target: Target; area: Area; caller: Caller } | Refused

/** Judges a request as a whole, before any of it is acted on: its form, its address, and whom it comes from. From here on its address is the normal form. */
export function createReception(guard: ReturnType<typeof createGuard>) {
  return (request: IncomingMessage): Received => {
    const problem = formProblem(request)
    if (problem !== undefined) return { ok: false, status: 400, message: problem }
    const target = targetOf(request.url)
    if (!target) return { ok: false, status: 400, message: 'This is not an address.' }
    request.url = target.url
    const area = areaOf(target.path, request.method)
    const verdict = guard.check(request, area)
    return verdict.ok ? { ok: true, target, area, caller: verdict.caller } : verdict
  }
}

function areaOf(path: string, method: string | undefined): Area {
  if (path === '/auth') return method === 'DELETE' ? 'private' : 'open'
  if (path === '/health' || path === '/ready' || path === '/api/health') return 'open'
  if (path === '/metrics' || path === '/rpc' || isApi(path)) return 'private'
  return method === 'GET' || method === 'HEAD' ? 'open' : 'private'
}

const CODES: Readonly<Record<Refused['status'], string>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  421: 'MISDIRECTED_REQUEST',
  429: 'TOO_MANY_REQUESTS',
}

/** What goes beside a refusal, over HTTP and before a WebSocket. */
export function refusalHeaders(
  request: IncomingMessage,
  refused: Refused,
  cookie: Cookie,
): [string, string | string[]][] {
  const headers: [string, string | string[]][] = []
  if (refused.status === 401) headers.push(['www-authenticate', 'Bearer realm="whatslang"'])
  if (refused.retryAfter !== undefined) headers.push(['retry-after', String(refused.retryAfter)])
  if (refused.staleCookie) headers.push(['set-cookie', cookie.clear(request)])
  return headers
}

export function refuse(request: IncomingMessage, response: ServerResponse, refused: Refused, cookie: Cookie): void {
  for (const [name, value] of refusalHeaders(request, refused, cookie)) response.setHeader(name, value)
  // What a refused request still wants to send is not read.
  response.setHeader('connection', 'close')
  answerFailure(response, refused.status, CODES[refused.status], refused.message)
}
