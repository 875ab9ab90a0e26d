import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeBackups, type RetentionItem, type RetentionPolicy } from './retention.ts'
import { liveThroughYears, ZONES } from './retention-years.test-kit.ts'

const DAY = 86_400_000
const none: RetentionPolicy = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, days: 0 }
const item = (id: number, at: number, more: Partial<RetentionItem> = {}): RetentionItem => ({
  id: String(id),
  at,
  proven: true,
  pinned: false,
  ours: true,
  ...more,
})
const kept = (items: RetentionItem[], policy: Partial<RetentionPolicy>) =>
  judgeBackups(items, { ...none, ...policy })
    .filter((verdict) => verdict.reasons.length > 0)
    .map((verdict) => verdict.id)

/**
 * The same rules in the words of the guide, written for this test without a look at the code: for every backup the question
 * is asked alone, by counting those made after it.
 */
function model(items: RetentionItem[], policy: RetentionPolicy): string[] {
  const own = items.filter((one) => one.ours)
  const proven = own.filter((one) => one.proven)
  const period: Record<'daily' | 'weekly' | 'monthly' | 'yearly', (at: number) => string> = {
    daily: (at) => new Intl.DateTimeFormat('en-CA', { dateStyle: 'short' }).format(at),
    weekly: (at) => {
      const noon = new Date(at)
      noon.setHours(12, 0, 0, 0)
      while (noon.getDay() !== 1) noon.setDate(noon.getDate() - 1)
      return noon.toDateString()
    },
    monthly: (at) => new Intl.DateTimeFormat('en', { year: 'numeric', month: 'long' }).format(at),
    yearly: (at) => new Intl.DateTimeFormat('en', { year: 'numeric' }).format(at),
  }
  return items
    .filter((one) => {
      if (!one.ours || one.pinned) return true
      const after = own.slice(own.indexOf(one) + 1)
      if (!one.proven && !after.some((other) => other.proven)) return true
      if (policy.days > 0) {
        const path = [one, ...after].map((other) => other.at)
        const age = path
          .slice(1)
          .reduce((sum, at, index) => sum + Math.min(8 * DAY, Math.abs(at - (path[index] ?? at))), 0)
        if (age <= policy.days * DAY) return true
      }
      if (!one.proven) return false
      const provenAfter = proven.slice(proven.indexOf(one) + 1)
      if (provenAfter.length === 0 || provenAfter.length < policy.last) return true
      return (['daily', 'weekly', 'monthly', 'yearly'] as const).some((rule) => {
        const mine = period[rule](one.at)
        const later = new Set(provenAfter.map((other) => period[rule](other.at)))
        return !later.has(mine) && later.size < policy[rule]
      })
    })
    .map((one) => one.id)
}

const policies = fc.record({
  last: fc.nat(5),
  daily: fc.nat(10),
  weekly: fc.nat(6),
  monthly: fc.nat(14),
  yearly: fc.nat(6),
  days: fc.nat(40),
})

test('years of backups with failures, pins, pauses and a clock that jumps: as the model has it, never below the floor', () => {
  const steps = fc.array(
    fc.record({
      gap: fc.oneof(
        { weight: 30, arbitrary: fc.constant(DAY) },
        { weight: 3, arbitrary: fc.integer({ min: 0, max: 40 * DAY }) },
        { weight: 1, arbitrary: fc.integer({ min: -400 * DAY, max: 4000 * DAY }) },
      ),
      proven: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      pinned: fc.integer({ min: 0, max: 99 }).map((n) => n === 0),
      ours: fc.integer({ min: 0, max: 49 }).map((n) => n > 0),
    }),
    { minLength: 300, maxLength: 2 * 366, size: 'max' },
  )
  fc.assert(
    fc.property(steps, policies, (days, policy) => {
      let at = Date.UTC(2024, 2, 20, 1)
      let items: RetentionItem[] = []
      let newestProven: string | undefined
      for (const [index, { gap, ...facts }] of days.entries()) {
        at = Math.max(DAY, at + gap)
        items.push(item(index, at, facts))
        if (facts.ours && facts.proven) newestProven = String(index)
        const ids = kept(items, policy)
        if (index % 29 === 0) expect(ids).toEqual(model(items, policy))
        if (newestProven !== undefined) expect(ids).toContain(newestProven)
        const left = new Set(ids)
        for (const one of items) if (!one.ours || one.pinned) expect(left.has(one.id)).toBe(true)
        items = items.filter((one) => left.has(one.id))
      }
    }),
    { numRuns: 15 },
  )
}, 240_000)

// `npm run soak -- retention` lives through a thousand.
test.each(ZONES)(
  'ten years in %s, with sleep, failures and a clock that jumps: all that the rules promise is there',
  async (zone) => {
    for (const seed of [1, 2]) {
      const report = await liveThroughYears(seed, zone)
      expect(report.broken).toEqual([])
      expect(report.judged).toBeGreaterThan(3)
    }
  },
  60_000,
)

test('a row of failed proofs fills no place', () => {
  const items = [item(0, 0), item(1, DAY), ...[2, 3, 4, 5].map((day) => item(day, day * DAY, { proven: false }))]
  expect(kept(items, { last: 2 })).toEqual(['0', '1', '2', '3', '4', '5'])
  expect(kept([...items, item(6, 6 * DAY)], { last: 2 })).toEqual(['1', '6'])
})

test('a clock that is years ahead for one night ages by eight days there and back, not by years', () => {
  const nights = Array.from({ length: 20 }, (_, night) => item(night, night * DAY))
  expect(kept([...nights, item(20, 4000 * DAY), item(21, 21 * DAY)], { days: 36 })).toHaveLength(22)
})

test('the change to summer time makes no day twice', () => {
  const before = new Date(2026, 2, 28, 23, 30).getTime()
  const after = new Date(2026, 2, 29, 3, 30).getTime()
  expect(kept([item(0, before), item(1, after)], { daily: 2 })).toEqual(['0', '1'])
})
