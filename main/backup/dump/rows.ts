// Rows as INSERT lines, built by SQLite itself: quote() and concat() over a page of rows are several times as fast as reading
// values into JavaScript. Everything stays bytes, for text in SQLite need not be UTF-8.
//
// What quote() cannot write is written so that every sqlite3 since 3.8 reads it back:
//   text with NUL or invalid UTF-8   CAST(x'...' AS TEXT)     (quote() stops at the NUL)
//   text with a carriage return      CAST(x'...' AS TEXT)     (the sqlite3 shell reads CR LF as LF, also inside a literal)
//   minus zero                       -0.0                     (quote() loses the sign)
//   infinities                       9.0e+999                 (by quote() of today's SQLite; older ones wrote Inf)
import { isUtf8 } from 'node:buffer'
import type Database from 'better-sqlite3'
import { quoteName, quoteText, writeName } from './names.ts'
import type { TablePlan } from './plan.ts'

const TARGET_BYTES = 256 * 1024
const MOST_ROWS = 512

export interface Page {
  bytes: Buffer
  rows: number
}

/** `prepareText` must have been called for this connection: pages with invalid UTF-8 are written with its function. */
export function* pages(db: Database.Database, table: TablePlan): Generator<Page> {
  if (table.key.kind === 'rowid') yield* byRowid(db, table, table.key.column)
  else yield* byPrimaryKey(db, table, table.key.columns)
}

/** Registers what SQL lacks: a literal for any text, UTF-8 or not. */
export function prepareText(db: Database.Database): void {
  db.function('whatslang_text', { deterministic: true }, (bytes: unknown) => {
    const value = bytes as Buffer
    return isUtf8(value) && !value.includes(0) && !value.includes(13)
      ? `'${value.toString('utf8').replaceAll("'", "''")}'`
      : `CAST(x'${value.toString('hex').toUpperCase()}' AS TEXT)`
  })
}

type Literal = (column: { name: string; type: string }) => string

/**
 * `c >= ''` holds for texts and blobs only, and costs less than typeof(); a zero that is a real may be minus zero, which
 * atan2 tells from zero. What a column's declared type leads to expect is asked first.
 */
const fast: Literal = ({ name, type }) => {
  const c = quoteName(name)
  const any =
    `iif(${c} >= '', iif((instr(${c}, char(0)) OR instr(${c}, char(13))) AND typeof(${c}) = 'text', 'CAST(x''' || hex(${c}) || ''' AS TEXT)', quote(${c})), ` +
    `iif(${c} = 0 AND typeof(${c}) = 'real', iif(atan2(${c}, -1.0) < 0, '-0.0', '0.0'), quote(${c})))`
  if (/int/i.test(type)) return `iif(typeof(${c}) = 'integer', ${c}, ${any})`
  if (/blob/i.test(type)) return `iif(typeof(${c}) = 'blob', quote(${c}), ${any})`
  return any
}
const careful: Literal = (column) => {
  const c = quoteName(column.name)
  return `CASE WHEN typeof(${c}) = 'text' THEN whatslang_text(CAST(${c} AS BLOB)) ELSE ${fast(column)} END`
}

function lineOf(table: TablePlan, literal: Literal): string {
  const key = table.key.kind === 'rowid' && table.key.written ? [table.key.column] : []
  const list = [...key, ...table.columns.map((column) => writeName(column.name))].join(',')
  const start = `INSERT INTO ${writeName(table.name)}${table.plain ? '' : `(${list})`} VALUES(`
  const values = [...key, ...table.columns.map(literal)]
  return `concat(${quoteText(start)}, ${values.join(", ',', ")}, ');', char(10))`
}

type PageRow = [rows: bigint, last: bigint | null, bytes: Buffer | null]

function* byRowid(db: Database.Database, table: TablePlan, rowid: string): Generator<Page> {
  const select = (literal: Literal, where: string) =>
    db
      .prepare<(bigint | number)[], PageRow>(
        `SELECT count(*), max(page_key), CAST(group_concat(line, '') AS BLOB) FROM (SELECT ${rowid} AS page_key, ${lineOf(table, literal)} AS line
         FROM ${quoteName(table.name)} ${where} ORDER BY ${rowid} LIMIT ?)`,
      )
      .raw()
      .safeIntegers()
  const statements = new Map<string, ReturnType<typeof select>>()
  const read = (literal: Literal, after: bigint | undefined, limit: number): PageRow => {
    const name = `${literal === fast} ${after === undefined}`
    const statement = statements.get(name) ?? select(literal, after === undefined ? '' : `WHERE ${rowid} > ?`)
    statements.set(name, statement)
    const row = after === undefined ? statement.get(limit) : statement.get(after, limit)
    if (row === undefined) throw new Error('An aggregate gave no row.')
    return row
  }
  let after: bigint | undefined
  let limit = 1
  for (;;) {
    let page: PageRow
    try {
      page = read(fast, after, limit)
      if (page[2] !== null && !isUtf8(page[2])) page = read(careful, after, limit)
    } catch (error) {
      if (limit === 1 || !isTooBig(error)) throw error
      limit = Math.ceil(limit / 8) // huge rows came without warning
      continue
    }
    const [rows, last, bytes] = page
    if (last === null || bytes === null) return
    yield { bytes, rows: Number(rows) }
    after = last
    const average = bytes.length / Number(rows)
    limit = Math.max(1, Math.min(MOST_ROWS, limit * 2, Math.floor(TARGET_BYTES / average)))
  }
}

const isTooBig = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'SQLITE_TOOBIG' || error.code === 'SQLITE_NOMEM')

function* byPrimaryKey(db: Database.Database, table: TablePlan, key: string[]): Generator<Page> {
  const statement = db
    .prepare<[], Buffer>(
      `SELECT CAST(${lineOf(table, careful)} AS BLOB) FROM ${quoteName(table.name)} ORDER BY ${key.map(quoteName).join(', ')}`,
    )
    .pluck()
  let lines: Buffer[] = []
  let bytes = 0
  for (const line of statement.iterate()) {
    lines.push(line)
    bytes += line.length
    if (bytes < TARGET_BYTES) continue
    yield { bytes: Buffer.concat(lines), rows: lines.length }
    lines = []
    bytes = 0
  }
  if (lines.length > 0) yield { bytes: Buffer.concat(lines), rows: lines.length }
}
