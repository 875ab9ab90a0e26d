/** Past this many characters a message is cut, with a button for the rest. */
export const CUT_AT = 4000

/**
 * What strangers write, made harmless to the page: control characters become their pictures, and the characters that turn the
 * direction of what follows (UAX #9: embeddings, overrides, isolates) are taken away. Line breaks and tabs stay.
 */
export function neutralise(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[^\P{Cc}\n\t]/gu, (character) => {
      const code = character.charCodeAt(0)
      return String.fromCharCode(code < 0x20 ? 0x2400 + code : 0x2421)
    })
}

/** One line of it, for lists and titles. */
export function oneLine(text: string, length = 200): string {
  const line = neutralise(text.slice(0, length * 4))
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > length ? `${cut(line, length)}…` : line
}

/** The first `length` UTF-16 units, without half a surrogate pair at the end. */
export function cut(text: string, length: number): string {
  const part = text.slice(0, length)
  return /[\ud800-\udbff]$/.test(part) ? part.slice(0, -1) : part
}
