import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { runsAfter, scheduleProblem } from './schedule.ts'

test.each([
  ['', 'schedule-fields', 'is empty'],
  ['   ', 'schedule-fields', 'is empty'],
  ['nonsense', 'schedule-fields', 'one field'],
  ['0 2 * *', 'schedule-fields', '4 fields'],
  ['0 0 2 * * *', 'schedule-fields', 'Leave out the seconds'],
  ['0 0 2 * * * 2027', 'schedule-fields', '7 fields'],
  ['2027-01-01T00:00:00', 'schedule-fields', 'one field'],
  ['@reboot', 'schedule-name', '“@reboot”'],
  ['@never', 'schedule-name', '@daily'],
  ['60 2 * * *', 'schedule-minute', '“60”'],
  ['a b c d e', 'schedule-minute', '“a”'],
  ['*/0 2 * * *', 'schedule-minute', '“*/0”'],
  ['0 24 * * *', 'schedule-hour', '0 to 23'],
  ['0 5-1 * * *', 'schedule-hour', '“5-1”'],
  ['0 2 32 * *', 'schedule-day', '“32”'],
  ['0 2 0 * *', 'schedule-day', '1 to 31'],
  ['0 2 * 13 *', 'schedule-month', '“13”'],
  ['0 2 * FOO *', 'schedule-month', '“FOO”'],
  ['0 2 * * 8', 'schedule-weekday', '“8”'],
  ['0 2 * * 1,', 'schedule-weekday', '“1,”'],
  ['0 2 30 2 *', 'schedule-never', 'never runs'],
  ['0 2 31 2,4,6,9,11 *', 'schedule-never', 'never runs'],
  ['0 2 30-31 FEB *', 'schedule-never', 'never runs'],
])('%j is refused as %s', (expression, code, words) => {
  const problem = scheduleProblem(expression)
  expect(problem?.code).toBe(code)
  expect(problem?.message).toContain(words)
  expect(problem?.message).toMatch(/\.$/)
  expect(runsAfter(expression, 0, 3)).toEqual([])
})

test('what stands in a message of a refused schedule is bounded and holds no control characters', () => {
  const message = scheduleProblem(`0 ${'9\u001b[31m'.repeat(500)} * * *`)?.message ?? ''
  expect(message.length).toBeLessThan(400)
  expect(message).not.toMatch(/\p{Cc}/u)
})

test.each([
  '0 2 * * *',
  '*/15 2-4 1 * *',
  ' 0  2\t* * MON-FRI ',
  '0 2 29 2 *',
  '0 2 L * *',
  '0 2 * * 5#3',
  '@daily',
  '0 2 31 1-4 *',
])('%j is a schedule that runs', (expression) => {
  expect(scheduleProblem(expression)).toBeUndefined()
  const runs = runsAfter(expression, Date.UTC(2027, 0, 1), 3)
  expect(runs).toHaveLength(3)
  expect(runs).toEqual(runs.toSorted((a, b) => a - b))
})

/** The zone of a process is read once, when it starts. */
function runsIn(zone: string, expression: string, from: string): string[] {
  const code = `import { runsAfter } from './preload/contract/schedule.ts'
    console.log(JSON.stringify(runsAfter(${JSON.stringify(expression)}, Date.parse(${JSON.stringify(from)}), 3).map((at) => new Date(at).toISOString())))`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { env: { ...process.env, TZ: zone } })
  return JSON.parse(out.toString())
}

test('an hour that the change to summer time leaves out runs at its end, and the days around it at their time', () => {
  expect(runsIn('Europe/Berlin', '30 2 * * *', '2027-03-27T12:00:00Z')).toEqual([
    '2027-03-28T01:00:00.000Z',
    '2027-03-29T00:30:00.000Z',
    '2027-03-30T00:30:00.000Z',
  ])
  expect(runsIn('Australia/Lord_Howe', '15 2 * * *', '2027-10-02T00:00:00Z')[0]).toBe('2027-10-02T15:30:00.000Z')
})

test('an hour that comes twice at the change to winter time runs once', () => {
  expect(runsIn('Europe/Berlin', '30 2 * * *', '2027-10-30T12:00:00Z')).toEqual([
    '2027-10-31T00:30:00.000Z',
    '2027-11-01T01:30:00.000Z',
    '2027-11-02T01:30:00.000Z',
  ])
  expect(runsIn('America/New_York', '30 1 * * *', '2027-11-06T12:00:00Z')[1]).toBe('2027-11-08T06:30:00.000Z')
})
