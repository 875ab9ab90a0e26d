import Database from 'better-sqlite3'
import { migrations } from '../../store/migrations/index.ts'
import type { OwnSchema, OwnStatement } from './sql/allow.ts'
import { ownSchemaOf } from './sql/own-schema.ts'

/** An empty database of ours in memory, at the given version. The caller may read its schema; it is small. */
export function referenceSchema(version: number): Database.Database {
  const db = new Database(':memory:')
  bring(db, 0, version)
  return db
}

/** Runs the migrations after one version up to another. For files of our own that nobody has open: no transaction, no backup. */
export function bring(db: Database.Database, from: number, to: number): void {
  for (const migration of migrations) if (migration.version > from && migration.version <= to) db.exec(migration.sql)
}

/**
 * What a dump of ours may hold, of whichever version: the texts of every one, because a backup of today must be proven and restored
 * by every later program, whatever its migrations do to triggers and tables.
 */
export function everyOwnSchema(): OwnSchema {
  const skipped = new Set<string>()
  const shadow = new Set<string>()
  const tables = new Map<string, OwnStatement>()
  const indexes = new Map<string, OwnStatement>()
  for (const { version } of migrations) {
    const db = referenceSchema(version)
    try {
      const own = ownSchemaOf(db)
      for (const text of own.skipped) skipped.add(text)
      for (const name of own.shadow) shadow.add(name)
      for (const [text, statement] of own.tables) tables.set(text, statement)
      for (const [text, statement] of own.indexes) indexes.set(text, statement)
    } finally {
      db.close()
    }
  }
  return { skipped, shadow, tables, indexes }
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
