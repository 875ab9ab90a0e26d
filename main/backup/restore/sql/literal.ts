// Reads the values that a dump writes, on bytes: a dump of a gigabyte is read without making a string of it. What it accepts is closed: literals, and the
// few functions with which sqlite3 writes text that a literal cannot hold. Each becomes the value that SQLite would have made of it, to be bound.
import { BAD, INCOMPLETE, isDigit, isWordByte } from './bytes.ts'
import { readCall } from './calls.ts'
import { addBlob, addText, bad, keyword, type Row, readBlob, skipSpace } from './row.ts'

const QUOTE = 0x27
const COMMA = 0x2c
const OPEN = 0x28
const CLOSE = 0x29
const MINUS = 0x2d
const DOT = 0x2e
/** Digits of a number that JavaScript holds exactly. */
const EXACT_DIGITS = 15
const INT64_END = 2n ** 63n

/** `from` stands on the opening quote. A quote as the buffer's last byte may be half of a doubled one: incomplete. */
function readString(b: Buffer, from: number, end: number, row: Row): number {
  let p = from + 1
  let bits = 0
  let doubled = false
  for (; p < end; p++) {
    const c = b[p] as number
    if (c === QUOTE) {
      if (p + 1 >= end) return INCOMPLETE
      if (b[p + 1] !== QUOTE) break
      doubled = true
      p++
    } else if (c === 0) {
      return bad(row, p, 'a NUL byte inside a text')
    }
    bits |= c
  }
  if (p >= end) return INCOMPLETE
  if (bits >= 0x80 && row.textual[row.values.length - row.start] === 1) {
    // SQLite takes the bytes as they are: they become no string here, and no bytes again there.
    row.values.push(doubled ? undoubled(b, from + 1, p) : b.subarray(from + 1, p))
    return p + 1
  }
  const text = bits < 0x80 ? b.toString('latin1', from + 1, p) : b.toString('utf8', from + 1, p)
  if (bits >= 0x80 && text.includes('\ufffd')) {
    addText(row, undoubled(b, from + 1, p))
  } else {
    row.values.push(doubled ? text.replaceAll("''", "'") : text)
  }
  return p + 1
}

const undoubled = (b: Buffer, from: number, to: number): Buffer =>
  Buffer.from(b.toString('latin1', from, to).replaceAll("''", "'"), 'latin1')

function addInteger(b: Buffer, from: number, to: number, row: Row): void {
  const column = row.values.length - row.start
  const negative = b[from] === MINUS
  const digits = negative ? from + 1 : from
  if (to - digits <= EXACT_DIGITS) {
    let value = 0
    for (let p = digits; p < to; p++) value = value * 10 + (b[p] as number) - 0x30
    // Never minus zero: this is an integer.
    if (negative && value !== 0) value = -value
    row.values.push(row.numeric[column] === 1 ? value : BigInt(value))
    return
  }
  const text = b.toString('latin1', from, to)
  const value = BigInt(text)
  if (value >= -INT64_END && value < INT64_END) row.values.push(value)
  else addReal(text, row)
}

/** SQLite itself reads the digits, so that the number is the one that it would have made of the literal. */
function addReal(text: string, row: Row): void {
  row.casts += `${row.values.length - row.start}r`
  row.values.push(text)
}

function readNumber(b: Buffer, from: number, end: number, row: Row): number {
  let p = from
  if (b[p] === MINUS) p++
  if (p >= end) return INCOMPLETE
  if (b[p] === 0x49 || b[p] === 0x69) return readInfinity(b, p, end, row, from)
  const start = p
  while (p < end && isDigit(b[p])) p++
  let digits = p - start
  let isInteger = true
  if (b[p] === DOT) {
    isInteger = false
    p++
    while (p < end && isDigit(b[p])) p++
    digits = p - start - 1
  }
  if (digits > 0 && (b[p] === 0x65 || b[p] === 0x45)) {
    isInteger = false
    p++
    if (b[p] === MINUS || b[p] === 0x2b) p++
    const exponent = p
    while (p < end && isDigit(b[p])) p++
    digits = p - exponent
  }
  if (p >= end) return INCOMPLETE
  if (digits < 1 || isWordByte(b[p])) return bad(row, from, 'a number that no dump writes')
  if (p - from > 1000) return bad(row, from, 'a number of more than 1,000 digits')
  if (isInteger) addInteger(b, from, p, row)
  else addReal(b.toString('latin1', from, p), row)
  return p
}

/** Some versions of sqlite3 write infinities by name, which SQLite itself reads as a column's name. */
function readInfinity(b: Buffer, from: number, end: number, row: Row, whole: number): number {
  for (const name of ['inf', 'infinity']) {
    const to = keyword(b, from, end, name)
    if (to === INCOMPLETE) return INCOMPLETE
    if (to === BAD) continue
    addReal(whole === from ? '9e999' : '-9e999', row)
    return to
  }
  return noValue(b, from, end, row, whole)
}

function noValue(b: Buffer, from: number, end: number, row: Row, whole = from): number {
  let p = from
  while (p < end && isWordByte(b[p])) p++
  if (p >= end) return INCOMPLETE
  const text = b.toString('latin1', from, Math.min(p, from + 24)).toLowerCase()
  return bad(row, whole, `"${text.replaceAll(/[^\x20-\x7e]/g, '?')}" where a value belongs`)
}

function readWord(b: Buffer, from: number, end: number, row: Row): number {
  // Nearly every word is this one, several in each row.
  const afterNull = keyword(b, from, end, 'null')
  if (afterNull === INCOMPLETE) return INCOMPLETE
  if (afterNull > 0) {
    row.values.push(null)
    return afterNull
  }
  const call = readCall(b, from, end, row)
  if (call !== undefined) return call
  const c = (b[from] ?? 0) | 0x20
  return c === 0x69 ? readInfinity(b, from, end, row, from) : noValue(b, from, end, row)
}

function readValue(b: Buffer, p: number, end: number, row: Row): number {
  const c = b[p] as number
  if (c === QUOTE) return readString(b, p, end, row)
  if (isDigit(c) || c === MINUS || c === DOT) return readNumber(b, p, end, row)
  if ((c | 0x20) === 0x78) {
    if (p + 1 >= end) return INCOMPLETE
    if (b[p + 1] === QUOTE) {
      const { to, bytes } = readBlob(b, p, end, row)
      if (to > 0) addBlob(row, bytes)
      return to
    }
  }
  if (isWordByte(c)) return readWord(b, p, end, row)
  return bad(row, p, c === OPEN ? 'an expression where a value belongs' : 'something that is no value')
}

/** A row from behind its opening bracket to behind its closing one: values with commas between them. Where it fails, `row.values` is as it was. */
export function readRow(b: Buffer, from: number, end: number, row: Row): number {
  row.casts = ''
  row.start = row.values.length
  const to = readValues(b, from, end, row)
  if (to < 0) row.values.length = row.start
  return to
}

function readValues(b: Buffer, from: number, end: number, row: Row): number {
  let p = from
  for (;;) {
    p = skipSpace(b, p, end)
    if (p < 0) return p
    p = readValue(b, p, end, row)
    if (p < 0) return p
    let c = b[p]
    if (c !== COMMA && c !== CLOSE) {
      p = skipSpace(b, p, end)
      if (p < 0) return p
      c = b[p]
    }
    if (p >= end) return INCOMPLETE
    p++
    if (c === CLOSE) return p
    if (c !== COMMA) return bad(row, p - 1, 'an expression where a value belongs')
  }
}
