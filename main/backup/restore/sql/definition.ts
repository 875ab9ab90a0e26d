// A table of a dump becomes a table of our own words: its columns, their affinities and its key are read from the CREATE TABLE, whose text is never run.
// Constraints are left out: rows are held to those of our own tables when they are copied there.
import { quoteText } from '../../dump/names.ts'
import { quoteName } from '../reference.ts'
import type { Token } from './token.ts'

export interface Definition {
  /** A CREATE TABLE of ours that takes the same rows, with their storage classes. */
  sql: string
  /** Columns, in small letters, whose default is not ours to compute: an INSERT must name them. */
  mustName: string[]
}

const MAX_COLUMNS = 500
/** Bytes of all defaults of a table together: each row could hold them all. */
const MAX_DEFAULTS = 400
/** Words that SQLite takes for a name nowhere (tokens of its grammar without a fallback to ID). */
const RESERVED = new Set(
  `add all alter and as autoincrement between case check collate commit constraint create default deferrable delete distinct drop else escape
except exists foreign from group having in index insert intersect into is isnull join limit not nothing notnull null on or order primary references
returning select set table then to transaction union unique update using values when where`.split(/\s+/),
)

class NotReadable extends Error {}
const fail = (what: string): never => {
  throw new NotReadable(what)
}

/** The name that a token may be for a table or a column; undefined where SQLite would not take it for one. */
export function nameOf(token: Token | undefined): string | undefined {
  if (token === undefined || token.text === '') return undefined
  if (token.kind === 'name' || token.kind === 'string') return token.text
  return token.kind === 'word' && !RESERVED.has(token.text.toLowerCase()) ? token.text : undefined
}
/** SQLite folds the letters of ASCII in names, and no others. */
export const foldName = (name: string): string => name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** As SQLite derives it from the declared type (sqlite.org/datatype3.html), in the shortest type that has it. */
export function affinityOf(type: string): '' | 'INT' | 'TEXT' | 'REAL' | 'NUMERIC' {
  if (/int/i.test(type)) return 'INT'
  if (/char|clob|text/i.test(type)) return 'TEXT'
  if (type === '' || /blob/i.test(type)) return ''
  return /real|floa|doub/i.test(type) ? 'REAL' : 'NUMERIC'
}

/** As SQLite does with a type in quotes (sqlite3DequoteToken). */
const dequoted = (type: string): string => (/^["'`[][^"'`[]+.$/s.test(type) ? type.slice(1, -1) : type)

interface Column {
  name: string
  type: string
  collation: string | undefined
  /** SQL of ours, or what is no value of ours to write. */
  value: { sql: string } | 'computed' | undefined
}
interface Key {
  columns: { name: string; collation?: string | undefined; descending: boolean }[]
  autoincrement: boolean
  /** INTEGER PRIMARY KEY DESC behind a column is no alias of the rowid; written as a constraint it is. */
  rowid: boolean
}

/** `tokens` from the bracket behind the table's name on; `source` is the text that their places count in. A string: why it cannot be read. */
export function defineTable(table: string, tokens: readonly Token[], source: Buffer): Definition | string {
  try {
    return build(table, parse(tokens, source))
  } catch (error) {
    if (error instanceof NotReadable) return error.message
    throw error
  }
}

interface Parsed {
  columns: Column[]
  key: Key | undefined
  withoutRowid: boolean
  strict: boolean
}

function parse(tokens: readonly Token[], source: Buffer): Parsed {
  let i = 0
  const columns: Column[] = []
  let key: Key | undefined

  const word = (at = i): string => {
    const token = tokens[at]
    return token?.kind === 'word' ? token.text.toLowerCase() : ''
  }
  const isSign = (text: string, at = i): boolean => tokens[at]?.kind === 'sign' && tokens[at]?.text === text
  const sign = (text: string): void => {
    if (!isSign(text)) fail(`something else than "${text}"`)
    i++
  }
  const words = (...expected: string[]): boolean => {
    if (expected.some((one, offset) => word(i + offset) !== one)) return false
    i += expected.length
    return true
  }
  const comma = (): boolean => {
    if (!isSign(',')) return false
    i++
    return true
  }
  const name = (): string => {
    const found = nameOf(tokens[i]) ?? fail('a name that is none')
    i++
    return found
  }
  /** Past an expression or a list in brackets, whatever it holds: none of it is run. */
  const brackets = (): void => {
    if (!isSign('(')) fail('something else than brackets')
    let depth = 0
    do {
      if (i >= tokens.length) fail('unequal brackets')
      if (isSign('(')) depth++
      if (isSign(')')) depth--
      i++
    } while (depth > 0)
  }
  const onConflict = (): void => {
    if (words('on', 'conflict') && !/^(rollback|abort|fail|ignore|replace)$/.test(word(i++))) fail('ON CONFLICT')
  }
  function collation(): string {
    const found = name()
    if (!/^(binary|nocase|rtrim)$/i.test(found)) fail('an unknown collation')
    return found.toUpperCase()
  }
  function type(): string {
    const first = tokens[i]
    let last = first
    // Any name goes on as a type: GENERATED and ALWAYS are words of a computed column, and refused before.
    while (nameOf(tokens[i]) !== undefined && !/^(cross|full|indexed|inner|left|natural|outer|right)$/.test(word())) {
      last = tokens[i++]
    }
    if (first === undefined || last === undefined || first === tokens[i]) return ''
    if (isSign('(')) {
      do {
        i++
        if (isSign('+') || isSign('-')) i++
        if (tokens[i]?.kind !== 'number') fail('a type that is none')
        i++
      } while (isSign(','))
      last = tokens[i] ?? last
      sign(')')
    }
    return dequoted(source.toString('utf8', first.at, last.end))
  }
  function value(): Column['value'] {
    if (isSign('(')) {
      brackets()
      return 'computed'
    }
    const signed = isSign('-') ? '-' : ''
    if (isSign('-') || isSign('+')) i++
    const token = tokens[i++]
    if (token === undefined) return fail('DEFAULT without a value')
    const text = source.toString('utf8', token.at, token.end)
    if (token.kind === 'number') return { sql: signed + text }
    if (signed !== '' || isSign('(')) return fail('a default that is no value')
    if (token.kind === 'string' && !token.text.includes('\ufffd')) return { sql: quoteText(token.text) }
    if (token.kind === 'word' && /^(null|current_timestamp|current_date|current_time)$/i.test(text))
      return { sql: text }
    return token.kind === 'sign' ? fail('a default that is no value') : 'computed'
  }
  /** Past REFERENCES and what belongs to it. */
  function reference(): void {
    name()
    if (isSign('(')) brackets()
    for (;;) {
      if (words('match')) name()
      else if (word() === 'on' && /^(insert|update|delete)$/.test(word(i + 1))) {
        i += 2
        if (
          !(words('set', 'null') || words('set', 'default') || words('no', 'action')) &&
          !/^(cascade|restrict)$/.test(word(i++))
        )
          fail('a foreign key that is none')
      } else if (!deferrable()) return
    }
  }
  function deferrable(): boolean {
    if (!words('deferrable') && !words('not', 'deferrable')) return false
    if (words('initially') && !/^(deferred|immediate)$/.test(word(i++))) fail('DEFERRABLE')
    return true
  }
  function setKey(found: Key): void {
    if (key !== undefined) fail('two primary keys')
    key = found
  }
  function column(): void {
    const made: Column = { name: name(), type: type(), collation: undefined, value: undefined }
    if (columns.push(made) > MAX_COLUMNS) fail(`more than ${MAX_COLUMNS} columns`)
    while (!isSign(',') && !isSign(')')) {
      if (words('constraint')) name()
      else if (words('default')) made.value = value()
      else if (words('collate')) made.collation = collation()
      else if (words('check')) brackets()
      else if (words('references')) reference()
      else if (words('unique') || words('null') || words('not', 'null')) onConflict()
      else if (words('primary', 'key')) {
        const descending = words('desc')
        if (!descending) words('asc')
        onConflict()
        setKey({
          columns: [{ name: made.name, descending }],
          autoincrement: words('autoincrement'),
          rowid: !descending,
        })
      } else if (!deferrable())
        fail(`${tokens[i]?.text.slice(0, 40) ?? 'nothing'} behind the column ${made.name.slice(0, 40)}`)
    }
  }
  /** The columns of a table's PRIMARY KEY. */
  function keyColumns(): void {
    const list: Key['columns'] = []
    let autoincrement = false
    sign('(')
    do {
      const part: Key['columns'][number] = { name: name(), descending: false }
      if (words('collate')) part.collation = collation()
      part.descending = words('desc')
      if (!part.descending) words('asc')
      list.push(part)
      if (words('autoincrement')) autoincrement = true
    } while (comma())
    sign(')')
    onConflict()
    setKey({ columns: list, autoincrement, rowid: true })
  }
  function constraint(): void {
    if (words('constraint')) name()
    if (words('primary', 'key')) keyColumns()
    else if (words('unique')) {
      brackets()
      onConflict()
    } else if (words('check')) {
      brackets()
      onConflict()
    } else if (words('foreign', 'key')) {
      brackets()
      if (!words('references')) fail('FOREIGN KEY without REFERENCES')
      reference()
    } else fail(`${tokens[i]?.text.slice(0, 40) ?? 'nothing'} among the columns`)
  }

  sign('(')
  const isConstraint = () => /^(constraint|primary|unique|check|foreign)$/.test(word())
  if (isConstraint()) fail('no columns')
  do column()
  while (comma() && !isConstraint())
  while (!isSign(')')) {
    constraint()
    comma()
  }
  sign(')')
  const options: string[] = []
  while (i < tokens.length) {
    if (words('strict')) options.push('strict')
    else if (words('without', 'rowid')) options.push('without rowid')
    else fail(`"${tokens[i]?.text.slice(0, 40) ?? ''}" behind the columns`)
    if (i < tokens.length) sign(',')
  }
  return { columns, key, withoutRowid: options.includes('without rowid'), strict: options.includes('strict') }
}

function build(table: string, { columns, key, withoutRowid, strict }: Parsed): Definition {
  const byName = new Map(columns.map((column) => [foldName(column.name), column]))
  if (byName.size < columns.length) fail('two columns of one name')
  for (const part of key?.columns ?? [])
    if (!byName.has(foldName(part.name))) fail('a key of a column that is not there')
  const only = key?.columns.length === 1 ? byName.get(foldName(key.columns[0]?.name ?? '')) : undefined
  const alias =
    !withoutRowid && key?.rowid === true && only !== undefined && /^integer$/i.test(only.type) ? only : undefined
  if (key?.autoincrement === true && alias === undefined)
    fail('AUTOINCREMENT of something else than an INTEGER PRIMARY KEY')
  if (withoutRowid && key === undefined) fail('WITHOUT ROWID without a primary key')
  const mustName: string[] = []
  let defaults = 0
  const lines = columns.map((column) => {
    const name = quoteName(column.name)
    if (column === alias) return `${name} INTEGER PRIMARY KEY${key?.autoincrement === true ? ' AUTOINCREMENT' : ''}`
    // In a STRICT table ANY takes every value as it is; elsewhere it would make numbers of texts.
    const type = strict && /^any$/i.test(column.type) ? '' : affinityOf(column.type)
    const { value } = column
    if (value === 'computed') mustName.push(foldName(column.name))
    else if (value !== undefined) defaults += value.sql.length + 20
    const parts = [name, type, value === undefined || value === 'computed' ? '' : `DEFAULT ${value.sql}`]
    return [...parts, column.collation === undefined ? '' : `COLLATE ${column.collation}`].filter(Boolean).join(' ')
  })
  if (defaults > MAX_DEFAULTS) fail('defaults that are longer than any of ours')
  if (withoutRowid && key !== undefined) {
    const parts = key.columns.map(
      ({ name, collation, descending }) =>
        quoteName(name) + (collation === undefined ? '' : ` COLLATE ${collation}`) + (descending ? ' DESC' : ''),
    )
    lines.push(`PRIMARY KEY (${parts.join(', ')})`)
  }
  return {
    sql: `CREATE TABLE ${quoteName(table)} (${lines.join(', ')})${withoutRowid ? ' WITHOUT ROWID' : ''}`,
    mustName,
  }
}
