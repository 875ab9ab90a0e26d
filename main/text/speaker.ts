import { oneLine } from './one-line.ts'

const LONGEST_NAME = 64
/** How a person is called who has no name, or none that could be taken for one. */
const NAMELESS = 'Contact'

/** What may stand in a name; a colon, brackets and the signs that mark roles and prefixes may not. U+02D0 and U+A789 are letters that look like a colon. */
const NOT_IN_A_NAME =
  /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator} .,'’"“”()&+/@!?·•–—_-]|[\u02d0\u02d1\ua789]/gu
const ROLES = new Set(
  'system assistant user developer tool function model bot ai human admin moderator you me sistema assistente modelo'.split(
    ' ',
  ),
)

/**
 * A name as it stands before a speaker's words: `Ana: hello`. Whatever its owner put into it, it stays one short line, ends where our colon stands,
 * and looks like no role of a conversation and no `[prefix]` of a bot.
 */
export function speakerName(name: string | null): string {
  const plain = oneLine((name ?? '').slice(0, LONGEST_NAME * 8).normalize('NFKC'), LONGEST_NAME * 2)
    .replace(NOT_IN_A_NAME, ' ')
    .replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]+/u, '')
  const line = oneLine(plain, LONGEST_NAME)
  const words = line.toLowerCase().match(/[\p{L}\p{N}]+/gu)
  if (line === '' || words?.every((word) => ROLES.has(word))) return NAMELESS
  return line
}

/** Words under the name of who said them. Each further line is set in, so that none begins like another speaker's. */
export const saidBy = (name: string | null, words: string): string =>
  `${speakerName(name)}: ${words.replace(/\r\n?|[\n\v\f\u0085\u2028\u2029]/g, '\n  ')}`
