// Rows as INSERT lines, built by SQLite itself: format() over a page of rows is several times as fast as reading values into
// JavaScript. Everything stays bytes, for text in SQLite need not be UTF-8.
//
// What quote() cannot write is written so that every sqlite3 since 3.8 reads it back:
//   text with NUL or invalid UTF-8   CAST(x'...' AS TEXT)     (quote() stops at the NUL)
//   text with a carriage return      CAST(x'...' AS TEXT)     (the sqlite3 shell reads CR LF as LF, also inside a literal)
//   minus zero                       -0.0                     (quote() loses the sign)
//   infinities                       9.0e+999                 (by quote() of today's SQLite; older ones wrote Inf)
import { isUtf8 } from 'node:buffer'
import type Database from 'better-sqlite3'
import { quoteName, quoteText, writeName } from './names.ts'
import type { ColumnPlan, TablePlan } from './plan.ts'

const TARGET_BYTES = 256 * 1024
const MOST_ROWS = 512

export interface Page {
  bytes: Buffer
  rows: number
  /** The rowid of its last row, where rows have one. */
  last?: bigint
}

/**
 * `prepareText` must have been called for this connection: pages with unusual texts are written with its function. `after`: only rows with greater rowids, of a
 * table that has some.
 */
export function* pages(db: Database.Database, table: TablePlan, after?: bigint): Generator<Page> {
  if (table.key.kind === 'rowid') yield* byRowid(db, table, table.key.column, after)
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

/** How one value is written: a directive of format() with its argument, and what tells that this way would not do for it. */
interface Cell {
  directive: '%s' | '%Q'
  value: string
  odd: string[]
  /** A column whose texts are looked through for NUL, all of a page at once: the literal ends there. */
  text?: string
}

/**
 * What the declared type leads to expect, written in the cheapest way; whether the value is that, only asked. In a column of
 * TEXT affinity there are no numbers, in one of INTEGER affinity no text that looks like one (sqlite.org/datatype3.html).
 */
function quickCell({ name, type }: ColumnPlan): Cell {
  const c = quoteName(name)
  if (/int/i.test(type)) return { directive: '%s', value: `quote(${c})`, odd: [`+${c} >= ''`] }
  if (/char|clob|text/i.test(type)) {
    return { directive: '%Q', value: c, odd: [`+${c} >= x''`], text: c }
  }
  if (/blob/i.test(type)) return { directive: '%s', value: `quote(${c})`, odd: [`+${c} < x''`] }
  return { directive: '%s', value: `quote(${c})`, odd: [`${c} = 0 AND typeof(${c}) = 'real'`], text: c }
}

/** Right for every value, and several times as slow; a zero that is a real may be minus zero, which atan2 tells from zero. */
function carefulCell({ name }: ColumnPlan): Cell {
  const c = quoteName(name)
  const real = `iif(${c} = 0, iif(atan2(${c}, -1.0) < 0, '-0.0', '0.0'), quote(${c}))`
  const value = `CASE typeof(${c}) WHEN 'text' THEN whatslang_text(CAST(${c} AS BLOB)) WHEN 'real' THEN ${real} ELSE quote(${c}) END`
  return { directive: '%s', value, odd: [] }
}

const ODD = 0

/** A row's INSERT, or a NUL where the quick way would not do for it; and the texts in which a NUL would say the same. */
function lineOf(table: TablePlan, quick: boolean): { line: string; texts: string } {
  const rowid = table.key.kind === 'rowid' ? table.key.column : undefined
  const written: Cell[] = table.key.kind === 'rowid' && table.key.written ? [plain(table.key.column)] : []
  // The INTEGER PRIMARY KEY is an integer. Others are if their sum is one, and none of them is a text that counted as zero.
  const isKey = (column: ColumnPlan) => quoteName(column.name) === rowid
  const sure = quick
    ? table.columns.filter((column) => column.notNull && /int/i.test(column.type) && !isKey(column))
    : []
  const names = sure.map((column) => quoteName(column.name))
  const cells = table.columns.map((column) => {
    if (!quick) return carefulCell(column)
    return isKey(column) || sure.includes(column) ? plain(quoteName(column.name)) : quickCell(column)
  })
  const odd = [
    ...(names.length === 0 ? [] : [`typeof(${names.join(' + ')}) <> 'integer'`]),
    ...names.map((c) => `+${c} >= ''`),
    ...cells.flatMap((cell) => cell.odd),
  ]
  const all = [...written, ...cells]
  const columns = [
    ...(table.key.kind === 'rowid' && table.key.written ? [table.key.column] : []),
    ...table.columns.map((column) => writeName(column.name)),
  ]
  const start = `INSERT INTO ${writeName(table.name)}${table.plain ? '' : `(${columns.join(',')})`} VALUES(`
  const pattern = `${start.replaceAll('%', '%%')}${all.map((cell) => cell.directive).join(',')});\n`
  const line = `format(${quoteText(pattern)}, ${all.map((cell) => cell.value).join(', ')})`
  const texts = all.flatMap((cell) => cell.text ?? [])
  return {
    line: odd.length === 0 ? line : `iif(${odd.join(' OR ')}, char(${ODD}), ${line})`,
    texts: texts.length === 0 ? 'NULL' : `concat(${texts.join(', ')})`,
  }
}
const plain = (c: string): Cell => ({ directive: '%s', value: c, odd: [] })

/** Texts that are no UTF-8 and such with a carriage return show in what was written. */
const needsCare = (bytes: Buffer, texts: Buffer | null): boolean =>
  bytes.includes(ODD) || bytes.includes(13) || texts?.includes(ODD) === true || !isUtf8(bytes)

type PageRow = [rows: bigint, last: bigint | null, bytes: Buffer | null, texts: Buffer | null]

function* byRowid(db: Database.Database, table: TablePlan, rowid: string, start?: bigint): Generator<Page> {
  const select = (quick: boolean, where: string) => {
    const { line, texts } = lineOf(table, quick)
    return db
      .prepare<(bigint | number)[], PageRow>(
        `SELECT count(*), max(page_key), CAST(group_concat(line, '') AS BLOB), CAST(group_concat(texts, '') AS BLOB) FROM (SELECT ${rowid} AS page_key, ${line} AS line, ${texts} AS texts
         FROM ${quoteName(table.name)} ${where} ORDER BY ${rowid} LIMIT ?)`,
      )
      .raw()
      .safeIntegers()
  }
  const statements = new Map<string, ReturnType<typeof select>>()
  const read = (quick: boolean, after: bigint | undefined, limit: number): PageRow => {
    const name = `${quick} ${after === undefined}`
    const statement = statements.get(name) ?? select(quick, after === undefined ? '' : `WHERE ${rowid} > ?`)
    statements.set(name, statement)
    const row = after === undefined ? statement.get(limit) : statement.get(after, limit)
    if (row === undefined) throw new Error('An aggregate gave no row.')
    return row
  }
  let after = start
  let limit = 1
  for (;;) {
    let page: PageRow
    try {
      page = read(true, after, limit)
      if (page[2] !== null && needsCare(page[2], page[3])) page = read(false, after, limit)
    } catch (error) {
      if (limit === 1 || !isTooBig(error)) throw error
      limit = Math.ceil(limit / 8) // huge rows came without warning
      continue
    }
    const [rows, last, bytes] = page
    if (last === null || bytes === null) return
    yield { bytes, rows: Number(rows), last }
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
      `SELECT CAST(${lineOf(table, false).line} AS BLOB) FROM ${quoteName(table.name)} ORDER BY ${key.map(quoteName).join(', ')}`,
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
