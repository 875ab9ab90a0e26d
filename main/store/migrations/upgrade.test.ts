// A file of every earlier version opens, is brought to the newest one, and holds the same rows.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../index.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../schema.ts'
import { migrations } from './index.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upgrade-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Tables that hold rows of people; the search index follows from them. */
const tablesOf = (db: Database.Database): string[] =>
  db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'messages_fts%' ORDER BY name",
    )
    .pluck()
    .all()
const columnsOf = (db: Database.Database, table: string) =>
  db
    .prepare<[string], { name: string; type: string; notnull: number; pk: number }>(
      'SELECT name, type, "notnull", pk FROM pragma_table_info(?)',
    )
    .all(table)

/** Values that a column of this name may hold where a rule of the schema asks for some. */
const CHOSEN: Readonly<Record<string, unknown>> = {
  origin: 'live',
  'jobs.state': 'done',
  'outbox.state': 'acked',
  first: 1,
  last: 0,
}

/** A file as the program of that version left it, with a row of odd values in each table. */
function fileOf(version: number, path: string): Database.Database {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('foreign_keys = OFF')
  for (const migration of migrations.filter((one) => one.version <= version)) db.exec(migration.sql)
  for (const table of tablesOf(db)) {
    const columns = columnsOf(db, table)
    const values = columns.map(({ name, type, pk }) => {
      const chosen = CHOSEN[`${table}.${name}`] ?? CHOSEN[name]
      if (chosen !== undefined) return chosen
      if (pk === 1 && type === 'INTEGER') return 1
      if (type === 'INTEGER') return 1
      return type === 'BLOB' || type === '' ? Buffer.from([0, 255, 1]) : `é '"\u0000 ${name}`
    })
    db.prepare(
      `INSERT OR REPLACE INTO "${table}" (${columns.map(({ name }) => `"${name}"`).join(', ')}) VALUES (${values.map(() => '?').join(', ')})`,
    ).run(...values)
  }
  db.pragma(`user_version = ${version}`)
  db.pragma(`application_id = ${APPLICATION_ID}`)
  return db
}
const rowsOf = (db: Database.Database, tables: readonly { name: string; columns: readonly string[] }[]) =>
  Object.fromEntries(
    tables.map(({ name, columns }) => [
      name,
      db
        .prepare(`SELECT ${columns.map((column) => `"${column}"`).join(', ')} FROM "${name}"`)
        .raw()
        .all(),
    ]),
  )

test.each(migrations.filter(({ version }) => version < SCHEMA_VERSION).map(({ version }) => version))(
  'a file of version %i',
  (version) => {
    const path = join(folder, 'messages.db')
    const old = fileOf(version, path)
    const tables = tablesOf(old).map((name) => ({ name, columns: columnsOf(old, name).map((column) => column.name) }))
    const before = rowsOf(old, tables)
    expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true)
    old.close()
    const store = openStore({ path })
    try {
      expect(store.db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION)
      expect(rowsOf(store.db, tables)).toEqual(before)
      expect(store.db.pragma('integrity_check', { simple: true })).toBe('ok')
    } finally {
      store.close()
    }
  },
)
