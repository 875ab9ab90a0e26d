import Database from 'better-sqlite3'
import { migrations } from '../../store/migrations/index.ts'

/** An empty database of ours in memory, at the given version. The caller may read its schema; it is small. */
export function referenceSchema(version: number): Database.Database {
  const db = new Database(':memory:')
  for (const migration of migrations) if (migration.version <= version) db.exec(migration.sql)
  return db
}

/** Tables whose rows travel: everything of ours but the search index and what belongs to the running program only. */
export function rowTables(db: Database.Database, schema = 'main'): string[] {
  const list = db.pragma(`${schema}.table_list`) as { schema: string; name: string; type: string }[]
  return list
    .filter(
      (table) =>
        table.schema === schema &&
        table.type === 'table' &&
        !table.name.startsWith('sqlite_') &&
        table.name !== 'search_gap',
    )
    .map((table) => table.name)
    .sort()
}
export const columnsOf = (db: Database.Database, table: string, schema = 'main'): string[] =>
  (db.pragma(`${schema}.table_xinfo(${quoteName(table)})`) as { name: string; hidden: number }[])
    .filter((column) => column.hidden === 0)
    .map((column) => column.name)
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
