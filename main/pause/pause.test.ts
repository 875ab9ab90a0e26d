import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPause } from './pause.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})
const MINUTE = 60_000
const made = () => createPause({ clock: { now: () => Date.now() } })

test('each reason has its end, and all of them must be over', () => {
  const pause = made()
  pause.byUser(10)
  pause.restrict(Date.now() + 5 * MINUTE)
  pause.hold('restore')
  expect(pause.current()?.reason).toBe('restore')
  pause.lift('restore')
  expect(pause.current()?.reason).toBe('timelock')
  vi.advanceTimersByTime(6 * MINUTE)
  expect(pause.current()?.reason).toBe('user')
  vi.advanceTimersByTime(5 * MINUTE)
  expect(pause.active()).toBe(false)
})

test('its end is told, however far it lies ahead', () => {
  const pause = made()
  const told: boolean[] = []
  pause.onChange(() => told.push(pause.active()))
  pause.byUser(60 * 24 * 60)
  vi.advanceTimersByTime(60 * 24 * 60 * MINUTE + 1000)
  expect(told[0]).toBe(true)
  expect(told.at(-1)).toBe(false)
})

test('a restriction without an end lasts an hour, and never shortens one whose end is known', () => {
  const pause = made()
  pause.restrict()
  expect(pause.current()?.until).toBe(Date.now() + 60 * MINUTE)
  const end = Date.now() + 600 * MINUTE
  pause.restrict(end)
  pause.restrict()
  expect(pause.current()?.until).toBe(end)
  pause.restrict(Date.now() + MINUTE)
  expect(pause.current()?.until).toBe(Date.now() + MINUTE)
})

test('Resume lifts what a user may lift, and neither a restore nor the machine’s sleep', () => {
  const pause = made()
  pause.byUser()
  pause.restrict()
  pause.hold('restore')
  pause.hold('suspend')
  pause.resume()
  expect(pause.holds('user') ?? pause.holds('timelock')).toBeUndefined()
  expect(pause.current()?.reason).toBe('restore')
  pause.lift('restore')
  expect(pause.current()?.reason).toBe('suspend')
})
