// Texts in words that repeat as people's words do. The same seed gives the same texts.
const SYLLABLES =
  'a be ca de el fo ga hi in jo ka lu ma no os pa qui ra se ti um vi xa zo ão mente ção ing er th wh ou'.split(' ')
const EMOJI = ['😂', '❤️', '🙏', '👍', '🎉', '😅']

export interface Prose {
  /** Two words. */
  title(): string
  /** Up to 25 words; now and then an emoji, or a quote in a second paragraph. */
  sentence(): string
}

export function prose(random: () => number, syllables: readonly string[] = SYLLABLES): Prose {
  const words = Array.from({ length: 4000 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 3.5) }, () => pick(syllables, random())).join(''),
  )
  /** Few words are frequent, most are rare. */
  const word = () => pick(words, random() ** 3)
  return {
    title: () => `${word()} ${word()}`,
    sentence() {
      const length = 1 + Math.floor(24 * random() ** 2)
      let text = word()
      for (let index = 1; index < length; index++) text += (random() < 0.08 ? ', ' : ' ') + word()
      const end = random()
      return end < 0.1 ? `${text} ${pick(EMOJI, random())}` : end < 0.15 ? `${text}\n\n${word()}'s` : text
    },
  }
}

export const phone = (n: number): string => `55119${String(90_000_000 + n).padStart(8, '0')}@s.whatsapp.net`
export const pick = (list: readonly string[], at: number): string => list[Math.floor(at * list.length)] ?? ''
export function hex(random: () => number, digits: number): string {
  let text = ''
  while (text.length < digits) text += ((random() * 0x100000000) >>> 0).toString(16).padStart(8, '0')
  return text.slice(0, digits).toUpperCase()
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
