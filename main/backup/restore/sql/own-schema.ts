import type { Database } from 'better-sqlite3'
import { normalise, type OwnSchema } from './allow.ts'

/** Reads from a database with our schema what dumps of it may hold. */
export function ownSchemaOf(db: Database): OwnSchema {
  const rows = db
    .prepare<[], { type: string; name: string; tbl_name: string; sql: string | null }>(
      'SELECT type, name, tbl_name, sql FROM sqlite_schema',
    )
    .all()
  const skipped = new Set<string>()
  const shadow = new Set<string>()
  const tables = new Set<string>()
  for (const row of rows) {
    if (row.sql === null) continue
    const isVirtual = /^create virtual table/i.test(row.sql)
    if (row.type === 'trigger') skipped.add(normalise(row.sql))
    if (!isVirtual && row.type !== 'trigger') tables.add(normalise(row.sql))
    if (!isVirtual) continue
    const quoted = row.sql.replaceAll("'", "''")
    for (const catalogue of ['sqlite_schema', 'sqlite_master']) {
      skipped.add(
        normalise(
          `INSERT INTO ${catalogue}(type,name,tbl_name,rootpage,sql)VALUES('table','${row.name}','${row.name}',0,'${quoted}')`,
        ),
      )
    }
    skipped.add(normalise(row.sql))
    // Rows of the index itself: Python's iterdump writes them, and our own dump the word that builds it anew.
    shadow.add(row.name)
    for (const part of ['data', 'idx', 'content', 'docsize', 'config']) shadow.add(`${row.name}_${part}`)
  }
  for (const name of shadow) {
    const found = rows.find((row) => row.name === name && row.type === 'table')
    if (found?.sql) tables.delete(normalise(found.sql))
  }
  return { skipped, shadow, tables }
}
