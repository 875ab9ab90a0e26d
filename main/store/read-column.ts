// What stands in a column, as the contract can say it. SQLite keeps any value in any column, and a restored file, or a person with another program, may have put
// one there that the program never writes: it is shown as far as it can be read, and stays in the file as it is.
import { instantOf, LAST_INSTANT } from './python/values.ts'

/** Bytes are read as UTF-8, numbers as they are written. Null: nothing is there. */
export function readText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : null
}
/** Milliseconds since 1970, also of a time that is written out. Null: it is none, or lies beyond the year 9999. */
export function readInstant(value: unknown): number | null {
  // Clocks that are reckoned, and waits that are drawn by lot, have fractions.
  if (typeof value === 'number' && value >= 0 && value <= LAST_INSTANT) return Math.round(value)
  return typeof value === 'number' ? null : instantOf(value)
}
/** An integer that JavaScript holds exactly; otherwise 0. */
export const readInteger = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : 0
/** The number of a row; null where there is none, or where it is no number that rows have. */
export const readId = (value: unknown): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : null
/** A number of things; otherwise 0. */
export const readCount = (value: unknown): number => Math.max(0, readInteger(value))
export const readBytes = (value: unknown): Uint8Array | null => (value instanceof Uint8Array ? value : null)
/** The texts of a JSON list; what is no text in it is passed over. */
export function readTexts(value: unknown): string[] {
  const list = readJson(value)
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
}
/** Undefined: it is no JSON. */
export function readJson(value: unknown): unknown {
  const text = readText(value)
  if (text === null) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Shown as nothing; the column keeps it.
  }
}
/** One of these words, otherwise the fallback. */
export const readWord = <T extends string | null>(value: unknown, words: readonly T[], fallback: T): T =>
  words.find((word) => word === value) ?? fallback
