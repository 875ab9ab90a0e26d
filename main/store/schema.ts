import Database from 'better-sqlite3'
import { StoreError } from './errors.ts'
import { migrations } from './migrations/index.ts'

/** 'WHLG': marks a file as ours. */
export const APPLICATION_ID = 0x57484c47
export const SCHEMA_VERSION = Math.max(...migrations.map((migration) => migration.version))

interface Entry {
  type: 'table' | 'index' | 'trigger' | 'view'
  name: string
  tbl_name: string
  sql: string | null
}
interface Column {
  name: string
  type: string
  notnull: number
  pk: number
}

const entries = (db: Database.Database): Entry[] =>
  db
    .prepare<[], Entry>(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    )
    .all()
const columns = (db: Database.Database, table: string): Column[] =>
  db.prepare<[string], Column>('SELECT name, type, "notnull", pk FROM pragma_table_xinfo(?)').all(table)
const show = (column: Column) =>
  `${column.name} ${column.type}${column.notnull ? ' NOT NULL' : ''}${column.pk ? ` PK${column.pk}` : ''}`

/** What a file of this version looks like, from the migrations themselves, so that the two can never disagree. */
function expectedSchema(): { entries: Entry[]; columns: Map<string, Column[]> } {
  const db = new Database(':memory:')
  try {
    for (const migration of migrations) db.exec(migration.sql)
    const all = entries(db)
    const tables = all.filter((entry) => entry.type === 'table')
    return { entries: all, columns: new Map(tables.map((table) => [table.name, columns(db, table.name)])) }
  } finally {
    db.close()
  }
}

/**
 * Compares the file with what its version promises, whatever user_version says: a file that was edited, cut or put together by
 * another program is refused by name of the column. Triggers and views that are not ours are refused too, because they run code.
 * Missing indexes are made again (the caller holds a writable connection) and returned.
 */
export function checkSchema(db: Database.Database, path: string): string[] {
  const damaged = (what: string) =>
    new StoreError(
      'schema-damaged',
      path,
      `${path} says it is a Whatslang database of version ${SCHEMA_VERSION}, but ${what}. It was left as it is. Restore a backup.`,
    )
  const expected = expectedSchema()
  const actual = new Map(entries(db).map((entry) => [`${entry.type} ${entry.name}`, entry]))
  const remade: string[] = []
  for (const entry of expected.entries) {
    const found = actual.get(`${entry.type} ${entry.name}`)
    if (entry.type === 'table') {
      if (!found) throw damaged(`the table ${entry.name} is missing`)
      const have = new Map(columns(db, entry.name).map((column) => [column.name, show(column)]))
      for (const column of expected.columns.get(entry.name) ?? []) {
        const text = have.get(column.name)
        if (text === undefined) throw damaged(`the column ${entry.name}.${column.name} is missing`)
        if (text !== show(column)) throw damaged(`the column ${entry.name}.${column.name} is not as it should be`)
      }
    } else if (!found) {
      if (entry.type !== 'index' || db.readonly || !entry.sql)
        throw damaged(`the ${entry.type} ${entry.name} is missing`)
      db.exec(entry.sql)
      remade.push(entry.name)
    } else if (found.sql !== entry.sql) {
      throw damaged(`the ${entry.type} ${entry.name} is not as it should be`)
    }
  }
  const known = new Set(expected.entries.map((entry) => `${entry.type} ${entry.name}`))
  for (const [key, entry] of actual) {
    if (entry.type !== 'table' && entry.type !== 'index' && !known.has(key)) {
      throw damaged(`it holds the ${entry.type} ${entry.name}, which is not ours and could run code`)
    }
  }
  return remade
}
