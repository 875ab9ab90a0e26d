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
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT'))) throw error
  }
  db.exec(`DELETE FROM main.${name}`)
  const insert = db.prepare(`INSERT INTO main.${name} (${list}) VALUES (${columns.map(() => '?').join(', ')})`)
  const read = db.prepare(`SELECT ${list} FROM source.${name}`).raw().safeIntegers()
  let row = 0
  for (const values of read.all() as unknown[][]) {
    row++
    try {
      insert.run(...values)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT')))
        throw error
      refuse(result, { table, row: `row ${row}`, reason: error.message })
    }
  }
}
