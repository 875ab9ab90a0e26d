import { INCOMPLETE } from './bytes.ts'
import { nameOf } from './definition.ts'
import { readStatement, type Token } from './token.ts'

/** What stands before the rows of an INSERT. */
export interface InsertHead {
  /** Behind VALUES. */
  end: number
  table: string
  columns: string[] | undefined
  /** OR IGNORE. */
  ignore: boolean
}

/** `INSERT [OR IGNORE] INTO name [(columns)] VALUES`: the text says what is wrong. */
export function readInsertHead(b: Buffer, from: number, end: number): InsertHead | string | typeof INCOMPLETE {
  // VALUES ends the head: reading on would walk over the row, which may be huge.
  const window = Math.min(end, from + 65_536)
  const { tokens, problem, end: to } = readStatement(b, from, window)
  const isWord = (token: Token | undefined, word: string): boolean =>
    token?.kind === 'word' && token.text.toLowerCase() === word
  const at = tokens.findIndex((token) => isWord(token, 'values') || isWord(token, 'select'))
  const values = tokens[at]
  if (values === undefined) {
    if (problem !== undefined) return problem.reason
    if (to === INCOMPLETE && window === end && end - from < 65_536) return INCOMPLETE
  }
  if (values === undefined || !isWord(values, 'values'))
    return `an INSERT ${values === undefined ? 'without VALUES' : '... SELECT'} is not allowed in a file that is restored`
  const head = tokens.slice(0, at)
  let i = 1
  const ignore = isWord(head[i], 'or')
  if (ignore) {
    if (!isWord(head[i + 1], 'ignore')) return 'INSERT OR with something else than IGNORE'
    i += 2
  }
  if (!isWord(head[i], 'into')) return 'an INSERT without INTO'
  const table = nameOf(head[i + 1])
  if (table === undefined) return 'an INSERT without a table'
  const list = head.slice(i + 2)
  if (list.length === 1 && isWord(list[0], 'default')) return 'rows that are not written as values'
  const columns = list.length === 0 ? undefined : columnsOf(list)
  if (list.length > 0 && columns === undefined) return 'an INSERT that no dump writes'
  return { end: values.end, table, columns, ignore }
}

/** The names of `(a, b)`; undefined where it is something else. */
function columnsOf(tokens: readonly Token[]): string[] | undefined {
  const names: string[] = []
  for (const [i, token] of tokens.entries()) {
    const expected = i === 0 ? '(' : i === tokens.length - 1 ? ')' : ','
    if (i % 2 === 1) {
      const name = nameOf(token)
      if (name === undefined) return undefined
      names.push(name)
    } else if (token.kind !== 'sign' || token.text !== expected) return undefined
  }
  return tokens.length % 2 === 1 && names.length > 0 ? names : undefined
}
