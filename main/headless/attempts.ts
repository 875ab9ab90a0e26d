import { addressGroup } from './address.ts'

/** Kept apart for each caller; more of them push out the one that was quiet for longest. */
const MAX_CALLERS = 10_000
const LONGEST_WAIT_MS = 60 * 60_000
const FORGOTTEN_MS = 2 * LONGEST_WAIT_MS

interface Failures {
  count: number
  /** Start of the window in which `count` failed. */
  since: number
  last: number
  waits: number
  waitUntil: number
}

/**
 * Counts wrong tokens and cookies per address (IPv6: per /64). After `limit` of them within the window that address waits for one window, and
 * after a quarter of the limit each time twice as long, up to an hour. Two quiet hours are forgotten. It says how long; whom it is asked about
 * is the guard's matter, which never lets the wait keep out a right token.
 */
export function createAttempts(options: { limit: number; windowMs: number; now: () => number }) {
  const { limit, windowMs, now } = options
  const callers = new Map<string, Failures>()

  const current = (group: string): Failures | undefined => {
    const entry = callers.get(group)
    if (!entry || now() - entry.last <= FORGOTTEN_MS) return entry
    callers.delete(group)
    return undefined
  }

  return {
    /** Seconds until the address has waited enough; 0 where it need not. */
    wait(address: string): number {
      const entry = current(addressGroup(address))
      return entry ? Math.max(0, Math.ceil((entry.waitUntil - now()) / 1000)) : 0
    },
    failed(address: string): void {
      const group = addressGroup(address)
      const entry = current(group) ?? { count: 0, since: now(), last: now(), waits: 0, waitUntil: 0 }
      // The order of the map is the order of the last failures.
      callers.delete(group)
      callers.set(group, entry)
      const [oldest] = callers.keys()
      if (callers.size > MAX_CALLERS && oldest !== undefined) callers.delete(oldest)

      entry.last = now()
      if (now() < entry.waitUntil) return
      if (now() - entry.since > windowMs) Object.assign(entry, { count: 0, since: now() })
      entry.count++
      if (entry.count < (entry.waits === 0 ? limit : Math.max(1, Math.floor(limit / 4)))) return
      entry.waitUntil = now() + Math.min(windowMs * 2 ** entry.waits, LONGEST_WAIT_MS)
      entry.waits++
      entry.count = 0
    },
  }
}
export type Attempts = ReturnType<typeof createAttempts>
