// A reader of the values that a dump writes, on bytes: a dump of a gigabyte is checked without making a string of it.
// What it accepts is closed: literals, and the few functions with which sqlite3 writes text that a literal cannot hold. Nothing
// that it accepts can read a row, call out, or grow beyond its own length.

export const INCOMPLETE = -1
export const BAD = -2

/** What a scan noticed; the caller resets it. */
export interface Mark {
  /** Line breaks that were passed. */
  lines: number
  /** A bare Inf, which SQLite reads as a column's name: the text must be rewritten before it is executed. */
  rewrite: boolean
  /** Where a refused value begins, and what is wrong with it. */
  at: number
  reason: string
}
export const newMark = (): Mark => ({ lines: 0, rewrite: false, at: 0, reason: '' })

const QUOTE = 0x27
const LF = 0x0a
const COMMA = 0x2c
const OPEN = 0x28
const CLOSE = 0x29
const MINUS = 0x2d

const DIGIT = new Uint8Array(256)
const HEX = new Uint8Array(256)
const WORD = new Uint8Array(256)
for (let c = 0x30; c <= 0x39; c++) DIGIT[c] = HEX[c] = WORD[c] = 1
for (let c = 0x41; c <= 0x5a; c++) WORD[c] = WORD[c + 32] = 1
for (let c = 0x41; c <= 0x46; c++) HEX[c] = HEX[c + 32] = 1
WORD[0x5f] = WORD[0x24] = 1
for (let c = 0x80; c <= 0xff; c++) WORD[c] = 1
export const isWordByte = (byte: number | undefined): boolean => byte !== undefined && WORD[byte] === 1

function bad(mark: Mark, at: number, reason: string): number {
  mark.at = at
  mark.reason = reason
  return BAD
}

/** Past spaces and line breaks (a comment inside a row is no part of any dump). */
export function skipSpace(b: Uint8Array, from: number, end: number, mark: Mark): number {
  let p = from
  for (; p < end; p++) {
    const c = b[p]
    if (c === LF) mark.lines++
    else if (c !== 0x20 && c !== 0x0d && c !== 0x09 && c !== 0x0c) return p
  }
  return INCOMPLETE
}

/** `from` stands on the opening quote. A quote as the buffer's last byte may be half of a doubled one: incomplete. */
function scanString(b: Uint8Array, from: number, end: number, mark: Mark): number {
  let p = from + 1
  let lines = 0
  while (p < end) {
    const c = b[p] as number
    if (c > QUOTE) {
      p++
    } else if (c === QUOTE) {
      if (p + 1 >= end) return INCOMPLETE
      if (b[p + 1] !== QUOTE) {
        mark.lines += lines
        return p + 1
      }
      p += 2
    } else if (c === LF) {
      lines++
      p++
    } else if (c === 0) {
      return bad(mark, p, 'a NUL byte inside a text')
    } else {
      p++
    }
  }
  return INCOMPLETE
}

function scanBlob(b: Uint8Array, from: number, end: number, mark: Mark): number {
  let p = from + 2
  while (p < end && HEX[b[p] as number] === 1) p++
  if (p >= end) return INCOMPLETE
  if (b[p] !== QUOTE || (p - from) % 2 !== 0) return bad(mark, from, 'a blob that is not written in hex')
  return p + 1
}

function scanNumber(b: Uint8Array, from: number, end: number, mark: Mark): number {
  let p = from
  if (b[p] === MINUS || b[p] === 0x2b) p++
  if (p >= end) return INCOMPLETE
  if (b[p] === 0x49 || b[p] === 0x69) return scanWord(b, p, end, mark, from)
  let digits = 0
  const start = p
  while (p < end && DIGIT[b[p] as number] === 1) p++
  digits = p - start
  if (digits === 1 && b[start] === 0x30 && (b[p] === 0x78 || b[p] === 0x58)) {
    p++
    const hex = p
    while (p < end && HEX[b[p] as number] === 1) p++
    digits = p - hex
  } else {
    if (b[p] === 0x2e) {
      p++
      while (p < end && DIGIT[b[p] as number] === 1) p++
      digits = p - start - 1
    }
    if (digits > 0 && (b[p] === 0x65 || b[p] === 0x45)) {
      p++
      if (b[p] === MINUS || b[p] === 0x2b) p++
      const exponent = p
      while (p < end && DIGIT[b[p] as number] === 1) p++
      digits = p - exponent
    }
  }
  if (p >= end) return INCOMPLETE
  if (digits < 1 || WORD[b[p] as number] === 1) return bad(mark, from, 'a number that SQLite would not read as one')
  return p
}

const words = new Map<string, string>([
  ['null', 'null'],
  ['inf', 'inf'],
  ['infinity', 'inf'],
  ['unistr', 'unistr'],
  ['replace', 'replace'],
  ['char', 'char'],
  ['cast', 'cast'],
])

function scanWord(b: Uint8Array, from: number, end: number, mark: Mark, whole = from): number {
  // Nearly every word is this one, several in each row.
  const afterNull = keyword(b, from, end, 'null')
  if (afterNull > 0 && whole === from) return afterNull
  let p = from
  while (p < end && WORD[b[p] as number] === 1) p++
  if (p >= end) return INCOMPLETE
  const text = String.fromCharCode(...b.subarray(from, Math.min(p, from + 24))).toLowerCase()
  const word = p - from > 24 ? undefined : words.get(text)
  if (word === 'null' && whole === from) return p
  if (word === 'inf') {
    mark.rewrite = true
    return p
  }
  if (word === undefined || word === 'null' || whole !== from) {
    return bad(mark, whole, `"${text.replaceAll(/[^\x20-\x7e]/g, '?')}" where a value belongs`)
  }
  const open = skipSpace(b, p, end, mark)
  if (open === INCOMPLETE) return INCOMPLETE
  if (b[open] !== OPEN) return bad(mark, from, `"${text}" where a value belongs`)
  return scanCall(b, word, from, open + 1, end, mark)
}

/** A comma (or the closing bracket) with space around it. */
function expect(b: Uint8Array, from: number, end: number, mark: Mark, byte: number): number {
  if (from < 0) return from
  const p = skipSpace(b, from, end, mark)
  if (p === INCOMPLETE) return INCOMPLETE
  if (b[p] !== byte) return bad(mark, p, 'a function called as no dump calls it')
  return skipSpace(b, p + 1, end, mark)
}
function plainString(b: Uint8Array, from: number, end: number, mark: Mark): number {
  if (from < 0) return from
  if (b[from] !== QUOTE) return bad(mark, from, 'a function of something else than a literal')
  return scanString(b, from, end, mark)
}

/** The calls that sqlite3's `.dump` and our own writer make, each with literals only, none longer than its input. */
function scanCall(b: Uint8Array, word: string, at: number, from: number, end: number, mark: Mark): number {
  let p = skipSpace(b, from, end, mark)
  if (p === INCOMPLETE) return INCOMPLETE
  if (word === 'unistr') {
    p = plainString(b, p, end, mark)
    return closing(b, p, end, mark)
  }
  if (word === 'char') {
    for (let count = 0; count < 16; count++) {
      p = scanNumber(b, p, end, mark)
      if (p < 0) return p
      p = skipSpace(b, p, end, mark)
      if (p < 0) return p
      if (b[p] === CLOSE) return p + 1
      p = expect(b, p, end, mark, COMMA)
      if (p < 0) return p
    }
    return bad(mark, at, 'char() of more than 16 characters')
  }
  if (word === 'cast') {
    if (b[p] !== 0x58 && b[p] !== 0x78) return bad(mark, at, 'a CAST of something else than a blob')
    if (p + 1 >= end) return INCOMPLETE
    if (b[p + 1] !== QUOTE) return bad(mark, at, 'a CAST of something else than a blob')
    p = scanBlob(b, p, end, mark)
    if (p < 0) return p
    p = skipSpace(b, p, end, mark)
    if (p < 0) return p
    const as = keyword(b, p, end, 'as')
    if (as < 0) return as === INCOMPLETE ? as : bad(mark, at, 'a CAST without AS')
    p = skipSpace(b, as, end, mark)
    if (p < 0) return p
    const type = keyword(b, p, end, 'text')
    if (type < 0) return type === INCOMPLETE ? type : bad(mark, at, 'a CAST to something else than TEXT')
    return closing(b, type, end, mark)
  }
  return scanReplace(b, at, p, end, mark, 0)
}

/** replace(text or another replace, 'placeholder', char(10 or 13)): what sqlite3 before 3.50 writes for line breaks. */
function scanReplace(b: Uint8Array, at: number, from: number, end: number, mark: Mark, depth: number): number {
  let p = from
  if (b[p] === QUOTE) {
    p = scanString(b, p, end, mark)
  } else {
    if (depth > 2) return bad(mark, at, 'replace() nested deeper than any dump nests it')
    p = keyword(b, p, end, 'replace')
    if (p === BAD) return bad(mark, at, 'replace() of something else than a literal')
    if (p < 0) return p
    p = skipSpace(b, p, end, mark)
    if (p < 0) return p
    if (b[p] !== OPEN) return bad(mark, at, 'replace() of something else than a literal')
    p = skipSpace(b, p + 1, end, mark)
    if (p < 0) return p
    p = scanReplace(b, at, p, end, mark, depth + 1)
  }
  p = expect(b, p, end, mark, COMMA)
  p = plainString(b, p, end, mark)
  p = expect(b, p, end, mark, COMMA)
  if (p < 0) return p
  const call = keyword(b, p, end, 'char')
  if (call < 0) return call === INCOMPLETE ? call : bad(mark, at, 'replace() by something else than a line break')
  p = skipSpace(b, call, end, mark)
  if (p < 0) return p
  if (p + 4 > end) return INCOMPLETE
  const isBreak = b[p] === OPEN && b[p + 1] === 0x31 && (b[p + 2] === 0x30 || b[p + 2] === 0x33) && b[p + 3] === CLOSE
  if (!isBreak) return bad(mark, at, 'replace() by something else than a line break')
  return closing(b, p + 4, end, mark)
}

function closing(b: Uint8Array, from: number, end: number, mark: Mark): number {
  if (from < 0) return from
  const p = skipSpace(b, from, end, mark)
  if (p === INCOMPLETE) return INCOMPLETE
  return b[p] === CLOSE ? p + 1 : bad(mark, p, 'a function called as no dump calls it')
}

/** Past `word` (lower case) in any case, when a whole word stands there. */
export function keyword(b: Uint8Array, from: number, end: number, word: string): number {
  if (from + word.length >= end) return INCOMPLETE
  for (let i = 0; i < word.length; i++) {
    if (((b[from + i] as number) | 0x20) !== word.charCodeAt(i)) return BAD
  }
  return WORD[b[from + word.length] as number] === 1 ? BAD : from + word.length
}

function scanValue(b: Uint8Array, p: number, end: number, mark: Mark): number {
  const c = b[p] as number
  if (c === QUOTE) return scanString(b, p, end, mark)
  if (DIGIT[c] === 1 || c === MINUS || c === 0x2e || c === 0x2b) return scanNumber(b, p, end, mark)
  if (c === 0x58 || c === 0x78) {
    if (p + 1 >= end) return INCOMPLETE
    if (b[p + 1] === QUOTE) return scanBlob(b, p, end, mark)
  }
  if (WORD[c] === 1) return scanWord(b, p, end, mark)
  return bad(mark, p, c === OPEN ? 'an expression where a value belongs' : 'something that is no value')
}

/** A row from behind its opening bracket to behind its closing one: values with commas between them. */
export function scanRow(b: Uint8Array, from: number, end: number, mark: Mark): number {
  let p = from
  for (;;) {
    let c = b[p]
    if (c === 0x20 || c === LF || c === 0x0d || c === 0x09) {
      p = skipSpace(b, p, end, mark)
      if (p < 0) return p
    }
    if (p >= end) return INCOMPLETE
    p = scanValue(b, p, end, mark)
    if (p < 0) return p
    c = b[p]
    if (c !== COMMA && c !== CLOSE) {
      p = skipSpace(b, p, end, mark)
      if (p < 0) return p
      c = b[p]
    }
    p++
    if (c === CLOSE) return p
    if (c !== COMMA) return bad(mark, p - 1, 'an expression where a value belongs')
  }
}
