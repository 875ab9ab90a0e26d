import type { AuditEntry } from '../../preload/contract/audit.ts'
import type { Attempts } from './attempts.ts'
import type { Refusals } from './refusals.ts'
import type { Token } from './token.ts'

export interface Refused {
  ok: false
  status: 400 | 401 | 403 | 421 | 429
  message: string
  /** Seconds. */
  retryAfter?: number
  /** The browser's cookie opens nothing any more and is taken away. */
  staleCookie?: boolean
}
export type GateVerdict = { ok: true } | Refused

/**
 * Judges tokens. A right one is always let in, whatever came from its address before: others behind the same proxy must not lock the owner out. So
 * the wait after wrong ones does not slow an attacker; the token's length does. The wait tells honest programs to stop, and shows in the audit log.
 */
export function createGate(options: { token: Token; attempts: Attempts; refusals: Refusals }) {
  const { token, attempts, refusals } = options
  /** Counts what was presented and wrong. */
  const wrong = (address: string, by: AuditEntry['by'], message: string): Refused => {
    const retryAfter = attempts.wait(address)
    attempts.failed(address)
    refusals.refused(address, by)
    if (retryAfter === 0) return { ok: false, status: 401, message }
    const waiting = `${message} Too many wrong ones came from your address. Wait ${retryAfter} seconds.`
    return { ok: false, status: 429, retryAfter, message: waiting }
  }
  return {
    wrong,
    judge: (candidate: string, address: string, by: AuditEntry['by']): GateVerdict =>
      token.matches(candidate) ? { ok: true } : wrong(address, by, 'The access token is wrong.'),
  }
}
export type Gate = ReturnType<typeof createGate>
