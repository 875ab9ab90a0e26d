import type Database from 'better-sqlite3'
import { MANIFEST_TABLE } from '../manifest.ts'
import type { Candidate, RefusedRow } from './candidate.ts'
import { columnsOf, quoteName, rowTables } from './reference.ts'
import { RefusalError } from './refusal.ts'
import type { Source } from './source.ts'

export function refuse(result: Candidate, row: RefusedRow): void {
  result.refusedRowsTotal++
  if (result.refusedRows.length < 200) result.refusedRows.push(row)
}

/** Every row of every table that is ours, also where the file's own tables look a little different. */
export function copyRows(db: Database.Database, source: Source, result: Candidate): void {
  db.prepare('ATTACH ? AS source').run(source.path)
  try {
    const theirs = new Set(
      (db.pragma('source.table_list') as { schema: string; name: string; type: string }[])
        .filter((table) => table.schema === 'source' && table.type === 'table')
        .map((table) => table.name),
    )
    for (const table of rowTables(db)) {
      if (!theirs.has(table)) {
        throw new RefusalError('schema', `The table "${table}" is missing from the file. It was not taken.`)
      }
      const known = columnsOf(db, table)
      const present = columnsOf(db, table, 'source')
      for (const column of present) if (!known.includes(column)) result.unknownColumns.push(`${table}.${column}`)
      copyTable(db, table, known.filter((column) => present.includes(column)).map(quoteName), result)
    }
    const ours = new Set(rowTables(db))
    for (const name of theirs) {
      if (!ours.has(name) && !/^(sqlite_|messages_fts)/.test(name) && name !== 'search_gap' && name !== MANIFEST_TABLE)
        result.unknownTables.push(name)
    }
    if (theirs.has('sqlite_sequence')) {
      db.exec(
        `DELETE FROM sqlite_sequence; INSERT INTO sqlite_sequence SELECT name, seq FROM source.sqlite_sequence WHERE name IN (SELECT name FROM main.sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%') AND typeof(seq) = 'integer'`,
      )
    }
  } finally {
    db.exec('DETACH source')
  }
}

function copyTable(db: Database.Database, table: string, columns: string[], result: Candidate): void {
  const list = columns.join(', ')
  const name = quoteName(table)
  try {
    db.exec(`BEGIN; INSERT INTO main.${name} (${list}) SELECT ${list} FROM source.${name}; COMMIT`)
    return
  } catch (error) {
    // The journal is off in a scratch file, so the table is emptied by hand and read again, row by row.
    if (db.inTransaction) db.exec('COMMIT')
    if (!isNoRow(error)) throw error
  }
  db.exec(`DELETE FROM main.${name}; BEGIN`)
  copyOneByOne(db, table, columns, result)
  db.exec('COMMIT')
}

/** Inside SQLite, so that every byte arrives as it was. */
function copyOneByOne(db: Database.Database, table: string, columns: string[], result: Candidate): void {
  const list = columns.join(', ')
  const name = quoteName(table)
  const rowid = rowidOf(db, table)
  // A table WITHOUT ROWID, or one whose columns hide it, has no number by which one row is read.
  if (rowid === undefined) db.exec(`CREATE TEMP TABLE one_by_one AS SELECT ${list} FROM source.${name}`)
  const [from, by] = rowid === undefined ? ['temp.one_by_one', 'rowid'] : [`source.${name}`, rowid]
  const insert = db.prepare(`INSERT INTO main.${name} (${list}) SELECT ${list} FROM ${from} WHERE ${by} = ?`)
  const page = db
    .prepare<[bigint], bigint>(`SELECT ${by} FROM ${from} WHERE ${by} >= ? ORDER BY ${by} LIMIT ${PAGE}`)
    .safeIntegers()
    .pluck()
  for (let start = LEAST, more = true; more; ) {
    const rows = page.all(start)
    for (const row of rows) {
      try {
        insert.run(row)
      } catch (error) {
        if (!isNoRow(error)) throw error
        refuse(result, { table, row: `row ${row}`, reason: reasonOf(error) })
      }
    }
    const last = rows.at(-1)
    more = rows.length === PAGE && last !== undefined && last < MOST
    start = (last ?? LEAST) + 1n
  }
  if (rowid === undefined) db.exec('DROP TABLE temp.one_by_one')
}
const PAGE = 1000
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n]

/** The name by which the rowid of the file's table can be asked for. */
function rowidOf(db: Database.Database, table: string): string | undefined {
  const list = db.pragma('source.table_list') as { schema: string; name: string; wr: number }[]
  if (list.some((one) => one.schema === 'source' && one.name === table && one.wr === 1)) return undefined
  const taken = new Set(columnsOf(db, table, 'source').map((column) => column.toLowerCase()))
  return ['rowid', '_rowid_', 'oid'].find((one) => !taken.has(one))
}

/** The row is none that a table of ours holds: a constraint, a class, or a size. */
const isNoRow = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(String(error.code))

/** SQLite says "datatype mismatch", and not of what. */
const reasonOf = (error: Error): string =>
  'code' in error && error.code === 'SQLITE_MISMATCH' ? 'Its id is no whole number.' : error.message
