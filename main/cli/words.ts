import { UsageError } from './arguments.ts'

/** One of the words that an option allows. @throws UsageError */
export function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw new UsageError(`--${option} takes one of ${allowed.join(', ')}, not "${value}".`)
  return found
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** In the machine's own zone, with its abbreviation; undefined: never. For people: `--json` keeps to numbers. */
export function moment(at: number | null, timeZone?: string): string {
  if (at === null) return 'never'
  const format = new Intl.DateTimeFormat('en', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    timeZone,
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute} ${part.timeZoneName}`
}
