import { fold } from './jid.ts'

/** A word that is looked for; `whole`: not as the beginning of a longer one. */
export interface Word {
  text: string
  whole: boolean
}

/**
 * The words of what somebody typed. One or two Latin letters stand for themselves: as a beginning they would be found in half of all messages.
 * Scripts that write without blanks say much in two characters.
 */
export function wordsOf(query: string): Word[] {
  const words = query.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []
  return words.map((text) => ({ text, whole: /^[\p{Script=Latin}\p{Script=Inherited}\d]{1,2}$/u.test(text) }))
}

/** Each word quoted: nothing of FTS5's own query language gets through. */
export const ftsQuery = (words: readonly Word[]): string =>
  words.map(({ text, whole }) => (whole ? `"${text}"` : `"${text}"*`)).join(' ')

/** Says of a text what the index (unicode61 without diacritics) says of it: whether it holds all the words. */
export function matcher(words: readonly Word[]): (text: string) => boolean {
  const tests = words.map(({ text, whole }) => {
    const folded = fold(text)
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}\\p{Co}])${folded}${whole ? '(?![\\p{L}\\p{N}\\p{Co}])' : ''}`, 'u')
    return (all: string) => all.includes(folded) && pattern.test(all)
  })
  return (text) => {
    const folded = fold(text)
    return tests.every((test) => test(folded))
  }
}
