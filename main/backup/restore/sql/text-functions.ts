// unistr() and char(), as SQLite computes them, on strings whose characters are bytes (latin1).

/** The bytes of a code point in SQLite's UTF-8, which also writes halves of surrogate pairs. */
function utf8(code: number): string {
  if (code < 0x80) return String.fromCharCode(code)
  const last = (shift: number) => 0x80 | ((code >>> shift) & 0x3f)
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >>> 6), last(0))
  if (code < 0x10000) return String.fromCharCode(0xe0 | (code >>> 12), last(6), last(0))
  return String.fromCharCode(0xf0 | ((code >>> 18) & 7), last(12), last(6), last(0))
}

export const charText = (codes: readonly number[]): string =>
  codes.map((code) => utf8(code > 0x10ffff ? 0xfffd : code)).join('')

const ESCAPE = /\\(?:(\\)|u?([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6})|U([0-9A-Fa-f]{8})|)/g

/** Undefined: SQLite knows no such escape. */
export function unistrText(bytes: string): string | undefined {
  let known = true
  const text = bytes.replaceAll(
    ESCAPE,
    (_all, slash: string | undefined, four: string | undefined, six: string | undefined, eight: string | undefined) => {
      if (slash !== undefined) return slash
      const hex = four ?? six ?? eight
      if (hex === undefined) known = false
      return hex === undefined ? '' : utf8(Number.parseInt(hex, 16))
    },
  )
  return known ? text : undefined
}
