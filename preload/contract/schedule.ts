import { Cron } from 'croner'
import type { ScheduleCode } from './codes.ts'

/** Each field of a cron expression, in its order: its name in a sentence, what it may hold, and its code where it does not. */
const FIELDS: readonly { name: string; holds: string; code: ScheduleCode }[] = [
  { name: 'minute', holds: 'a number from 0 to 59', code: 'schedule-minute' },
  { name: 'hour', holds: 'a number from 0 to 23', code: 'schedule-hour' },
  { name: 'day of the month', holds: 'a number from 1 to 31, or L for the last day', code: 'schedule-day' },
  { name: 'month', holds: 'a number from 1 to 12, or JAN to DEC', code: 'schedule-month' },
  { name: 'day of the week', holds: 'a number from 0 (Sunday) to 7, or SUN to SAT', code: 'schedule-weekday' },
]
const MORE = 'It can also be * for all of them, a range such as 1-5, a list such as 1,3, or a step such as */2.'
const LIKE = '0 2 * * * means 02:00 every day.'
/** Names that stand for a whole expression. */
const NICKNAMES = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

export interface ScheduleProblem {
  code: ScheduleCode
  /** Which field it is, why it does not fit, and what does. */
  message: string
}

/** Why a cron expression is no schedule; undefined: it is one, and it runs some day. */
export function scheduleProblem(expression: string): ScheduleProblem | undefined {
  const text = expression.trim()
  if (text.startsWith('@'))
    return NICKNAMES.includes(text.toLowerCase())
      ? undefined
      : {
          code: 'schedule-name',
          message: `There is no schedule named ${quoted(text)}. Use one of ${NICKNAMES.join(', ')}, or five fields: ${LIKE}`,
        }
  const fields = text === '' ? [] : text.split(/\s+/)
  if (fields.length !== FIELDS.length) return { code: 'schedule-fields', message: miscounted(fields.length) }
  for (const [index, { name, holds, code }] of FIELDS.entries()) {
    const field = fields[index] ?? ''
    if (isField(field, index)) continue
    return {
      code,
      message: `The ${name} of the schedule is ${quoted(field)}, which does not fit. It is ${holds}. ${MORE}`,
    }
  }
  if (cronOf(text)?.nextRun(new Date(0)) != null) return undefined
  return {
    code: 'schedule-never',
    message: `The schedule ${quoted(text)} never runs: no month that it names has that day. Choose another day or month.`,
  }
}

/** The next times after `at` (ms), in the time zone of this machine. An hour that a change of the clock leaves out runs at its end, one that comes twice runs once. */
export function runsAfter(expression: string, at: number, count: number): number[] {
  if (scheduleProblem(expression) !== undefined) return []
  return (
    cronOf(expression.trim())
      ?.nextRuns(count, new Date(at))
      .map((run) => run.getTime()) ?? []
  )
}

function miscounted(count: number): string {
  const has = count === 0 ? 'is empty' : count === 1 ? 'has one field' : `has ${count} fields`
  const seconds = count === 6 ? ' Leave out the seconds: the shortest step is a minute.' : ''
  return `The schedule ${has}; it needs five: minute, hour, day of the month, month, day of the week.${seconds} ${LIKE}`
}

const isField = (field: string, index: number): boolean =>
  cronOf(FIELDS.map((_, other) => (other === index ? field : '*')).join(' ')) !== undefined

function cronOf(expression: string): Cron | undefined {
  try {
    return new Cron(expression, { paused: true, mode: '5-part' })
  } catch {
    return undefined // its caller says which field it is
  }
}

const quoted = (text: string): string => `“${text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 60)}”`
