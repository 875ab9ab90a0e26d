import { quoteName } from '../reference.ts'
import { type Token, tokensOf } from './token.ts'

export interface Deferred {
  /** The statement without the constraints. */
  sql: string
  /** CREATE UNIQUE INDEX statements that hold the rows to the same constraints. */
  indexes: string[]
}

const isSign = (token: Token | undefined, text: string): boolean => token?.kind === 'sign' && token.text === text
const isWord = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'word' && token.text.toLowerCase() === text

/**
 * Takes the UNIQUE constraints out of a CREATE TABLE of ours. Each row looks up its place in the index of such a constraint; an index that is made
 * when all rows are there sorts them once, in less than half of the time. Constraints with a name or a conflict clause stay where they are.
 */
export function uniqueLater(create: string, table: string): Deferred {
  const statement = Buffer.from(create)
  const tokens = tokensOf(create)
  if (tokens === undefined) return { sql: create, indexes: [] }
  const place = (i: number): number => tokens[i]?.at ?? 0
  const indexes: string[] = []
  const kept: Buffer[] = []
  let from = 0
  let depth = 0
  let column: Token | undefined
  const take = (start: number, end: number, columns: string): void => {
    kept.push(statement.subarray(from, start))
    from = end
    indexes.push(
      `CREATE UNIQUE INDEX ${quoteName(`unique ${indexes.length} of ${table}`)} ON ${quoteName(table)} (${columns})`,
    )
  }
  for (const [i, token] of tokens.entries()) {
    if (isSign(token, '(')) depth++
    if (isSign(token, ')')) depth--
    if (depth !== 1) continue
    if (isSign(token, '(') || isSign(token, ',')) column = tokens[i + 1]
    if (!isWord(token, 'unique')) continue
    if (isSign(tokens[i - 1], ',')) {
      const close = tokens.findIndex((later, at) => at > i + 1 && isSign(later, ')'))
      const plain = isSign(tokens[i + 1], '(') && tokens.slice(i + 2, close).every((part) => !isSign(part, '('))
      if (!plain || close < 0 || !endsThere(tokens[close + 1])) continue
      take(place(i - 1), place(close) + 1, statement.toString('utf8', place(i + 1) + 1, place(close)))
    } else if (column !== undefined && !isWord(tokens[i - 2], 'constraint') && !isWord(tokens[i + 1], 'on')) {
      take(place(i), place(i) + 'unique'.length, quoteName(column.text))
    }
  }
  kept.push(statement.subarray(from))
  return { sql: Buffer.concat(kept).toString('utf8'), indexes }
}

const endsThere = (next: Token | undefined): boolean => isSign(next, ',') || isSign(next, ')')
