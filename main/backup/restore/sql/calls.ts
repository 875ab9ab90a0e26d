// The functions with which sqlite3 writes a text that a literal cannot hold, each of literals only, and none with more to say than its own length.
import { BAD, INCOMPLETE, isDigit } from './bytes.ts'
import { addText, bad, keyword, type Row, readBlob, readBytes, skipSpace } from './row.ts'
import { charText, unistrText } from './text-functions.ts'

const QUOTE = 0x27
const COMMA = 0x2c
const OPEN = 0x28
const CLOSE = 0x29

type Read = (b: Buffer, at: number, from: number, end: number, row: Row) => number
const CALLS: Record<string, Read> = { unistr: readUnistr, replace: readReplace, char: readChar, cast: readCast }

/** A call of one of them that stands at `from`, up to behind its bracket. Undefined: another word stands there. */
export function readCall(b: Buffer, from: number, end: number, row: Row): number | undefined {
  for (const [name, read] of Object.entries(CALLS)) {
    const to = keyword(b, from, end, name)
    if (to === INCOMPLETE) return INCOMPLETE
    if (to === BAD) continue
    const open = skipSpace(b, to, end)
    if (open === INCOMPLETE) return INCOMPLETE
    if (b[open] !== OPEN) return bad(row, from, `"${name}" where a value belongs`)
    const p = skipSpace(b, open + 1, end)
    return p === INCOMPLETE ? INCOMPLETE : read(b, from, p, end, row)
  }
  return undefined
}

/** A comma (or the closing bracket) with space around it. */
function expect(b: Buffer, from: number, end: number, row: Row, byte: number): number {
  if (from < 0) return from
  const p = skipSpace(b, from, end)
  if (p === INCOMPLETE) return INCOMPLETE
  if (b[p] !== byte) return bad(row, p, 'a function called as no dump calls it')
  return byte === CLOSE ? p + 1 : skipSpace(b, p + 1, end)
}

function readUnistr(b: Buffer, at: number, from: number, end: number, row: Row): number {
  const { to, bytes } = readBytes(b, from, end, row)
  const p = expect(b, to, end, row, CLOSE)
  if (p < 0) return p
  const text = unistrText(bytes)
  if (text === undefined) return bad(row, at, 'unistr() with an escape that SQLite does not know')
  addText(row, Buffer.from(text, 'latin1'))
  return p
}

function readChar(b: Buffer, at: number, from: number, end: number, row: Row): number {
  const codes: number[] = []
  let p = from
  for (;;) {
    const start = p
    while (p < end && isDigit(b[p])) p++
    if (p >= end) return INCOMPLETE
    if (p === start || p - start > 9) return bad(row, at, 'char() of something else than numbers')
    codes.push(Number(b.toString('latin1', start, p)))
    if (codes.length > 16) return bad(row, at, 'char() of more than 16 characters')
    p = skipSpace(b, p, end)
    if (p < 0) return p
    if (b[p] === CLOSE) break
    p = expect(b, p, end, row, COMMA)
    if (p < 0) return p
  }
  addText(row, Buffer.from(charText(codes), 'latin1'))
  return p + 1
}

/** CAST(x'…' AS TEXT): how text is written that a literal cannot hold. */
function readCast(b: Buffer, at: number, from: number, end: number, row: Row): number {
  if (from + 1 >= end) return INCOMPLETE
  if (((b[from] ?? 0) | 0x20) !== 0x78 || b[from + 1] !== QUOTE)
    return bad(row, at, 'a CAST of something else than a blob')
  const { to, bytes } = readBlob(b, from, end, row)
  let p = to
  for (const word of ['as', 'text']) {
    if (p < 0) return p
    const next = skipSpace(b, p, end)
    if (next === INCOMPLETE) return INCOMPLETE
    p = keyword(b, next, end, word)
    if (p === BAD) return bad(row, at, 'a CAST to something else than TEXT')
  }
  p = expect(b, p, end, row, CLOSE)
  if (p < 0) return p
  addText(row, bytes)
  return p
}

/** replace(text or another replace, 'placeholder', char(10 or 13)): what sqlite3 before 3.50 writes for line breaks. */
function readReplace(b: Buffer, at: number, from: number, end: number, row: Row): number {
  const { to, bytes } = replaced(b, at, from, end, row, 0)
  if (to < 0) return to
  addText(row, Buffer.from(bytes, 'latin1'))
  return to
}

function replaced(
  b: Buffer,
  at: number,
  from: number,
  end: number,
  row: Row,
  depth: number,
): { to: number; bytes: string } {
  const none = (to: number) => ({ to, bytes: '' })
  let inner: { to: number; bytes: string }
  if (b[from] === QUOTE) {
    inner = readBytes(b, from, end, row)
  } else {
    if (depth > 2) return none(bad(row, at, 'replace() nested deeper than any dump nests it'))
    const call = keyword(b, from, end, 'replace')
    if (call === INCOMPLETE) return none(INCOMPLETE)
    const open = call === BAD ? BAD : skipSpace(b, call, end)
    if (open === INCOMPLETE) return none(INCOMPLETE)
    if (open === BAD || b[open] !== OPEN) return none(bad(row, at, 'replace() of something else than a literal'))
    const next = skipSpace(b, open + 1, end)
    if (next === INCOMPLETE) return none(INCOMPLETE)
    inner = replaced(b, at, next, end, row, depth + 1)
  }
  const mark = readBytes(b, expect(b, inner.to, end, row, COMMA), end, row)
  let p = expect(b, mark.to, end, row, COMMA)
  if (p < 0) return none(p)
  const call = keyword(b, p, end, 'char')
  if (call === INCOMPLETE) return none(INCOMPLETE)
  p = call === BAD ? BAD : skipSpace(b, call, end)
  if (p === INCOMPLETE || p + 4 > end) return none(INCOMPLETE)
  const code = p === BAD ? '' : b.toString('latin1', p, p + 4)
  if (code !== '(10)' && code !== '(13)') return none(bad(row, at, 'replace() by something else than a line break'))
  p = expect(b, p + 4, end, row, CLOSE)
  // SQLite replaces nothing where there is nothing to look for.
  const bytes = mark.bytes === '' ? inner.bytes : inner.bytes.replaceAll(mark.bytes, code === '(10)' ? '\n' : '\r')
  return { to: p, bytes }
}
