import type { Token } from './token.ts'

/** The database's own objects, whose exact text a dump may hold though the kind of statement is refused otherwise. */
export interface OwnSchema {
  /** Normalised text (see `normalise`) of our search index and its triggers: skipped, we build them ourselves. */
  skipped: ReadonlySet<string>
  /** Tables that belong to a search index: their rows are walked over, never loaded. */
  shadow: ReadonlySet<string>
  /** Normalised text of our own tables and indexes: executed without looking further. */
  tables: ReadonlySet<string>
}

/** What is done with a statement that is no INSERT of rows. */
export type Verdict =
  | { do: 'execute'; table?: string; later: boolean }
  | { do: 'skip' }
  | { do: 'begin' }
  | { do: 'commit' }
  | { do: 'pragma'; name: 'user_version' | 'application_id'; value: number }
  | { do: 'clear-sequence'; table?: string }
  | { do: 'refuse'; what: string }

/** White space, line ends and IF NOT EXISTS do not make another text. */
export const normalise = (sql: string): string =>
  sql
    .replaceAll(/\s+/g, ' ')
    .replace(
      /^create (unique )?(table|index|trigger) if not exists /i,
      (_all, unique: string | undefined, kind: string) => `CREATE ${unique ?? ''}${kind.toUpperCase()} `,
    )
    .trim()
    .replace(/;$/, '')
    .trim()

const PURE = new Set([
  'length',
  'typeof',
  'lower',
  'upper',
  'abs',
  'coalesce',
  'ifnull',
  'nullif',
  'trim',
  'json_valid',
  'in',
  'check',
  'key',
  'unique',
  'default',
  'and',
  'or',
  'not',
  'values',
])
const FORBIDDEN = new Set([
  'select',
  'generated',
  'always',
  'with',
  'virtual',
  'using',
  'raise',
  'exists',
  'attach',
  'temp',
  'temporary',
  'stored',
])
const COLLATIONS = new Set(['binary', 'nocase', 'rtrim'])
const PRAGMAS = /^pragma (foreign_keys|writable_schema) ?= ?(on|off|0|1)$/
const NUMBERED = /^pragma (user_version|application_id) ?= ?(-?\d{1,10})$/

const lower = (token: Token | undefined): string => (token?.kind === 'word' ? token.text.toLowerCase() : '')
const isSign = (token: Token | undefined, text: string): boolean => token?.kind === 'sign' && token.text === text
const nameOf = (token: Token | undefined): string | undefined =>
  token !== undefined && (token.kind === 'word' || token.kind === 'name' || token.kind === 'string')
    ? token.text
    : undefined
const refuse = (what: string): Verdict => ({ do: 'refuse', what })

/** Decides by a closed list: what is not on it is refused, and named. */
export function judge(tokens: Token[], text: string, own: OwnSchema): Verdict {
  const plain = normalise(text)
  if (own.skipped.has(plain)) return { do: 'skip' }
  const first = lower(tokens[0])
  const second = lower(tokens[1])
  if (tokens.length === 0) return { do: 'skip' }
  if (first === 'begin')
    return tokens.length <= 2 && (second === '' || second === 'transaction' || second === 'immediate')
      ? { do: 'begin' }
      : refuse('BEGIN with something behind it')
  if (first === 'commit' || (first === 'end' && second !== ''))
    return tokens.length <= 2 ? { do: 'commit' } : refuse('COMMIT with something behind it')
  if (first === 'rollback')
    return refuse('ROLLBACK: the program that wrote this dump met errors in its database, so the dump is not whole')
  if (first === 'pragma') return judgePragma(plain.toLowerCase(), nameOf(tokens[1]) ?? '')
  if (first === 'analyze') return tokens.length === 2 ? { do: 'skip' } : refuse('ANALYZE of more than the schema')
  if (first === 'delete') return judgeDelete(tokens)
  if (first === 'create') return judgeCreate(tokens, plain, own)
  return refuse(
    first === ''
      ? 'something that is no statement'
      : `${first.toUpperCase()} ${second === '' ? '' : second.toUpperCase()}`.trim(),
  )
}

function judgePragma(plain: string, name: string): Verdict {
  if (PRAGMAS.test(plain)) return { do: 'skip' }
  if (/^pragma encoding ?= ?['"]utf-?(8|16|16le|16be)['"]$/.test(plain)) return { do: 'skip' }
  const numbered = NUMBERED.exec(plain)
  if (numbered?.[1] === 'user_version' || numbered?.[1] === 'application_id') {
    return { do: 'pragma', name: numbered[1], value: Number(numbered[2]) }
  }
  return refuse(`PRAGMA ${name.slice(0, 60)}`)
}

function judgeDelete(tokens: Token[]): Verdict {
  const isSequence = lower(tokens[1]) === 'from' && nameOf(tokens[2]) === 'sqlite_sequence'
  if (isSequence && tokens.length === 3) return { do: 'clear-sequence' }
  const named =
    isSequence &&
    lower(tokens[3]) === 'where' &&
    nameOf(tokens[4]) === 'name' &&
    isSign(tokens[5], '=') &&
    tokens[6]?.kind === 'string' &&
    tokens.length === 7
  return named ? { do: 'clear-sequence', table: tokens[6]?.text ?? '' } : refuse('DELETE')
}

function judgeCreate(tokens: Token[], plain: string, own: OwnSchema): Verdict {
  let i = 1
  const unique = lower(tokens[i]) === 'unique'
  if (unique) i++
  const kind = lower(tokens[i])
  if (kind !== 'table' && kind !== 'index') return refuse(`CREATE ${kind.toUpperCase()}`)
  if (unique && kind === 'table') return refuse('CREATE UNIQUE TABLE')
  i++
  if (lower(tokens[i]) === 'if' && lower(tokens[i + 1]) === 'not' && lower(tokens[i + 2]) === 'exists') i += 3
  const name = nameOf(tokens[i])
  if (name === undefined || name === '') return refuse('CREATE without a name')
  i++
  if (isSign(tokens[i], '.')) return refuse('CREATE in another database')
  if (/^sqlite_/i.test(name))
    return name === 'sqlite_sequence' || /^sqlite_stat\d$/.test(name) ? { do: 'skip' } : refuse(`CREATE of ${name}`)
  if (kind === 'table' && own.shadow.has(name)) return { do: 'skip' }
  if (own.tables.has(plain))
    return kind === 'table' ? { do: 'execute', table: name, later: false } : { do: 'execute', later: true }
  const rest = tokens.slice(i)
  const problem = kind === 'table' ? tableProblem(rest) : indexProblem(rest)
  if (problem !== undefined) return refuse(`${problem} in CREATE ${kind.toUpperCase()} ${name.slice(0, 60)}`)
  return kind === 'table' ? { do: 'execute', table: name, later: false } : { do: 'execute', later: true }
}

function tableProblem(rest: Token[]): string | undefined {
  if (!isSign(rest[0], '(')) return 'something else than columns'
  let depth = 0
  for (const [i, token] of rest.entries()) {
    if (isSign(token, '(')) depth++
    if (isSign(token, ')')) depth--
    const found = wordProblem(rest, i, depth)
    if (found !== undefined) return found
    if (depth === 0 && token.kind === 'word' && !/^(without|rowid|strict)$/i.test(token.text))
      return `"${token.text.slice(0, 40)}" behind the columns`
  }
  return depth === 0 ? undefined : 'unequal brackets'
}

function indexProblem(rest: Token[]): string | undefined {
  if (lower(rest[0]) !== 'on') return 'no ON'
  if (!isSign(rest[2], '(')) return 'something else than columns'
  for (const i of rest.keys()) {
    const found = wordProblem(rest, i, 1, true)
    if (found !== undefined) return found
  }
  return undefined
}

/** Words that start something active, and functions beyond a few pure ones. Type names take brackets too: VARCHAR(20). */
function wordProblem(rest: Token[], i: number, depth: number, isIndex = false): string | undefined {
  const token = rest[i]
  if (token === undefined) return undefined
  const word = token.kind === 'word' ? token.text.toLowerCase() : ''
  if (FORBIDDEN.has(word)) return word.toUpperCase()
  if (word === 'as') return 'AS'
  if (word === 'collate' && !COLLATIONS.has((nameOf(rest[i + 1]) ?? '').toLowerCase())) return 'an unknown collation'
  const called = (token.kind === 'word' || token.kind === 'name') && isSign(rest[i + 1], '(')
  if (!called || PURE.has(token.text.toLowerCase())) return undefined
  const before = rest[i - 1]
  if (isIndex) return i === 1 ? undefined : `the function ${token.text.slice(0, 40)}()`
  if (lower(before) === 'references') return undefined
  // A type stands behind a column's name and holds digits only: NUMERIC(10, 2).
  const isType = depth === 1 && before !== undefined && before.kind !== 'sign' && rest[i + 2]?.kind === 'number'
  return isType ? undefined : `the function ${token.text.slice(0, 40)}()`
}
