import type { BackupStatus } from '../../preload/contract/backups.ts'
import type { Settings } from '../../preload/contract/settings.ts'
import type { Entry } from './catalogue.ts'

const HOUR = 3_600_000
const DAYS = 30
/** Clocks that are set right move a little; what lies further ahead was written under a wrong clock, or the clock is wrong now. */
const AHEAD_MS = 10 * 60_000
type Facts = Pick<Entry, 'created_at' | 'verification'>

export const isProven = (entry: Pick<Entry, 'verification'>): boolean =>
  entry.verification === 'verified' || entry.verification === 'drilled'

/** Its date lies ahead of the clock. */
export const isAhead = (entry: Pick<Entry, 'created_at'>, now: number): boolean => entry.created_at > now + AHEAD_MS

/** When the newest proven backup was made; null: there is none, or none whose date can be believed. `entries`: those whose files were seen. */
export function lastProvenAt(entries: readonly Facts[], now: number): number | null {
  const proven = entries.filter((entry) => isProven(entry) && !isAhead(entry, now))
  return proven.reduce<number | null>((at, entry) => Math.max(at ?? 0, entry.created_at), null)
}

/** The newest proven backup is older than the settings allow, or there is none. Without a schedule nothing is ever overdue. */
export function isOverdue(entries: readonly Facts[], settings: Settings, now: number): boolean {
  if (settings.backup.schedule === null) return false
  const newest = lastProvenAt(entries, now)
  return newest === null || now - newest > settings.backup.stale_after_hours * HOUR
}

/** The last thirty local days, oldest first. Days before the first backup were not missed. */
export function backupDays(entries: readonly Facts[], now: number, scheduled: boolean): BackupStatus['days'] {
  const byDay = new Map<string, 'verified' | 'made'>()
  for (const entry of entries) {
    const day = dayOf(entry.created_at)
    if (byDay.get(day) !== 'verified') byDay.set(day, isProven(entry) ? 'verified' : 'made')
  }
  const first = entries.reduce((at, entry) => Math.min(at, entry.created_at), now)
  const today = new Date(now)
  return Array.from({ length: DAYS }, (_, index) => {
    const date = new Date(today.getFullYear(), today.getMonth(), today.getDate() - (DAYS - 1 - index), 12)
    const day = dayOf(date.getTime())
    const missed = scheduled && date.getTime() > first && day !== dayOf(now)
    return { day, state: byDay.get(day) ?? (missed ? 'missed' : 'none') }
  })
}

function dayOf(at: number): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`
}
