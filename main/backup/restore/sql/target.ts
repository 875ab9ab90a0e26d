import type { Database } from 'better-sqlite3'
import { quoteName } from '../reference.ts'
import { affinityOf, foldName } from './definition.ts'
import type { InsertHead } from './insert-head.ts'

/** Where the rows behind one INSERT head go. */
export interface Target {
  table: string
  /** `INSERT OR … INTO … (…) VALUES `, in our own words. */
  insert: string
  /** How many values a row has. */
  width: number
  /** By column, as Row.numeric in row.ts wants it. */
  numeric: Uint8Array
  /** By column, as Row.textual in row.ts wants it. */
  textual: Uint8Array
  /** The place of the INTEGER PRIMARY KEY among the columns; -1 where it is not named. SQLite takes nothing but integers there. */
  rowid: number
  ignore: boolean
}

/** A table that the load made. */
export interface LoadedTable {
  name: string
  /** Columns, in small letters, that an INSERT must name. */
  mustName: readonly string[]
}

interface Column {
  name: string
  type: string
  pk: number
}
const ROWIDS = ['rowid', '_rowid_', 'oid']
const NUMERIC = new Set(['INT', 'REAL', 'NUMERIC'])

/** The table's columns as SQLite has them, matched with those that the head names. A string: what does not fit. */
export function targetOf(db: Database, { name, mustName }: LoadedTable, head: InsertHead): Target | string {
  const all = db.prepare<[string], Column>('SELECT name, type, pk FROM pragma_table_info(?)').all(name)
  const hasRowid =
    db.prepare<[string], number>("SELECT wr FROM pragma_table_list(?) WHERE schema = 'main'").pluck().get(name) === 0
  // Only an INTEGER PRIMARY KEY has this exact type among the tables that a load makes (see definition.ts and the schema of ours).
  const alias = hasRowid ? all.find((column) => column.pk === 1 && /^integer$/i.test(column.type)) : undefined
  const wanted = head.columns ?? all.map((column) => column.name)
  const columns: { name: string; numeric: boolean; textual: boolean; rowid: boolean }[] = []
  for (const wish of wanted) {
    const folded = foldName(wish)
    const column = all.find((one) => foldName(one.name) === folded)
    const isRowid = column === undefined ? hasRowid && ROWIDS.includes(folded) : column === alias
    if (column === undefined && !isRowid) return `no column "${wish.slice(0, 60)}" in "${name.slice(0, 60)}"`
    const known = isRowid && alias !== undefined ? alias.name : (column?.name ?? wish)
    if (columns.some((other) => other.name === known)) return `the column "${wish.slice(0, 60)}" twice`
    columns.push({
      name: known,
      numeric: isRowid || NUMERIC.has(affinityOf(column?.type ?? '')),
      textual: !isRowid && affinityOf(column?.type ?? '') === 'TEXT',
      rowid: isRowid,
    })
  }
  const left = mustName.find((must) => !columns.some((column) => foldName(column.name) === must))
  if (left !== undefined) return `an INSERT into "${name.slice(0, 60)}" without its column "${left.slice(0, 60)}"`
  return {
    table: name,
    insert: `INSERT OR ${head.ignore ? 'IGNORE' : 'FAIL'} INTO ${quoteName(name)} (${columns.map((column) => quoteName(column.name)).join(', ')}) VALUES `,
    width: columns.length,
    numeric: Uint8Array.from(columns, (column) => (column.numeric ? 1 : 0)),
    textual: Uint8Array.from(columns, (column) => (column.textual ? 1 : 0)),
    rowid: columns.findIndex((column) => column.rowid),
    ignore: head.ignore,
  }
}
