/** How much of a text is compared. */
const LONGEST = 160

/** A text as it is compared: what a program would count up or decorate is the same. */
export function templateOf(text: string): string {
  const plain = text
    .slice(0, LONGEST * 2)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cf}\p{Cc}*_~`]/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  // A number alone is a choice from a menu, and no counter in a text.
  return (/\p{L}/u.test(plain) ? plain.replace(/\p{N}+/gu, '#') : plain).slice(0, LONGEST)
}

/** Whether two templates are nearly the same: four of five runs of three letters are in both (Dice). Short ones must be equal. */
export function nearlyEqual(a: string, b: string): boolean {
  if (a === b) return true
  if (Math.min(a.length, b.length) < 12 || Math.max(a.length, b.length) > 2 * Math.min(a.length, b.length)) return false
  const left = trigrams(a)
  const right = trigrams(b)
  let both = 0
  for (const one of left) if (right.has(one)) both += 1
  return (2 * both) / (left.size + right.size) >= 0.8
}

function trigrams(text: string): Set<string> {
  const found = new Set<string>()
  for (let at = 0; at + 3 <= text.length; at += 1) found.add(text.slice(at, at + 3))
  return found
}
