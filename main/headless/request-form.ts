import type { IncomingMessage } from 'node:http'

/** What decides who asks for what, and how long the request is. Two of them mean that two programs on the way can disagree. */
const ONCE: ReadonlySet<string> = new Set([
  'authorization',
  'content-disposition',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'host',
  'origin',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-websocket-key',
  'sec-websocket-version',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-forwarded-proto',
])

/** Why a request's headers cannot be believed, as a sentence; undefined where they can. `request.headers` hides what came twice. */
export function formProblem(request: Pick<IncomingMessage, 'rawHeaders'>): string | undefined {
  const seen = new Set<string>()
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]?.toLowerCase() ?? ''
    if (ONCE.has(name) && seen.has(name)) return `The header ${name} came more than once. Nothing was done.`
    seen.add(name)
  }
  return seen.has('host') ? undefined : 'The header host is missing. Nothing was done.'
}
