import type Database from 'better-sqlite3'
import { MANIFEST_TABLE } from '../manifest.ts'
import { quoteName } from './names.ts'

export interface ColumnPlan {
  name: string
  /** As declared; it says what to expect, never what is there. */
  type: string
  notNull: boolean
}

export interface TablePlan {
  name: string
  /** Columns with stored values: generated ones are left out, as they are computed again. */
  columns: ColumnPlan[]
  /** Every stored column, in order, and no rowid to carry: `INSERT INTO t VALUES(...)` is enough. */
  plain: boolean
  /** How rows are paged: by rowid (under a name that no column hides), or by the primary key of a WITHOUT ROWID table. */
  key: { kind: 'rowid'; column: string; written: boolean } | { kind: 'primary-key'; columns: string[] }
}

export interface DumpPlan {
  tables: TablePlan[]
  /** CREATE statements that come before the rows. */
  createTables: string[]
  createIndexes: string[]
  virtualTables: { name: string; sql: string; fill: 'rebuild' | 'none' }[]
  /** Triggers and views: behind the rows, so that loading fires nothing. */
  createLast: string[]
  sequence: boolean
}

interface SchemaRow {
  type: string
  name: string
  sql: string | null
}
interface TableRow {
  name: string
  type: 'table' | 'virtual' | 'shadow' | 'view'
  wr: number
}
interface ColumnRow {
  name: string
  type: string
  pk: number
  hidden: number
  notnull: number
}

/** Reads the set of tables from the file itself, so that a table of the future is not forgotten. */
export function planDump(db: Database.Database): DumpPlan {
  const schema = db.prepare<[], SchemaRow>('SELECT type, name, sql FROM sqlite_schema ORDER BY rowid').all()
  const kinds = new Map(
    (db.pragma('main.table_list') as (TableRow & { schema: string })[])
      .filter((row) => row.schema === 'main')
      .map((row) => [row.name, row]),
  )
  const plan: DumpPlan = {
    tables: [],
    createTables: [],
    createIndexes: [],
    virtualTables: [],
    createLast: [],
    sequence: false,
  }
  for (const { type, name, sql } of schema) {
    const kind = kinds.get(name)
    if (name === 'sqlite_sequence') plan.sequence = true
    if (name.startsWith('sqlite_') || sql === null || name === MANIFEST_TABLE) continue
    if (type === 'table' && kind?.type === 'table') {
      plan.createTables.push(sql)
      plan.tables.push(planTable(db, name, kind.wr === 1))
    } else if (type === 'table' && kind?.type === 'virtual') {
      const external = /\busing\s+fts5\b/i.test(sql) && /\bcontent\s*=\s*['"]?[^'"\s,)]/i.test(sql)
      plan.virtualTables.push({ name, sql, fill: external ? 'rebuild' : 'none' })
    } else if (type === 'index') {
      plan.createIndexes.push(sql)
    } else if (type === 'view' || type === 'trigger') {
      plan.createLast.push(sql)
    }
  }
  plan.sequence &&= plan.createTables.some((sql) => /\bautoincrement\b/i.test(sql))
  return plan
}

function planTable(db: Database.Database, name: string, withoutRowid: boolean): TablePlan {
  const all = db
    .prepare<[string], ColumnRow>('SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid')
    .all(name)
  const stored = all.filter((column) => column.hidden !== 2 && column.hidden !== 3)
  const columns = stored.map(({ name, type, notnull }) => ({ name, type, notNull: notnull === 1 }))
  const complete = stored.length === all.length
  const primary = all.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk)
  if (withoutRowid) {
    return {
      name,
      columns,
      plain: complete,
      key: { kind: 'primary-key', columns: primary.map((column) => column.name) },
    }
  }
  const alias = rowidAlias(db, name, primary)
  if (alias !== undefined) {
    return { name, columns, plain: complete, key: { kind: 'rowid', column: quoteName(alias), written: false } }
  }
  const taken = new Set(all.map((column) => column.name.toLowerCase()))
  const free = ['rowid', '_rowid_', 'oid'].find((candidate) => !taken.has(candidate))
  // All three names hidden by columns: the rowid cannot be named, hence nothing can refer to it.
  return free === undefined
    ? { name, columns, plain: complete, key: { kind: 'primary-key', columns: columns.map((column) => column.name) } }
    : { name, columns, plain: false, key: { kind: 'rowid', column: free, written: true } }
}

/** The INTEGER PRIMARY KEY: it has no index of its own, which tells it from all the keys that only look like it. */
function rowidAlias(db: Database.Database, table: string, primary: ColumnRow[]): string | undefined {
  const [only, second] = primary
  if (only === undefined || second !== undefined) return undefined
  const index = db.prepare("SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'").get(table)
  return index === undefined ? only.name : undefined
}
