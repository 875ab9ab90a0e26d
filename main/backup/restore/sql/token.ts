import { INCOMPLETE, isWordByte } from './literal.ts'

export type Token = { kind: 'word' | 'name' | 'string' | 'blob' | 'number' | 'sign'; text: string; at: number }

/** A statement that never ends inside the buffer, or a byte that no dump holds. */
export interface Statement {
  /** Behind the closing semicolon; INCOMPLETE where the buffer ends before it. */
  end: number
  tokens: Token[]
  /** Set where the statement cannot be read at all. */
  problem?: { at: number; reason: string }
}

/** Enough to decide about any statement that a dump needs; the rest is only walked over. */
const MAX_TOKENS = 4000
const MAX_TEXT = 20_000

/** Past white space and comments. A comment's text goes to `onComment` (manifests travel in comments). */
export function skipBlank(
  b: Buffer,
  from: number,
  end: number,
  last: boolean,
  onComment?: (text: string) => void,
): number {
  let p = from
  for (;;) {
    while (p < end && (b[p] === 0x20 || (b[p] as number) - 9 < 5) && (b[p] as number) >= 9) p++
    if (p >= end) return last ? end : INCOMPLETE
    if (b[p] === 0x2d && b[p + 1] === 0x2d) {
      const stop = b.indexOf(0x0a, p)
      if ((stop === -1 || stop >= end) && !last) return INCOMPLETE
      const to = stop === -1 || stop > end ? end : stop
      onComment?.(b.toString('utf8', p, Math.min(to, p + MAX_TEXT)).trimEnd())
      p = to
    } else if (b[p] === 0x2f && b[p + 1] === 0x2a) {
      const stop = b.indexOf('*/', p + 2)
      if (stop === -1 || stop + 2 > end) return last ? end : INCOMPLETE
      onComment?.(b.toString('utf8', p, Math.min(stop + 2, p + MAX_TEXT)))
      p = stop + 2
    } else if ((b[p] === 0x2d || b[p] === 0x2f) && p + 1 >= end && !last) {
      return INCOMPLETE
    } else return p
  }
}

const CLOSER: Record<number, number> = { 39: 0x27, 34: 0x22, 96: 0x60, 91: 0x5d }

function quoted(b: Buffer, from: number, end: number): number {
  const close = CLOSER[b[from] as number] as number
  let p = from + 1
  for (;;) {
    const stop = b.indexOf(close, p)
    if (stop === -1 || stop + 1 >= end) return INCOMPLETE
    if (close === 0x5d || b[stop + 1] !== close) return stop + 1
    p = stop + 2
  }
}

function unquote(b: Buffer, from: number, to: number): string {
  const inner = b.toString('utf8', from + 1, Math.min(to - 1, from + MAX_TEXT))
  const mark = String.fromCharCode(b[from] as number)
  return mark === '[' ? inner : inner.replaceAll(mark + mark, mark)
}

/** Reads one statement up to its semicolon. A trigger's body ends at the `END;` that closes it. */
export function readStatement(b: Buffer, from: number, end: number): Statement {
  const tokens: Token[] = []
  let p = from
  let trigger = false
  let depth = 0
  const add = (token: Token): void => {
    if (tokens.length < MAX_TOKENS) tokens.push(token)
  }
  for (;;) {
    p = skipBlank(b, p, end, false)
    if (p === INCOMPLETE) return { end: INCOMPLETE, tokens }
    const c = b[p] as number
    const at = p
    if (c === 0x3b) {
      const closed = !trigger || (depth <= 0 && tokens.at(-1)?.text.toLowerCase() === 'end')
      p++
      if (closed) return { end: p, tokens }
      add({ kind: 'sign', text: ';', at })
    } else if (c in CLOSER) {
      p = quoted(b, p, end)
      if (p === INCOMPLETE) return { end: INCOMPLETE, tokens }
      add({ kind: c === 0x27 ? 'string' : 'name', text: unquote(b, at, p), at })
    } else if ((c === 0x78 || c === 0x58) && b[p + 1] === 0x27) {
      p = quoted(b, p + 1, end)
      if (p === INCOMPLETE) return { end: INCOMPLETE, tokens }
      add({ kind: 'blob', text: '', at })
    } else if (isWordByte(c)) {
      while (p < end && isWordByte(b[p])) p++
      if (p >= end) return { end: INCOMPLETE, tokens }
      const text = b.toString('utf8', at, Math.min(p, at + MAX_TEXT))
      const lower = text.toLowerCase()
      add({ kind: c >= 0x30 && c <= 0x39 ? 'number' : 'word', text, at })
      if (lower === 'trigger' && isCreate(tokens)) trigger = true
      if (trigger && (lower === 'begin' || lower === 'case')) depth++
      if (trigger && lower === 'end') depth--
    } else if (c === 0) {
      return { end: p, tokens, problem: { at: p, reason: 'a NUL byte' } }
    } else {
      p++
      add({ kind: 'sign', text: String.fromCharCode(c), at })
    }
  }
}

function isCreate(tokens: Token[]): boolean {
  const words = tokens.slice(0, 3).map((token) => token.text.toLowerCase())
  return (
    words[0] === 'create' &&
    (words[1] === 'trigger' || (words[2] === 'trigger' && /^temp(orary)?$/.test(words[1] ?? '')))
  )
}
