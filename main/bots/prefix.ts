/** How a bot signs: `[ai] ...`. Contacts see who speaks, and bots know not to answer each other. */
export const signature = (prefix: string): string => `[${prefix}]`

/**
 * True for whatever looks as if a bot wrote it, ours or a stranger's: it begins with "[" and has a "]" among its first 20
 * characters. Without this guard two bots in one chat would talk to each other for ever.
 */
export function looksLikeBot(text: string): boolean {
  if (!text.startsWith('[')) return false
  const end = text.indexOf(']')
  return end > 0 && end < 20
}

/** The prefix of a bot's text, in small letters; undefined where no bot wrote it. */
export function prefixOf(text: string): string | undefined {
  return looksLikeBot(text) ? text.slice(1, text.indexOf(']')).trim().toLowerCase() : undefined
}
