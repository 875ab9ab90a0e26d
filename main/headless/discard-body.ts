import type { IncomingMessage } from 'node:http'

const LONGEST_MS = 10_000

/**
 * For an answer that comes before the body has: what still comes is thrown away, for ten seconds at most. A connection that is closed at once is
 * reset while the other side writes, and then the answer, which says why, is lost with it (RFC 9112, section 9.6).
 */
export function discardBody(request: IncomingMessage): void {
  request.resume()
  const timer = setTimeout(() => request.destroy(), LONGEST_MS)
  request.once('close', () => clearTimeout(timer))
}
