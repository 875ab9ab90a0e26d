import { isUtf8 } from 'node:buffer'
import { printable } from '../../config/printable.ts'

/** A value as SQLite keeps it. A text comes as its bytes, because reading bytes that are no UTF-8 as a text would change them. */
export type Value =
  | { is: 'null' }
  | { is: 'integer'; value: bigint }
  | { is: 'real'; value: number }
  | { is: 'text' | 'blob'; bytes: Buffer }

/** What better-sqlite3 binds. */
export type Bound = bigint | number | string | Buffer | null

/** Two columns of a SELECT from which `valueFrom` makes a Value: the storage class, and the value without a change. */
export const selectValue = (column: string): string =>
  `typeof(${column}), iif(typeof(${column}) = 'text', CAST(${column} AS BLOB), ${column})`

/** `safeIntegers` must be on: an integer comes as a bigint. */
export function valueFrom(is: unknown, value: unknown): Value {
  if (is === 'integer' && typeof value === 'bigint') return { is, value }
  if (is === 'real' && typeof value === 'number') return { is, value }
  if ((is === 'text' || is === 'blob') && Buffer.isBuffer(value)) return { is, bytes: value }
  return { is: 'null' }
}

/** How a value is bound so that the same bytes arrive, and its place in the SQL. */
export function bindValue(value: Value): { sql: string; bound: Bound } {
  if (value.is === 'null') return { sql: '?', bound: null }
  if (value.is === 'text') return { sql: 'CAST(? AS TEXT)', bound: value.bytes }
  return { sql: '?', bound: 'bytes' in value ? value.bytes : value.value }
}

/** A text that every part of the program reads in the same way: UTF-8, and no NUL, at which SQLite's own functions stop. */
export const isPlainText = (bytes: Buffer): boolean => isUtf8(bytes) && !bytes.includes(0)

/** The same value as plain text: U+FFFD stands for each byte that is no UTF-8 and for each NUL. Null stays null. */
export function plainText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const text = value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value as string | number)
  return text.replaceAll('\0', '\ufffd')
}

const SHOWN_BYTES = 32
const SHOWN_CHARACTERS = 60
/** What cannot be seen, or turns the direction of what stands behind it. */
const INVISIBLE = /[\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu

/** A value as a preview shows it to a person: short, on one line, every control character as its escape. */
export function showOddValue(value: Value): string {
  switch (value.is) {
    case 'null':
      return 'NULL'
    case 'integer':
    case 'real':
      return String(value.value)
    case 'blob':
      return `x'${value.bytes.toString('hex', 0, SHOWN_BYTES).toUpperCase()}${value.bytes.length > SHOWN_BYTES ? '…' : ''}'`
    case 'text': {
      // Four bytes are the most that a character takes.
      const start = value.bytes.toString('utf8', 0, SHOWN_CHARACTERS * 4)
      const short = Array.from(start).slice(0, SHOWN_CHARACTERS).join('')
      const shown = printable(short).replace(INVISIBLE, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)
      return `'${shown}${short.length < start.length || value.bytes.length > SHOWN_CHARACTERS * 4 ? '…' : ''}'`
    }
  }
}
