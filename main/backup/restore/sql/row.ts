// One row of values, and the reading of what stands between quotes. Bytes from `from` to `end` of a buffer; what is returned is where to go on, or INCOMPLETE or BAD.
import { isUtf8 } from 'node:buffer'
import { BAD, INCOMPLETE, isHex, isSpace, isWordByte } from './bytes.ts'

export type Value = string | number | bigint | Buffer | null

/** Where the values of a row go, and how they must be bound. */
export interface Row {
  /** Appended to. */
  values: Value[]
  /** How many values there were before this row. */
  start: number
  /** Set by the caller, by column: 1 where SQLite makes an integer of a bound REAL without a fraction, so that no BigInt is needed. */
  numeric: Uint8Array
  /** Set by the caller, by column: 1 where what is bound becomes a text, whatever it is. Texts beyond ASCII are bound there as their bytes. */
  textual: Uint8Array
  /**
   * The columns whose value is not bound as it is: `3r`, a text that SQLite reads as a REAL; `5t`, bytes that are a text; `7b`, a blob where texts are
   * expected. Empty for nearly every row.
   */
  casts: string
  /** Where a refused value begins, and what is wrong with it. */
  at: number
  reason: string
}
export const newRow = (): Row => ({
  values: [],
  start: 0,
  numeric: new Uint8Array(),
  textual: new Uint8Array(),
  casts: '',
  at: 0,
  reason: '',
})

const QUOTE = 0x27

export function bad(row: Row, at: number, reason: string): number {
  row.at = at
  row.reason = reason
  return BAD
}

/** Past white space (a comment inside a row is no part of any dump). */
export function skipSpace(b: Buffer, from: number, end: number): number {
  for (let p = from; p < end; p++) if (!isSpace(b[p])) return p
  return INCOMPLETE
}

/** Past `word` (lower case) in any case, when a whole word stands there. */
export function keyword(b: Buffer, from: number, end: number, word: string): number {
  for (let i = 0; i < word.length && from + i < end; i++) {
    if (((b[from + i] ?? 0) | 0x20) !== word.charCodeAt(i)) return BAD
  }
  if (from + word.length >= end) return INCOMPLETE
  return isWordByte(b[from + word.length]) ? BAD : from + word.length
}

/** The row's next value: bytes as SQLite would hold them as a text. What is not UTF-8 stays bytes. */
export function addText(row: Row, bytes: Buffer): void {
  if (row.textual[row.values.length - row.start] === 1) {
    row.values.push(bytes)
    return
  }
  if (isUtf8(bytes)) {
    row.values.push(bytes.toString('utf8'))
    return
  }
  row.casts += `${row.values.length - row.start}t`
  row.values.push(bytes)
}

/** The row's next value: a blob, which stays one. */
export function addBlob(row: Row, bytes: Buffer): void {
  const column = row.values.length - row.start
  if (row.textual[column] === 1) row.casts += `${column}b`
  row.values.push(bytes)
}

/** As a string of its bytes, for the functions that work on bytes; undefined where the row has no whole string there (`failed` tells why). */
export function readBytes(b: Buffer, from: number, end: number, row: Row): { to: number; bytes: string } {
  const none = (to: number) => ({ to, bytes: '' })
  if (from < 0) return none(from)
  if (b[from] !== QUOTE) return none(bad(row, from, 'a function of something else than a literal'))
  let p = from + 1
  for (;;) {
    const stop = b.indexOf(QUOTE, p)
    if (stop === -1 || stop + 1 >= end) return none(INCOMPLETE)
    p = stop + 1
    if (b[p] !== QUOTE) break
    p++
  }
  const bytes = b.toString('latin1', from + 1, p - 1)
  if (bytes.includes('\0')) return none(bad(row, from, 'a NUL byte inside a text'))
  return { to: p, bytes: bytes.replaceAll("''", "'") }
}

/** The hex digits of a blob, whose `x'` stands at `from`. */
export function readBlob(b: Buffer, from: number, end: number, row: Row): { to: number; bytes: Buffer } {
  const none = (to: number) => ({ to, bytes: Buffer.alloc(0) })
  let p = from + 2
  while (p < end && isHex(b[p])) p++
  if (p >= end) return none(INCOMPLETE)
  if (b[p] !== QUOTE || (p - from) % 2 !== 0) return none(bad(row, from, 'a blob that is not written in hex'))
  return { to: p + 1, bytes: Buffer.from(b.toString('latin1', from + 2, p), 'hex') }
}
