/** What cannot be seen, or steers what can: formats (zero-width, directions, tags), fillers, private and half characters. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Co}\p{Cs}\u2800]/gu
/** Control characters, and every line and paragraph separator of Unicode (UAX #14: BK, CR, LF, NL). */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]/gu

/**
 * A name that another person chose (a push name, a group's subject, a file's name), as one line of at most `length` UTF-16 units: without line breaks,
 * control characters, and characters that hide or that turn the direction of others. May be empty.
 */
export function oneLine(text: string, length = 200): string {
  // The bound comes first: a name may be as long as a message.
  const line = text
    .slice(0, length * 8)
    .replace(BREAKS, ' ')
    .replace(INVISIBLE, '')
    .replace(/\s+/gu, ' ')
    .trim()
  return line.length > length ? `${clip(line, length - 1).trimEnd()}…` : line
}

/** The first `length` UTF-16 units, without half a surrogate pair at the end. */
export function clip(text: string, length: number): string {
  const end =
    length > 0 && text.length > length && /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length
  return text.slice(0, Math.max(end, 0))
}

/** Stands where something was left out, for people and models alike. */
export const CUT_MARK = '[…]'

/** A text of at most about `length` UTF-16 units; a longer one ends with the mark. */
export const shortened = (text: string, length: number): string =>
  text.length > length ? `${clip(text, length).trimEnd()} ${CUT_MARK}` : text
