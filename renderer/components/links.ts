/** A stretch of a message: words, or an address that can be opened. */
export type Part = string | { text: string; href: string }

const ADDRESS = /https?:\/\/[^\s<>"'`\\^{|}]+/giu
/** What ends a sentence or closes a bracket after an address is none of it. */
const AFTER = /[.,;:!?…)\]»”’]$/u
const MOST = 200
const LONGEST = 2000

/** Finds the http and https addresses in a text. What carries a name or a password, or is no address after all, stays words. */
export function findLinks(text: string): Part[] {
  const parts: Part[] = []
  let end = 0
  let links = 0
  for (const match of text.matchAll(ADDRESS)) {
    const found = trimmed(match[0])
    if (found.length > LONGEST || !isOpenable(found)) continue
    if (match.index > end) parts.push(text.slice(end, match.index))
    parts.push({ text: found, href: new URL(found).href })
    end = match.index + found.length
    links += 1
    if (links === MOST) break
  }
  if (end < text.length || parts.length === 0) parts.push(text.slice(end))
  return parts
}

export function isOpenable(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, username, password, hostname } = new URL(address)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' && hostname !== ''
}

function trimmed(address: string): string {
  let rest = address
  while (AFTER.test(rest)) {
    // A closing bracket belongs to the address where it also opens in it, as in encyclopedias.
    if (rest.endsWith(')') && count(rest, '(') >= count(rest, ')')) break
    rest = rest.slice(0, -1)
  }
  return rest
}
const count = (text: string, letter: string) => text.split(letter).length - 1
