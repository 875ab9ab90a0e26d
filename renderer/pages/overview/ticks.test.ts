import { expect, test } from 'vitest'
import { secondsTicks, timeTicks } from './ticks.ts'

const at = (hour: number, minute: number) => new Date(2026, 2, 12, hour, minute, 9).getTime()
const clock = (ticks: number[]) =>
  ticks.map((tick) => new Date(tick)).map((time) => time.getHours() + time.getMinutes() / 60)

test.each([
  ['one answer', at(20, 31), at(20, 31), [20.5, 21]],
  ['one answer on the mark', new Date(2026, 2, 12, 9).getTime(), new Date(2026, 2, 12, 9).getTime(), [9, 9.5]],
  ['half hours', at(20, 31), at(22, 19), [20.5, 21, 21.5, 22, 22.5]],
  ['hours', at(20, 31), at(23, 19), [20, 21, 22, 23, 0]],
  ['a whole day', at(0, 1), at(23, 59), [0, 6, 12, 18, 0]],
])('the times under the dots are round: %s', (_, from, to, hours) => {
  expect(clock(timeTicks(from, to))).toEqual(hours)
})

test.each([
  [0, [0, 0.2]],
  [0.9, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [5.6, [0, 2, 4, 6]],
  [8, [0, 2, 4, 6, 8]],
  [26, [0, 10, 20, 30]],
  [3601, [0, 1000, 2000, 3000, 4000]],
])('the seconds beside them are even: up to %s', (to, ticks) => {
  expect(secondsTicks(to).map((tick) => Number(tick.toFixed(6)))).toEqual(ticks)
})
