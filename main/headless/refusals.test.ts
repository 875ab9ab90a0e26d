import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AuditEvent } from '../audit/audit-log.ts'
import { createRefusals } from './refusals.ts'

const MINUTE = 60_000
let events: AuditEvent[]
let refusals: ReturnType<typeof createRefusals>
beforeEach(() => {
  vi.useFakeTimers()
  events = []
  refusals = createRefusals({ record: (event) => void events.push(event) })
})
afterEach(() => {
  refusals.dispose()
  vi.useRealTimers()
})
const counts = () => events.map(({ address, detail }) => [address, detail?.count])

test('the first is recorded at once, the others of a minute as one', () => {
  for (let n = 0; n < 500; n++) refusals.refused('192.0.2.1', 'script')
  expect(events).toEqual([
    { action: 'sign-in', outcome: 'refused', by: 'script', address: '192.0.2.1', detail: { count: 1 } },
  ])
  vi.advanceTimersByTime(MINUTE)
  expect(counts()).toEqual([
    ['192.0.2.1', 1],
    ['192.0.2.1', 499],
  ])
})

test('a flood of a whole day from one address leaves some thirty entries, and none of it is lost', () => {
  const all = 24 * 60
  for (let minute = 0; minute < all; minute++) {
    for (let n = 0; n < 100; n++) refusals.refused('192.0.2.1', 'page')
    vi.advanceTimersByTime(MINUTE)
  }
  refusals.dispose()
  expect(events.length).toBeLessThan(40)
  expect(events.reduce((sum, { detail }) => sum + Number(detail?.count), 0)).toBe(100 * all)
})

test('an address that was quiet for its span is told at once again', () => {
  refusals.refused('192.0.2.1', 'page')
  vi.advanceTimersByTime(MINUTE)
  expect(events).toHaveLength(1)
  refusals.refused('192.0.2.1', 'page')
  expect(counts()).toEqual([
    ['192.0.2.1', 1],
    ['192.0.2.1', 1],
  ])
})

test('a flood from ten thousand addresses shares its entries; an IPv6 /64 is one address', () => {
  for (let n = 0; n < 10_000; n++) refusals.refused(`10.0.${n >> 8}.${n & 255}`, 'page')
  for (let n = 0; n < 100; n++) refusals.refused(`2001:db8::${n.toString(16)}`, 'page')
  vi.advanceTimersByTime(MINUTE)
  expect(events.length).toBeLessThan(20)
  expect(events.reduce((sum, { detail }) => sum + Number(detail?.count), 0)).toBe(10_100)
  expect(counts().filter(([address]) => address === null)).toHaveLength(2)
})
