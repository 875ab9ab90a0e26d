// Asks SQLite itself, through another of its builds, whether it would have read a dump as the loader did: where each statement ends, what it may do, and what rows
// the tables hold afterwards. A dump that the loader refuses loads nothing, so there is nothing to compare.
import { constants, DatabaseSync } from 'node:sqlite'
import Database from 'better-sqlite3'
import { RefusalError } from '../refusal.ts'
import type { OwnSchema } from './allow.ts'
import { loadSql } from './load.ts'

export interface Judgement {
  verdict: 'refused' | 'same' | 'different'
  /** How it was refused; what is different; what SQLite refuses that was taken. */
  why: string[]
}
interface Taken {
  kind: string
  text: string
}

/** What SQLite's authorizer may be asked about an INSERT of literals into one table. */
const FUNCTIONS = new Set(['unistr', 'replace', 'char'])
/** What SQLite refuses of a statement that was taken, for good reasons: rows that constraints of the file's own refuse, and infinities by name. */
const LENIENT = /constraint failed|no such column: "?-?(inf|infinity)|datatype mismatch|cannot store/i

export async function compareWithSqlite(dump: string, own: OwnSchema): Promise<Judgement> {
  const bytes = Buffer.from(dump)
  const taken: Taken[] = []
  const ours = new Database(':memory:')
  try {
    try {
      await loadSql(once(bytes), ours, {
        own,
        onStatement: (kind, from, to) => taken.push({ kind, text: plain(bytes).toString('utf8', from, to) }),
      })
    } catch (error) {
      if (!(error instanceof RefusalError))
        return { verdict: 'different', why: [`the loader failed: ${String(error)}`] }
      return { verdict: 'refused', why: [error.code] }
    }
    const why = new Set<string>()
    const notes = replay(taken, ours, why)
    return { verdict: why.size === 0 ? 'same' : 'different', why: why.size === 0 ? notes : [...why] }
  } finally {
    ours.close()
  }
}
async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes
}
/** The loader takes one byte-order mark away. */
const plain = (bytes: Buffer): Buffer => (bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? bytes.subarray(3) : bytes)

function replay(taken: readonly Taken[], ours: Database.Database, why: Set<string>): string[] {
  const notes: string[] = []
  // The file's own tables, and ours with the file's own rows: what a constraint of theirs refuses, only the second has.
  const theirs = new DatabaseSync(':memory:')
  const twin = new DatabaseSync(':memory:')
  let actions: [number, string | null, string | null][] = []
  theirs.setAuthorizer((action, first, second) => {
    actions.push([action, first, second])
    return constants.SQLITE_OK
  })
  try {
    for (const db of [theirs, twin]) db.exec('PRAGMA foreign_keys = OFF')
    const schema = tablesOf(ours)
    for (const { sql } of schema) twin.exec(sql)
    let spoiled = false
    for (const { kind, text } of taken) {
      if (/^(\s|;)*$/.test(text)) continue
      actions = []
      let error: Error | undefined
      let end: string | undefined
      let changes: number | bigint = 0
      try {
        const statement = theirs.prepare(text)
        end = statement.sourceSQL
        if (kind === 'rows' || kind === 'define' || kind === 'own-table') changes = statement.run().changes
      } catch (thrown) {
        error = thrown instanceof Error ? thrown : new Error(String(thrown))
      }
      if (end !== undefined && end !== text) why.add(`SQLite ends a statement elsewhere: ${kind} ${text} / ${end}`)
      if (end === undefined && kind === 'rows' && !isLenient(error) && !spoiled)
        why.add(`SQLite cannot read ${text}: ${String(error)}`)
      if (error !== undefined) {
        // Its table is none that SQLite makes, or the row none that it takes: from here on only the twin tells.
        if (kind === 'define' || kind === 'rows') spoiled = true
        else if (kind === 'own-table') why.add(`SQLite cannot make our own table: ${text}: ${String(error)}`)
        notes.push(`${kind}: ${error.message}`)
      }
      if (kind !== 'rows') continue
      for (const [action, first, second] of actions) {
        const isKnown =
          action === constants.SQLITE_INSERT ||
          action === constants.SQLITE_SELECT ||
          (action === constants.SQLITE_FUNCTION && FUNCTIONS.has(String(second ?? first).toLowerCase()))
        if (!isKnown) why.add(`SQLite would do ${action} ${first} ${second} in ${text}`)
      }
      try {
        // UNIQUE ON CONFLICT IGNORE drops rows without a word.
        if (twin.prepare(text).run().changes !== changes) spoiled = true
      } catch (thrown) {
        if (!isLenient(thrown)) why.add(`our own table takes other rows: ${text}: ${String(thrown)}`)
        else return notes
      }
    }
    for (const { name } of schema) {
      const mine = contents((sql) => ours.prepare(sql).safeIntegers().raw().all() as unknown[][], name)
      // Behind the last rowid SQLite takes one by chance.
      if (mine.some(([rowid]) => rowid === 2n ** 63n - 1n)) continue
      const same = (db: DatabaseSync): boolean => equal(mine, readAll(db, name))
      if (!same(twin)) why.add(`other rows in ${name}`)
      else if (!spoiled && !same(theirs)) why.add(`other rows in ${name}, whose table is another one in the file`)
    }
    return notes
  } finally {
    theirs.close()
    twin.close()
  }
}
const isLenient = (error: unknown): boolean => error instanceof Error && LENIENT.test(error.message)

const tablesOf = (db: Database.Database): { name: string; sql: string }[] =>
  db
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .all()

function readAll(db: DatabaseSync, table: string): unknown[][] {
  const all = (sql: string): unknown[][] => {
    const statement = db.prepare(sql)
    statement.setReadBigInts(true)
    return statement.all().map((row) => Object.values(row))
  }
  try {
    return contents(all, table)
  } catch (error) {
    // No such table there: whatever it says instead of rows is a difference.
    return [[String(error)]]
  }
}

/** Every value with its storage class, by column, in the order of the table; the rowid where the table has one. */
function contents(all: (sql: string) => unknown[][], table: string): unknown[][] {
  const quoted = `"${table.replaceAll('"', '""')}"`
  const columns = all(`SELECT name FROM pragma_table_info('${table.replaceAll("'", "''")}')`).map(([name]) =>
    String(name),
  )
  const list = columns.map((name, i) => {
    const column = `"${name.replaceAll('"', '""')}"`
    return `typeof(${column}) AS k${i}, CASE WHEN typeof(${column}) IN ('text', 'blob') THEN hex(${column}) ELSE ${column} END AS v${i}`
  })
  const withoutRowid = all(`SELECT wr FROM pragma_table_list('${table.replaceAll("'", "''")}') WHERE schema = 'main'`)
  return Number(withoutRowid[0]?.[0]) === 1
    ? // Without an order, and an index of the file's own may give another one.
      all(`SELECT ${list.join(', ')} FROM ${quoted}`).sort((a, b) =>
        a.map(String).join() < b.map(String).join() ? -1 : 1,
      )
    : all(`SELECT _rowid_ AS r, ${list.join(', ')} FROM ${quoted} ORDER BY _rowid_`)
}
const equal = (a: unknown[][], b: unknown[][]): boolean =>
  a.length === b.length && a.every((row, i) => row.every((value, j) => Object.is(value, b[i]?.[j])))
