import type * as z from 'zod'
import type { SchedulePreview } from '../../preload/contract/backups.ts'
import { runsAfter, scheduleProblem } from '../../preload/contract/schedule.ts'
import { ConfigError } from '../config/config-error.ts'

const SHOWN = 3

/**
 * When a schedule runs next, by the clock and in the zone of this machine; null: never.
 * @throws ConfigError where the expression is no schedule
 */
export function previewSchedule(expression: string | null, now: number): z.infer<typeof SchedulePreview> {
  const problem = expression === null ? undefined : scheduleProblem(expression)
  if (problem) throw new ConfigError(problem.code, `${problem.message} Nothing was changed.`)
  const next = expression === null ? [] : runsAfter(expression, now, SHOWN)
  return {
    expression,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    next: next.map((at) => ({ at, local: localTime(at) })),
  }
}

/** ISO 8601 with the offset that holds at that time. */
function localTime(at: number): string {
  const offset = -new Date(at).getTimezoneOffset()
  const local = new Date(at + offset * 60_000).toISOString().slice(0, 16)
  const two = (number: number) => String(Math.floor(number)).padStart(2, '0')
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.abs(offset) / 60)}:${two(Math.abs(offset) % 60)}`
}
