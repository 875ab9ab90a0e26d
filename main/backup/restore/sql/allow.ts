import { foldName, nameOf } from './definition.ts'
import { fingerprint, type Token } from './token.ts'

/** A statement of our own schema; its text is ours, whatever the file's looks like. */
export interface OwnStatement {
  sql: string
  name: string
  /** The table that an index is of; a table's own name. */
  table: string
}
/** The database's own objects, by the fingerprint of their text: a dump may hold them though the kind of statement is refused otherwise. */
export interface OwnSchema {
  /** Our search index and its triggers: skipped, we build them ourselves. */
  skipped: ReadonlySet<string>
  /** Tables that belong to a search index: their rows are walked over, never loaded. */
  shadow: ReadonlySet<string>
  tables: ReadonlyMap<string, OwnStatement>
  indexes: ReadonlyMap<string, OwnStatement>
}

/** What is done with a statement that is no INSERT of rows. */
export type Verdict =
  /** A table or index of ours: our own text is run. */
  | { do: 'own-table' | 'own-index'; own: OwnStatement }
  /** Any other table: one of our own words is made, from the tokens behind its name. */
  | { do: 'define'; table: string; rest: Token[] }
  | { do: 'skip' }
  | { do: 'begin' }
  | { do: 'commit' }
  | { do: 'pragma'; name: 'user_version' | 'application_id'; value: number }
  | { do: 'clear-sequence'; table?: string }
  | { do: 'refuse'; what: string }

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
const SWITCHES = new Set(['foreign_keys', 'writable_schema'])

const lower = (token: Token | undefined): string => (token?.kind === 'word' ? token.text.toLowerCase() : '')
const isSign = (token: Token | undefined, text: string): boolean => token?.kind === 'sign' && token.text === text
const refuse = (what: string): Verdict => ({ do: 'refuse', what })

/** Decides by a closed list: what is not on it is refused, and named. */
export function judge(tokens: Token[], own: OwnSchema): Verdict {
  if (tokens.length === 0) return { do: 'skip' }
  if (own.skipped.has(fingerprint(tokens))) return { do: 'skip' }
  const first = lower(tokens[0])
  const second = lower(tokens[1])
  if (first === 'begin')
    return tokens.length <= 2 && (tokens.length === 1 || second === 'transaction' || second === 'immediate')
      ? { do: 'begin' }
      : refuse('BEGIN with something behind it')
  if (first === 'commit' || (first === 'end' && second !== ''))
    return tokens.length === 1 || (tokens.length === 2 && second === 'transaction')
      ? { do: 'commit' }
      : refuse('COMMIT with something behind it')
  if (first === 'rollback')
    return refuse('ROLLBACK: the program that wrote this dump met errors in its database, so the dump is not whole')
  if (first === 'pragma') return judgePragma(tokens)
  if (first === 'analyze')
    return tokens.length === 2 && /^sqlite_(schema|master)$/.test(nameOf(tokens[1]) ?? '')
      ? { do: 'skip' }
      : refuse('ANALYZE of more than the schema')
  if (first === 'delete') return judgeDelete(tokens)
  if (first === 'create') return judgeCreate(tokens, own)
  return refuse(first === '' ? 'something that is no statement' : `${first} ${second}`.trim().toUpperCase())
}

/** `PRAGMA name=value`: versions are noted, the switches that dumps write are left as we have them. */
function judgePragma(tokens: Token[]): Verdict {
  const name = lower(tokens[1])
  const refused = refuse(`PRAGMA ${(nameOf(tokens[1]) ?? '').slice(0, 60)}`)
  if (!isSign(tokens[2], '=')) return refused
  const negative = isSign(tokens[3], '-')
  const value = tokens[negative ? 4 : 3]
  if (value === undefined || tokens.length !== (negative ? 5 : 4)) return refused
  const text = value.text.toLowerCase()
  if (SWITCHES.has(name)) return !negative && /^(on|off|0|1)$/.test(text) ? { do: 'skip' } : refused
  if (name === 'encoding')
    return !negative && (value.kind === 'string' || value.kind === 'name') && /^utf-?(8|16|16le|16be)$/.test(text)
      ? { do: 'skip' }
      : refused
  if (name !== 'user_version' && name !== 'application_id') return refused
  if (value.kind !== 'number' || !/^\d{1,10}$/.test(text)) return refused
  return { do: 'pragma', name, value: Number(negative ? `-${text}` : text) }
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

function judgeCreate(tokens: Token[], own: OwnSchema): Verdict {
  let i = 1
  const unique = lower(tokens[i]) === 'unique'
  if (unique) i++
  const kind = lower(tokens[i])
  if (kind !== 'table' && kind !== 'index') return refuse(`CREATE ${kind.toUpperCase()}`)
  if (unique && kind === 'table') return refuse('CREATE UNIQUE TABLE')
  i++
  if (lower(tokens[i]) === 'if' && lower(tokens[i + 1]) === 'not' && lower(tokens[i + 2]) === 'exists') i += 3
  const name = nameOf(tokens[i])
  if (name === undefined) return refuse('CREATE without a name')
  i++
  if (isSign(tokens[i], '.')) return refuse('CREATE in another database')
  const folded = foldName(name)
  if (folded.startsWith('sqlite_'))
    return name === 'sqlite_sequence' || /^sqlite_stat\d$/.test(name) ? { do: 'skip' } : refuse(`CREATE of ${name}`)
  if (kind === 'table' && own.shadow.has(name)) return { do: 'skip' }
  const print = fingerprint(tokens)
  const known = (kind === 'table' ? own.tables : own.indexes).get(print)
  if (known !== undefined) return { do: kind === 'table' ? 'own-table' : 'own-index', own: known }
  const rest = tokens.slice(i)
  const problem = kind === 'table' ? tableProblem(rest) : indexProblem(rest)
  if (problem !== undefined) return refuse(`${problem} in CREATE ${kind.toUpperCase()} ${name.slice(0, 60)}`)
  // Indexes of others serve their program, not the rows; building them is work that a file could ask for without end.
  return kind === 'table' ? { do: 'define', table: name, rest } : { do: 'skip' }
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
