import { INCOMPLETE } from './literal.ts'
import { readStatement, type Token } from './token.ts'

/** `INSERT [OR IGNORE] INTO name [(columns)] VALUES`: the text says what is wrong. */
export function readInsertHead(
  b: Buffer,
  from: number,
  end: number,
): { end: number; table: string } | string | typeof INCOMPLETE {
  // VALUES ends the head: reading on would walk over the row, which may be huge.
  const window = Math.min(end, from + 65_536)
  const head: Token[] = []
  const statement = readStatement(b, from, window)
  for (const token of statement.tokens) {
    head.push(token)
    if (token.kind === 'word' && token.text.toLowerCase() === 'values') break
    if (token.kind === 'word' && token.text.toLowerCase() === 'select')
      return 'INSERT ... SELECT is not allowed in a file that is restored'
  }
  const values = head.at(-1)
  if (values === undefined || values.text.toLowerCase() !== 'values') {
    if (statement.end === INCOMPLETE && window === end && end - from < 65_536) return INCOMPLETE
    return 'an INSERT without VALUES is not allowed in a file that is restored'
  }
  let i = 1
  const word = (at: number): string => (head[at]?.kind === 'word' ? (head[at]?.text.toLowerCase() ?? '') : '')
  if (word(i) === 'or') {
    if (word(i + 1) !== 'ignore') return 'INSERT OR with something else than IGNORE'
    i += 2
  }
  if (word(i) !== 'into') return 'an INSERT without INTO'
  const name = head[i + 1]
  if (name === undefined || (name.kind !== 'word' && name.kind !== 'name' && name.kind !== 'string'))
    return 'an INSERT without a table'
  for (const token of head.slice(i + 2, -1)) {
    const fits = token.kind === 'word' || token.kind === 'name' || (token.kind === 'sign' && /^[(),]$/.test(token.text))
    if (!fits) return 'an INSERT that no dump writes'
  }
  return { end: values.at + 'values'.length, table: name.text }
}
