export interface Plan {
  kind: 'daily' | 'weekly' | 'off' | 'custom'
  /** HH:MM, of the machine's own clock. */
  time: string
  cron: string
}

const two = (value: string) => value.padStart(2, '0')

/** The schedules that most people want, as words; any other stays the cron expression that it is. */
export function readCron(cron: string | null): Plan {
  if (cron === null) return { kind: 'off', time: '02:00', cron: '' }
  const found = /^(\d{1,2}) (\d{1,2}) \* \* (\*|0|7)$/.exec(cron.trim())
  const [, minute, hour, day] = found ?? []
  if (minute === undefined || hour === undefined) return { kind: 'custom', time: '02:00', cron }
  return { kind: day === '*' ? 'daily' : 'weekly', time: `${two(hour)}:${two(minute)}`, cron }
}

export function writeCron({ kind, time, cron }: Plan): string | null {
  if (kind === 'off') return null
  // Empty is no schedule, and not the wish for none: the program says so.
  if (kind === 'custom') return cron.trim()
  const [hour = '2', minute = '0'] = time.split(':')
  return `${Number(minute)} ${Number(hour)} * * ${kind === 'weekly' ? '0' : '*'}`
}
