import { CUT_MARK } from '../text/one-line.ts'
import { signature } from './prefix.ts'

/** What WhatsApp shows of a text without folding it, in UTF-16 units, prefix and header included. */
export const MESSAGE_LIMIT = 4095

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const SENTENCE_END = /(?:[.!?…。！？]["'”’)\]]*\s)|\n/gu
const SPACE = /\s/gu

/**
 * An answer as the messages that carry it: `[prefix] text`, or `[prefix] 1/3 text` and so on. It is cut at the end of a sentence,
 * else at a space, never inside a grapheme (one longer than a whole message apart). Only white space at a cut is dropped. What does not fit into `most`
 * messages is left out, and the last one ends with a mark that says so.
 */
export function split(text: string, prefix: string, limit = MESSAGE_LIMIT, most = Number.POSITIVE_INFINITY): string[] {
  const whole = text.trim()
  if (whole === '') return []
  const sign = signature(prefix)
  if (sign.length + 1 + whole.length <= limit) return [`${sign} ${whole}`]
  for (let digits = 1; ; digits += 1) {
    // The header's width depends on how many parts there are, which depends on the header's width.
    const header = most === 1 ? '' : ` ${'9'.repeat(digits)}/${'9'.repeat(digits)}`
    const room = limit - `${sign}${header} `.length
    if (room <= MARK.length) throw new RangeError('The prefix leaves no room for the answer.')
    const parts = cutAll(whole, room, most)
    if (String(parts.length).length <= digits) {
      return parts.map((part, index) =>
        most === 1 ? `${sign} ${part}` : `${sign} ${index + 1}/${parts.length} ${part}`,
      )
    }
  }
}

const MARK = ` ${CUT_MARK}`

function cutAll(text: string, room: number, most: number): string[] {
  const parts: string[] = []
  let rest = text
  while (rest.length > room) {
    if (parts.length + 1 >= most)
      return [...parts, `${rest.slice(0, cutPoint(rest, room - MARK.length)).trimEnd()}${MARK}`]
    const end = cutPoint(rest, room)
    const part = rest.slice(0, end).trimEnd()
    if (part !== '') parts.push(part)
    rest = rest.slice(end).trimStart()
  }
  if (rest !== '') parts.push(rest)
  return parts
}

function cutPoint(text: string, room: number): number {
  // One more than fits: a sentence may end exactly with the room, its space on the other side of the cut.
  const window = text.slice(0, room + 1)
  const end = lastEnd(window, SENTENCE_END, room / 2) ?? lastEnd(window, SPACE, room / 4)
  return graphemeFloor(text, Math.min(end ?? room, room))
}

function lastEnd(window: string, pattern: RegExp, least: number): number | undefined {
  let found: number | undefined
  for (const match of window.matchAll(pattern)) {
    const end = match.index + match[0].trimEnd().length
    if (end > least) found = end
  }
  return found
}

function graphemeFloor(text: string, end: number): number {
  // Boundaries do not depend on what is far behind them; looking at the whole rest each time would be quadratic.
  const start = graphemes.segment(text.slice(0, end + 256)).containing(end)?.index ?? end
  if (start > 0) return start
  const high = text.charCodeAt(end - 1)
  return end > 1 && high >= 0xd800 && high <= 0xdbff ? end - 1 : end
}
