/** Characters of a token that guards an address which others can reach. 20 random letters and digits are beyond guessing. */
export const SHORTEST_TOKEN = 20
/** Of these, so many must say something new. */
const LEAST_NEW = 12

export type Weakness = 'short' | 'repetitive'

/** Why a token can be guessed; undefined where only chance would. It cannot know whether a token was made by chance. */
export function weaknessOf(token: string): Weakness | undefined {
  if (token.length < SHORTEST_TOKEN) return 'short'
  return newCharacters(token.toLowerCase()) < LEAST_NEW ? 'repetitive' : undefined
}

/** A part that stood there before counts as one character, and so does a run (`aaaa`, `1234`, `zyxw`). */
function newCharacters(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; count++) at += Math.max(1, repeatedFrom(text, at), runFrom(text, at))
  return count
}

function repeatedFrom(text: string, at: number): number {
  let length = 0
  while (at + length < text.length && text.slice(0, at + length).includes(text.slice(at, at + length + 1))) length++
  return length >= 3 ? length : 0
}

function runFrom(text: string, at: number): number {
  const step = text.charCodeAt(at + 1) - text.charCodeAt(at)
  if (Math.abs(step) > 1) return 0
  let length = 2
  while (text.charCodeAt(at + length) - text.charCodeAt(at + length - 1) === step) length++
  return length >= 3 ? length : 0
}

/** What a user reads of a weak token. */
export function weaknessSentence(weakness: Weakness): string {
  return weakness === 'short'
    ? `WHATSLANG_TOKEN has fewer than ${SHORTEST_TOKEN} characters, so it can be guessed.`
    : 'WHATSLANG_TOKEN repeats itself or counts up, so it can be guessed.'
}
