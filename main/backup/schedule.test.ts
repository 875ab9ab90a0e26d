import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runsAfter } from '../../preload/contract/schedule.ts'
import { createSchedule, type ScheduleDeps } from './schedule.ts'
import { createScheduleMemories } from './schedule-memory.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOON = new Date(2026, 0, 10, 12).getTime()
let folder: string
let now: number
let expression: string | null
let fail: Error | undefined
let runs: number[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'schedule-'))
  now = NOON
  expression = '0 2 * * *'
  fail = undefined
  runs = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** As a start of the program does: what is remembered is read from the disk. */
function begin(parts: Partial<ScheduleDeps> = {}) {
  return createSchedule({
    clock: { now: () => now },
    memory: createScheduleMemories(join(folder, 'schedules.json'), () => undefined)('backup'),
    dueAfter: (last) => (expression === null ? null : (runsAfter(expression, last, 1)[0] ?? null)),
    async run() {
      runs.push(now)
      if (fail) throw fail
    },
    ...parts,
  })
}
const never = () => new Promise<void>(() => undefined)

test('the first start counts from now, and a run that the machine slept through is made up for once', async () => {
  const schedule = begin()
  await schedule.look()
  expect(runs).toEqual([])
  now += 3 * 24 * HOUR
  await schedule.look()
  await schedule.look()
  expect(runs).toEqual([now])
})

test('a run that the program was killed in is made up for after the next start, and then waits longer each time', async () => {
  await begin().look()
  now += 24 * HOUR
  // Killed in the middle: it never comes back, and nothing is told of it.
  void begin({ run: never }).look()
  await expect.poll(() => readFileSync(join(folder, 'schedules.json'), 'utf8')).toContain('"tries":1')
  now += MINUTE
  void begin({ run: never }).look()
  await expect.poll(() => readFileSync(join(folder, 'schedules.json'), 'utf8')).toContain('"tries":2')
  const third = begin()
  await third.look()
  expect(runs).toEqual([])
  now += MINUTE
  await third.look()
  await third.look()
  expect(runs).toEqual([now])
  await begin().look()
  expect(runs).toHaveLength(1)
})

test('one that fails is tried again soon, then with longer waits, and at once after a start', async () => {
  const schedule = begin()
  await schedule.look()
  now += 24 * HOUR
  fail = new Error('The disk is full.')
  const tried: number[] = []
  const started = now
  for (; now < started + 3 * HOUR; now += MINUTE / 2) {
    const before = runs.length
    await schedule.look()
    if (runs.length > before) tried.push((now - started) / MINUTE)
  }
  expect(tried).toEqual([0, 1, 6, 21, 51, 111, 171])
  expect(schedule.next()).toBeGreaterThan(now)
  fail = undefined
  const later = begin()
  await later.look()
  expect(runs).toHaveLength(tried.length + 1)
  await later.look()
  expect(runs).toHaveLength(tried.length + 1)
  expect(new Date(later.next() ?? 0).getHours()).toBe(2)
})

test('what was carried out before the kill is not done again', async () => {
  await begin().look()
  now += 24 * HOUR
  void begin({ run: never }).look()
  await expect.poll(() => readFileSync(join(folder, 'schedules.json'), 'utf8')).toContain('"tries":1')
  const made = now
  now += HOUR
  await begin({ carriedOut: async (due) => (due <= made ? made : null) }).look()
  await begin().look()
  expect(runs).toEqual([])
})

test('where nothing can be remembered on the disk, it is remembered until the program ends', async () => {
  mkdirSync(join(folder, 'schedules.json'))
  const failures: unknown[] = []
  const schedule = begin({
    memory: createScheduleMemories(join(folder, 'schedules.json'), (error) => failures.push(error))('backup'),
  })
  await schedule.look()
  now += 24 * HOUR
  await schedule.look()
  await schedule.look()
  expect(runs).toEqual([now])
  expect(failures.length).toBeGreaterThan(0)
})

test('a run that the user ended is over, and one that is switched off is owed no more', async () => {
  const ended = Object.assign(new Error('Cancelled.'), { code: 'CANCELLED' })
  const schedule = begin({ isOver: (error) => error === ended })
  await schedule.look()
  now += 24 * HOUR
  fail = ended
  await schedule.look()
  now += 2 * HOUR
  await schedule.look()
  expect(runs).toHaveLength(1)

  now += 24 * HOUR
  fail = new Error('The disk is full.')
  await schedule.look()
  expect(runs).toHaveLength(2)
  expression = null
  await schedule.look()
  expression = '0 2 * * *'
  now += HOUR
  await schedule.look()
  expect(runs).toHaveLength(2)
})

test('one that is cancelled because the program ends is made up for', async () => {
  await begin().look()
  now += 24 * HOUR
  let end: (error: Error) => void = () => undefined
  const schedule = begin({
    run: () =>
      new Promise((_, reject) => {
        end = reject
      }),
    isOver: () => true,
  })
  const looking = schedule.look()
  await expect.poll(() => readFileSync(join(folder, 'schedules.json'), 'utf8')).toContain('"tries":1')
  schedule.dispose()
  end(new Error('Cancelled.'))
  await looking
  await begin().look()
  expect(runs).toHaveLength(1)
})

test('a clock that was ahead for a while holds nothing up', async () => {
  await begin().look()
  now += 400 * 24 * HOUR
  fail = new Error('The disk is full.')
  const schedule = begin()
  await schedule.look()
  now -= 399 * 24 * HOUR
  fail = undefined
  await schedule.look()
  expect(runs).toHaveLength(2)
  now += 24 * HOUR
  await schedule.look()
  expect(runs).toHaveLength(3)
})

test('a memory that is damaged is as if nothing had run', async () => {
  writeFileSync(join(folder, 'schedules.json'), '{"backup":{"last":"yesterday"}')
  await begin().look()
  expect(runs).toEqual([])
  expect(JSON.parse(readFileSync(join(folder, 'schedules.json'), 'utf8'))).toMatchObject({ backup: { last: NOON } })
})
