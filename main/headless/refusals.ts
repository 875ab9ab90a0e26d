import type { AuditEntry } from '../../preload/contract/audit.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { addressGroup } from './address.ts'

const SHORTEST_MS = 60_000
const LONGEST_MS = 60 * 60_000
/** Beyond these callers, the others of the time share one entry. */
const MAX_CALLERS = 16
const OTHERS = 'others'

interface Gathered {
  count: number
  address: string | null
  by: AuditEntry['by']
  waitMs: number
  timer?: NodeJS.Timeout
}

/**
 * Refused sign-ins for the audit log, which a flood of guesses must not flush: the first one of an address is recorded at once, and what follows
 * as one entry with a count after a minute, then after two, and so on up to an hour, until the address is quiet.
 */
export function createRefusals(audit: Pick<AuditLog, 'record'>) {
  const callers = new Map<string, Gathered>()
  const record = ({ count, address, by }: Pick<Gathered, 'count' | 'address' | 'by'>) =>
    audit.record({ action: 'sign-in', outcome: 'refused', by, address, detail: { count } })

  const gather = (key: string, entry: Gathered) => {
    entry.timer = setTimeout(() => {
      if (entry.count === 0) {
        callers.delete(key)
        return
      }
      record(entry)
      entry.count = 0
      entry.waitMs = Math.min(entry.waitMs * 2, LONGEST_MS)
      gather(key, entry)
    }, entry.waitMs)
    entry.timer.unref()
  }

  return {
    refused(address: string, by: AuditEntry['by']): void {
      const group = addressGroup(address)
      const key = callers.has(group) || callers.size < MAX_CALLERS ? group : OTHERS
      const known = callers.get(key)
      if (known) {
        known.count++
        return
      }
      const entry: Gathered = {
        count: 0,
        address: key === OTHERS ? null : address || null,
        by,
        waitMs: SHORTEST_MS,
      }
      callers.set(key, entry)
      record({ ...entry, count: 1 })
      gather(key, entry)
    },
    /** Records what is still gathered. */
    dispose(): void {
      for (const entry of callers.values()) {
        clearTimeout(entry.timer)
        if (entry.count > 0) record(entry)
      }
      callers.clear()
    },
  }
}
export type Refusals = ReturnType<typeof createRefusals>
