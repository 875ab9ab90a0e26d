import type Database from 'better-sqlite3'
import { plainJid } from '../jid.ts'
import { plainText } from '../odd/value.ts'

const SHAPE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i
/** Below it a number means seconds (until the year 5138), above it milliseconds. */
const SECONDS_END = 100_000_000_000
export const LAST_INSTANT = 253_402_300_799_999

const inRange = (instant: number): number | null =>
  Number.isFinite(instant) && instant >= 0 && instant <= LAST_INSTANT ? Math.round(instant) : null

/**
 * Milliseconds since 1970 of a time in any of the shapes that the Python service wrote: `2026-05-05 10:00:00`, ISO with T, Z, an offset or
 * microseconds, or epoch seconds. A time without a zone is UTC, as SQLite's CURRENT_TIMESTAMP is. Null: not a time.
 */
export function instantOf(value: unknown): number | null {
  if (typeof value === 'bigint' || typeof value === 'number') {
    const number = Number(value)
    return inRange(Math.abs(number) < SECONDS_END ? number * 1000 : number)
  }
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value
  if (typeof text !== 'string') return null
  const trimmed = text.trim()
  if (/^\d{1,16}(\.\d+)?$/.test(trimmed)) return instantOf(Number(trimmed))
  const match = SHAPE.exec(trimmed)
  if (!match) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const utc = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
  const date = new Date(utc)
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day) || Number(hour) > 23) return null
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
  const digits = zone.replace(/\D/g, '').padEnd(4, '0')
  const offset = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000 * (zone.startsWith('-') ? -1 : 1)
  return inRange(utc + milliseconds - (/z/i.test(zone) ? 0 : offset))
}

/** `YYYY-MM-DD HH:MM:SS` in UTC, as CURRENT_TIMESTAMP writes it. */
export function stampOf(value: unknown): string | null {
  const instant = instantOf(value)
  return instant === null ? null : new Date(instant).toISOString().slice(0, 19).replace('T', ' ')
}

/** The same rules for SQL, so that rows are copied inside SQLite and no byte of a text passes through a JavaScript string. */
export function registerValues(db: Database.Database): void {
  const options = { deterministic: true, directOnly: true, safeIntegers: true }
  db.function('wl_instant', options, (value: unknown) => {
    const instant = instantOf(value)
    return instant === null ? null : BigInt(instant)
  })
  db.function('wl_stamp', options, stampOf)
  db.function('wl_jid', options, (value: unknown) => {
    const text = plainText(value)
    return text === null ? null : plainJid(text)
  })
  db.function('wl_plain', options, plainText)
}

export const asText = (column: string): string =>
  `CASE WHEN typeof(${column}) IN ('text', 'null') THEN ${column} ELSE CAST(${column} AS TEXT) END`
export const asSwitch = (column: string): string =>
  `CASE typeof(${column}) WHEN 'text' THEN lower(${column}) IN ('1', 'true', 'yes', 'on')
     WHEN 'blob' THEN 0 ELSE COALESCE(${column}, 0) <> 0 END`
/** The same as plain text: what a column of ours holds once its rows were settled. */
export const asPlainText = (column: string): string => `wl_plain(CAST(${asText(column)} AS BLOB))`
export const asCount = (column: string): string =>
  `(SELECT iif(n BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}, n, 0) FROM (SELECT CAST(COALESCE(${column}, 0) AS INTEGER) AS n))`
