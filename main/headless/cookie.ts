import type { IncomingMessage } from 'node:http'
import { LONGEST_MS } from './sign-ins.ts'

/**
 * The cookie of a signed-in browser. Cookies know no ports: the name keeps two programs on one machine apart. Over https it has the prefix `__Host-`, which
 * a browser takes only with `Secure`, and from no other host of the domain (RFC 6265bis, 4.1.3.2).
 */
export function createCookie(port: number) {
  const plain = `whatslang_${port}`
  const secured = `__Host-${plain}`
  const attributes = (secure: boolean) => `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  return {
    set: (secret: string, secure: boolean) =>
      `${secure ? secured : plain}=${secret}; ${attributes(secure)}; Max-Age=${LONGEST_MS / 1000}`,
    /** Takes away what a request brought. */
    clear: (request: Pick<IncomingMessage, 'headers'>): string[] =>
      [secured, plain]
        .filter((name) => valueIn(request, name) !== undefined)
        .map((name) => `${name}=; ${attributes(name === secured)}; Max-Age=0`),
    read: (request: Pick<IncomingMessage, 'headers'>): string | undefined =>
      valueIn(request, secured) ?? valueIn(request, plain),
  }
}
export type Cookie = ReturnType<typeof createCookie>

function valueIn(request: Pick<IncomingMessage, 'headers'>, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return undefined
}
