export interface LocalTime {
  /** `2026-11-30 20:58:10 -03:00`. Undefined: it is no time. */
  stamp(ms: number): string | undefined
  /** A day in the reader's words, for a heading. */
  day(ms: number): string | undefined
  clock(ms: number): string | undefined
}

/** Times as the reader's clock showed them, with the zone's offset at that moment. `zone` is an IANA name; an unknown one becomes UTC. */
export function localTime(zone: string, language: string): LocalTime & { zone: string } {
  const timeZone = isZone(zone) ? zone : 'UTC'
  // The Swedish form is the one of ISO 8601.
  const stamps = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    calendar: 'iso8601',
  })
  const offsets = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', hour: 'numeric' })
  const days = new Intl.DateTimeFormat(language, { timeZone, dateStyle: 'full' })
  const valid = (ms: number) => Number.isFinite(ms) && Math.abs(ms) <= 8.64e15
  const offsetAt = new Map<number, string>()
  // Offsets change at most on quarters of an hour, and asking for one is slow.
  const offset = (ms: number): string => {
    const quarter = Math.floor(ms / 900_000)
    const known = offsetAt.get(quarter)
    if (known !== undefined) return known
    if (offsetAt.size > 10_000) offsetAt.clear()
    const name = offsets.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
    const found = name === 'GMT' ? '+00:00' : name.replace('GMT', '')
    offsetAt.set(quarter, found)
    return found
  }
  return {
    zone: timeZone,
    stamp: (ms) => (valid(ms) ? `${stamps.format(ms)} ${offset(ms)}` : undefined),
    day: (ms) => (valid(ms) ? days.format(ms) : undefined),
    clock: (ms) => (valid(ms) ? stamps.format(ms).slice(-8) : undefined),
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    // Intl knows no such zone.
    return false
  }
}
