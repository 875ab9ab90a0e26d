// Which backups stay, and why. A pure function: no clock, no disk.
//
// - Order is the order of making, not of dates: a clock that jumped moves nothing to the front.
// - last n, daily, weekly, monthly, yearly: the newest proven backup of each of the n newest periods that have one, as
//   restic's policies do. Unproven ones fill no place, so a row of bad nights pushes no good backup out.
// - younger than n days counts from the newest backup, and a gap between two counts at most eight days: neither a long
//   absence nor a wrong clock ages everything at once.
// - A backup that is dated ahead of the clock takes no place from another one: the rules are applied with and without it.
// - What the undoing of a restore needs stays, and so does what is being read.
// - The newest proven backup stays whatever the rules say; so does what is pinned and what we did not write.
import type { Settings } from '../../preload/contract/settings.ts'

export interface RetentionItem {
  id: string
  /** Milliseconds since 1970, by the clock of its day. */
  at: number
  /** Verified, or drilled before it was encrypted. */
  proven: boolean
  pinned: boolean
  /** False: we did not write it. */
  ours: boolean
  /** Its date lies ahead of the clock: it is not believed. */
  ahead?: boolean
  /** Why it is needed, whatever the rules say. */
  needed?: string | undefined
  /** It is being read. */
  held?: boolean
}
export type RetentionPolicy = Settings['backup']['keep']
export interface Verdict {
  id: string
  /** Why it stays; empty: it goes. */
  reasons: string[]
}
export interface Calendar {
  day(at: number): string
  week(at: number): string
  month(at: number): string
  year(at: number): string
}

const DAY = 86_400_000
/** Between two backups no more time than this is believed to have passed. */
export const MOST_GAP = 8 * DAY

type Judged = { item: RetentionItem; reasons: Set<string> }

/** `items` from the first made to the last made. The verdicts come in the same order. */
export function judgeBackups(
  items: readonly RetentionItem[],
  policy: RetentionPolicy,
  calendar: Calendar = localCalendar,
): Verdict[] {
  const judged: Judged[] = items.map((item) => ({ item, reasons: new Set() }))
  for (const { item, reasons } of judged) {
    if (!item.ours) reasons.add('foreign')
    if (item.pinned) reasons.add('pinned')
    if (item.needed !== undefined) reasons.add(item.needed)
    if (item.held === true) reasons.add('in-use')
  }
  const ours = judged.filter(({ item }) => item.ours).reverse()
  applyRules(ours, policy, calendar)
  applyRules(
    ours.filter(({ item }) => item.ahead !== true),
    policy,
    calendar,
  )
  return judged.map(({ item, reasons }) => ({ id: item.id, reasons: [...reasons] }))
}

function applyRules(newestFirst: readonly Judged[], policy: RetentionPolicy, calendar: Calendar): void {
  const proven = newestFirst.filter(({ item }) => item.proven)
  proven[0]?.reasons.add('last-verified')
  for (const { reasons } of proven.slice(0, policy.last)) reasons.add('last')
  const periods = [
    ['daily', policy.daily, calendar.day],
    ['weekly', policy.weekly, calendar.week],
    ['monthly', policy.monthly, calendar.month],
    ['yearly', policy.yearly, calendar.year],
  ] as const
  for (const [reason, count, periodOf] of periods) {
    const seen = new Set<string>()
    for (const { item, reasons } of proven) {
      const period = periodOf(item.at)
      if (seen.has(period)) continue
      if (seen.size >= count) break
      seen.add(period)
      reasons.add(reason)
    }
  }
  let age = 0
  let newer: number | undefined
  let replaced = false
  for (const { item, reasons } of newestFirst) {
    if (newer !== undefined) age += Math.min(Math.abs(newer - item.at), MOST_GAP)
    newer = item.at
    if (policy.days > 0 && age <= policy.days * DAY) reasons.add('younger')
    if (item.proven) replaced = true
    else if (!replaced) reasons.add('not-replaced')
  }
}

/** Periods as the people here count them: local days, ISO weeks. */
export const localCalendar: Calendar = {
  day: (at) => new Date(at).toDateString(),
  week(at) {
    const d = new Date(at)
    const thursday = new Date(d.getFullYear(), d.getMonth(), d.getDate() + 3 - ((d.getDay() + 6) % 7))
    const dayOfYear = Math.round((thursday.getTime() - new Date(thursday.getFullYear(), 0, 1).getTime()) / DAY)
    return `${thursday.getFullYear()}-${Math.floor(dayOfYear / 7)}`
  },
  month: (at) => `${new Date(at).getFullYear()}-${new Date(at).getMonth()}`,
  year: (at) => String(new Date(at).getFullYear()),
}
