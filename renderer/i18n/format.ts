import { useTranslation } from 'react-i18next'

const MINUTE = 60_000
const DAY = 86_400_000
const dayOf = (at: number) => new Date(at).setHours(0, 0, 0, 0)

/** Numbers, sizes and times as people of this language write them, in the machine's zone. Intl has no word for `justNow`: its 0 minutes are "this minute". */
export function createFormat(language: string, justNow?: string) {
  const number = new Intl.NumberFormat(language)
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  const decimal = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  const narrow = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' })
  // "2:05 PM", and "02:05" where a day has 24 hours.
  const hour = new Intl.DateTimeFormat(language, { hour: 'numeric' }).resolvedOptions().hour12 ? 'numeric' : '2-digit'
  const time = new Intl.DateTimeFormat(language, { hour, minute: '2-digit' })
  const seconds = new Intl.DateTimeFormat(language, { hour, minute: '2-digit', second: '2-digit' })
  const day = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'short' })
  const longDay = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  const date = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' })
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'medium' })
  const list = new Intl.ListFormat(language, { type: 'conjunction' })

  const days = (at: number, now: number) => Math.round((dayOf(now) - dayOf(at)) / DAY)
  const partOf = (type: 'group' | 'decimal') =>
    new Intl.NumberFormat(language, { useGrouping: 'always' }).formatToParts(1234.5).find((part) => part.type === type)
      ?.value
  return {
    /** What stands between thousands and before decimals, for fields in which numbers are typed. */
    separators: { thousandSeparator: partOf('group') ?? ',', decimalSeparator: partOf('decimal') ?? '.' },
    number: (value: number) => number.format(value),
    /** One digit behind the point, or the comma. */
    decimal: (value: number) => decimal.format(value),
    percent: (part: number) => percent.format(part),
    bytes: (bytes: number) =>
      bytes > 0 && bytes < 5e4
        ? `${number.format(Math.max(1, Math.round(bytes / 1000)))} kB`
        : bytes >= 1e9
          ? `${decimal.format(bytes / 1e9)} GB`
          : `${decimal.format(bytes / 1e6)} MB`,
    time: (at: number) => time.format(at),
    seconds: (at: number) => seconds.format(at),
    date: (at: number) => date.format(at),
    day: (at: number) => day.format(at),
    weekday: (at: number) => weekday.format(at),
    longDay: (at: number) => longDay.format(at),
    exact: (at: number) => exact.format(at),
    list: (parts: string[]) => list.format(parts),
    duration: (milliseconds: number) =>
      milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${decimal.format(milliseconds / 1000)} s`,
    /** "just now", "3 min ago", "yesterday 2:02 PM", "in 5 min", "12 Mar 2025". */
    when(at: number, now = Date.now()): string {
      const ago = now - at
      if (Math.abs(ago) < MINUTE) return (ago >= 0 && justNow) || relative.format(0, 'second')
      if (Math.abs(ago) < 60 * MINUTE) return narrow.format(-Math.trunc(ago / MINUTE), 'minute')
      const gone = days(at, now)
      if (gone === 0) return time.format(at)
      if (Math.abs(gone) === 1) return `${relative.format(-gone, 'day')} ${time.format(at)}`
      if (gone > 0 && gone < 7) return relative.format(-gone, 'day')
      return date.format(at)
    },
    /** For a narrow column: "2:02 PM", "Mon", "12 Mar", "12 Mar 2025". */
    brief(at: number, now = Date.now()): string {
      const gone = days(at, now)
      if (gone <= 0) return time.format(at)
      if (gone < 7) return weekday.format(at)
      return gone < 300 ? day.format(at) : date.format(at)
    },
    dayTitle(at: number, now = Date.now()): string {
      const gone = days(at, now)
      const title = gone === 0 || gone === 1 ? relative.format(-gone, 'day') : longDay.format(at)
      return title.charAt(0).toLocaleUpperCase(language) + title.slice(1)
    },
  }
}
export type Format = ReturnType<typeof createFormat>

/** Making Intl's formatters takes longer than drawing a row of a list, and every row has times. */
const formats = new Map<string, Format>()

export function useFormat(): Format {
  const { t, i18n } = useTranslation()
  const { language } = i18n
  let format = formats.get(language)
  if (!format) {
    format = createFormat(language, t('justNow'))
    formats.set(language, format)
  }
  return format
}
