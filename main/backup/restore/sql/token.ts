// Reads SQL in the pieces that SQLite reads it in (sqlite3GetToken in its source), so that a statement ends where SQLite ends it and a name is
// the name that SQLite sees. What SQLite would pass over or refuse, and what no dump holds, is a problem: nothing is skipped unseen.
import { isUtf8 } from 'node:buffer'
import { BAD, INCOMPLETE, isDigit, isHex, isSpace, isWordByte } from './bytes.ts'

export interface Token {
  kind: 'word' | 'name' | 'string' | 'blob' | 'number' | 'sign'
  /** Without its quotes; empty for a blob. */
  text: string
  at: number
  /** Behind its last byte. */
  end: number
}
export interface Problem {
  at: number
  reason: string
}
export interface Statement {
  /** Behind the closing semicolon; INCOMPLETE where the buffer ends before it. */
  end: number
  tokens: Token[]
  /** Set where the statement cannot be read at all. */
  problem?: Problem
}

/** More than any statement of a schema needs. */
const MAX_TOKENS = 4000
/** Bytes of one name or text outside of rows. */
const MAX_TEXT = 100_000
/** Letters, marks and digits of any script. A dump writes other characters only between quotes. */
const PLAIN_WORD = /^[\p{L}\p{M}\p{N}_$]+$/u

/**
 * Past white space and comments, as SQLite sees them. `onComment` gets each comment and where it begins. BAD: a NUL byte, at which SQLite would stop reading, in
 * a comment. INCOMPLETE: the buffer ends in between, unless this is the last of it.
 */
export function skipBlank(
  b: Buffer,
  from: number,
  end: number,
  last: boolean,
  onComment?: (text: string, at: number) => void,
): number {
  let p = from
  for (;;) {
    while (p < end && isSpace(b[p])) p++
    if (p >= end) return last ? end : INCOMPLETE
    const line = b[p] === 0x2d
    if (!line && b[p] !== 0x2f) return p
    if (p + 1 >= end) return last ? p : INCOMPLETE
    if (b[p + 1] !== (line ? 0x2d : 0x2a)) return p
    const stop = line ? b.indexOf(0x0a, p) : b.indexOf('*/', p + 2)
    const closed = stop !== -1 && stop + (line ? 1 : 2) <= end
    if (!closed && !last) return INCOMPLETE
    const to = closed ? stop + (line ? 0 : 2) : end
    if (b.subarray(p, to).includes(0)) return BAD
    onComment?.(b.toString('utf8', p, Math.min(to, p + MAX_TEXT)).trimEnd(), p)
    p = to
  }
}

const CLOSER: Record<number, number> = { 39: 0x27, 34: 0x22, 96: 0x60, 91: 0x5d }
const SIGNS = new Set(Buffer.from('()*+,-./;<=>!|&~%'))

/** A token, or what is wrong; INCOMPLETE where it may go on behind the buffer. */
function readToken(b: Buffer, at: number, end: number): Token | Problem | typeof INCOMPLETE {
  const c = b[at] ?? 0
  if (c === 0x3b) return { kind: 'sign', text: ';', at, end: at + 1 }
  if (at + 1 >= end) return INCOMPLETE
  const isBlob = (c === 0x78 || c === 0x58) && b[at + 1] === 0x27
  if (isBlob) return readBlob(b, at, end)
  if (c in CLOSER) return readQuoted(b, at, end)
  if (isDigit(c) || (c === 0x2e && isDigit(b[at + 1]))) return readNumber(b, at, end)
  if (isWordByte(c) && c !== 0x24) return readWord(b, at, end)
  if (SIGNS.has(c)) return { kind: 'sign', text: String.fromCharCode(c), at, end: at + 1 }
  return { at, reason: c === 0 ? 'a NUL byte' : `the character ${nameOf(c)}, which no dump holds` }
}

function readQuoted(b: Buffer, at: number, end: number): Token | Problem | typeof INCOMPLETE {
  const close = CLOSER[b[at] ?? 0] ?? 0
  const most = Math.min(end, at + MAX_TEXT)
  let p = at + 1
  let doubled = false
  for (;;) {
    const stop = b.indexOf(close, p)
    if (stop === -1 || stop + 1 >= most) return most < end ? tooLong(at) : INCOMPLETE
    p = stop + 1
    if (close === 0x5d || b[p] !== close) break
    doubled = true
    p++
  }
  if (b.subarray(at, p).includes(0)) return { at, reason: 'a NUL byte' }
  const kind = close === 0x27 ? 'string' : 'name'
  const bytes = b.subarray(at + 1, p - 1)
  if (kind === 'name' && !isUtf8(bytes)) return { at, reason: 'a name that is not UTF-8' }
  const mark = String.fromCharCode(close)
  const text = bytes.toString('utf8')
  return { kind, text: doubled ? text.replaceAll(mark + mark, mark) : text, at, end: p }
}
const tooLong = (at: number): Problem => ({ at, reason: 'a name or text of more than 100 kB outside of a row' })

function readBlob(b: Buffer, at: number, end: number): Token | Problem | typeof INCOMPLETE {
  let p = at + 2
  while (p < end && isHex(b[p])) p++
  if (p >= end) return INCOMPLETE
  if (b[p] !== 0x27 || (p - at) % 2 !== 0) return { at, reason: 'a blob that is not written in hex' }
  return { kind: 'blob', text: '', at, end: p + 1 }
}

/** Digit separators (1_000) and digits that go on as a word are none that a dump writes. */
function readNumber(b: Buffer, at: number, end: number): Token | Problem | typeof INCOMPLETE {
  let p = at
  if (at + 2 < end && b[at] === 0x30 && ((b[at + 1] ?? 0) | 0x20) === 0x78 && isHex(b[at + 2])) {
    p += 2
    while (p < end && isHex(b[p])) p++
    if (p >= end) return INCOMPLETE
    if (isWordByte(b[p])) return { at, reason: 'a number that no dump writes' }
    return { kind: 'number', text: b.toString('latin1', at, p), at, end: p }
  }
  while (p < end && isDigit(b[p])) p++
  if (b[p] === 0x2e) {
    p++
    while (p < end && isDigit(b[p])) p++
  }
  if (p < end && (b[p] === 0x65 || b[p] === 0x45)) {
    if (p + 2 >= end) return INCOMPLETE
    const digits = b[p + 1] === 0x2b || b[p + 1] === 0x2d ? p + 2 : p + 1
    if (isDigit(b[digits])) {
      p = digits
      while (p < end && isDigit(b[p])) p++
    }
  }
  if (p >= end) return INCOMPLETE
  if (isWordByte(b[p])) return { at, reason: 'a number that no dump writes' }
  return { kind: 'number', text: b.toString('latin1', at, p), at, end: p }
}

function readWord(b: Buffer, at: number, end: number): Token | Problem | typeof INCOMPLETE {
  let p = at
  let bits = 0
  while (p < end && isWordByte(b[p])) bits |= b[p++] ?? 0
  if (p >= end) return p - at > MAX_TEXT ? tooLong(at) : INCOMPLETE
  if (p - at > MAX_TEXT) return tooLong(at)
  const text = b.toString('utf8', at, p)
  if (bits < 0x80) return { kind: 'word', text, at, end: p }
  if (!isUtf8(b.subarray(at, p))) return { at, reason: 'a byte that is no text' }
  const odd = Array.from(text).find((character) => !PLAIN_WORD.test(character))
  if (odd === undefined) return { kind: 'word', text, at, end: p }
  return { at, reason: `the character ${nameOf(odd.codePointAt(0) ?? 0)} outside of quotes, which no dump holds` }
}

const nameOf = (code: number): string =>
  code > 0x20 && code < 0x7f
    ? `"${String.fromCharCode(code)}"`
    : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`

/** Reads one statement up to its semicolon. A trigger's body ends at the `END;` that closes it. */
export function readStatement(b: Buffer, from: number, end: number): Statement {
  const tokens: Token[] = []
  let p = from
  let trigger = false
  let depth = 0
  for (;;) {
    const at = skipBlank(b, p, end, false)
    if (at === INCOMPLETE) return { end: INCOMPLETE, tokens }
    if (at === BAD) return { end: p, tokens, problem: { at: p, reason: 'a NUL byte' } }
    const token = readToken(b, at, end)
    if (token === INCOMPLETE) return { end: INCOMPLETE, tokens }
    if ('reason' in token) return { end: at, tokens, problem: token }
    p = token.end
    if (token.kind === 'sign' && token.text === ';') {
      const closed = !trigger || (depth <= 0 && tokens.at(-1)?.text.toLowerCase() === 'end')
      if (closed) return { end: p, tokens }
    }
    if (tokens.length >= MAX_TOKENS)
      return { end: at, tokens, problem: { at, reason: `a statement of more than ${MAX_TOKENS} words and signs` } }
    tokens.push(token)
    if (token.kind !== 'word') continue
    const word = token.text.toLowerCase()
    if (word === 'trigger' && isCreate(tokens)) trigger = true
    if (trigger && (word === 'begin' || word === 'case')) depth++
    if (trigger && word === 'end') depth--
  }
}

function isCreate(tokens: Token[]): boolean {
  const words = tokens.slice(0, 3).map((token) => token.text.toLowerCase())
  return (
    words[0] === 'create' &&
    (words[1] === 'trigger' || (words[2] === 'trigger' && /^temp(orary)?$/.test(words[1] ?? '')))
  )
}

/** The tokens of a whole statement with or without its semicolon; undefined where it is none. */
export function tokensOf(sql: string): Token[] | undefined {
  const bytes = Buffer.from(`${sql}\n;\n`)
  const { end, tokens, problem } = readStatement(bytes, 0, bytes.length)
  if (end === INCOMPLETE || problem !== undefined) return undefined
  return /^[\s;]*$/.test(bytes.toString('utf8', end)) ? tokens : undefined
}

/** Equal for two statements that SQLite reads as the same tokens: white space, comments and IF NOT EXISTS do not count. */
export function fingerprint(tokens: readonly Token[]): string {
  const parts = tokens.map(({ kind, text }) => `${kind} ${text}`)
  const words = tokens.slice(0, 6).map((token) => (token.kind === 'word' ? token.text.toLowerCase() : ''))
  const at = words.indexOf('if')
  if (words[0] === 'create' && at > 1 && at < 4 && words[at + 1] === 'not' && words[at + 2] === 'exists')
    parts.splice(at, 3)
  return parts.join('\0')
}
