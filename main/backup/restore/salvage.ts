// Reads what can still be read of a damaged database into a new one of ours: table by table, and around each unreadable page.
import { lstat, rm } from 'node:fs/promises'
import Database from 'better-sqlite3'
import { copyPrivately, createPrivateFile } from '../../files/unfinished.ts'
import { countMessages } from '../../store/message-count.ts'
import { createOddReport } from '../../store/odd/odd-report.ts'
import { settleValues } from '../../store/odd/settle-values.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../../store/schema.ts'
import type { TaskContext } from '../../tasks/protocol.ts'
import { bring, columnsOf, quoteName, rowTables } from './reference.ts'
import { COPIED, limitGrowth, tooLarge } from './room.ts'
import { quick } from './source.ts'

export interface SalvageInput {
  /** The damaged messages.db, which nobody has open. It is only read. */
  damaged: string
  /** A copy of it for the time of reading: looking at a database with a `-wal` or a `-journal` changes files. */
  scratch: string
  /** The new database; must not exist. */
  out: string
}
export interface SalvageOutput {
  /** Rows that were read; `missing` is what an intact index still counts beyond them, null where nothing tells. */
  tables: Record<string, { rows: number; missing: number | null }>
  /** ms, server's clock: the newest message that was read. */
  newestMessage: number | null
}

/** How often a table is tried around its damaged places. Ranges are halved breadth first, so that all of it is looked at. */
const MAX_PROBES = 20_000
/** Where nothing tells the highest rowid, this many beyond the last readable one are looked at. */
const BEYOND = 100_000n
const COMPANIONS = ['-wal', '-journal'] as const

/** Always leaves a whole database of ours at `out`; with nothing readable it is empty. */
export async function salvageTask(input: SalvageInput, context: TaskContext): Promise<SalvageOutput> {
  context.temporary(input.scratch)
  const copied = await copyDamaged(input.damaged, input.scratch)
  createPrivateFile(input.out)
  const db = new Database(input.out)
  const result: SalvageOutput = { tables: {}, newestMessage: null }
  try {
    quick(db)
    limitGrowth(db, copied, COPIED)
    const from = openDamaged(input.scratch)
    const version = versionOf(from)
    try {
      bring(db, 0, version)
      db.exec('UPDATE search_gap SET first = -9223372036854775808, last = 9223372036854775807; DELETE FROM meta')
      for (const table of rowTables(db)) {
        context.signal.throwIfAborted()
        context.progress({ step: `salvage ${table}`, done: 0, total: null })
        result.tables[table] = from === undefined ? { rows: 0, missing: null } : salvageTable(from, db, table)
      }
      if (from !== undefined) takeCounters(from, db)
    } finally {
      from?.close()
    }
    bring(db, version, SCHEMA_VERSION)
    // A damaged page may hold any value. The damaged file stays beside the new one.
    settleValues(db, { report: createOddReport(), leftOut: () => undefined })
    settle(db)
    countMessages(db)
    result.newestMessage = (db.prepare('SELECT max(sent_at) FROM messages').pluck().get() as number | null) ?? null
    return result
  } catch (error) {
    throw tooLarge(error, db) ?? error
  } finally {
    db.close()
    for (const end of ['', ...COMPANIONS, '-shm']) await rm(input.scratch + end, { force: true })
  }
}

/** Returns how many bytes there were. */
async function copyDamaged(damaged: string, scratch: string): Promise<number> {
  let bytes = 0
  for (const end of ['', ...COMPANIONS]) {
    await rm(scratch + end, { force: true })
    const info = await lstat(damaged + end).catch(() => undefined)
    if (info?.isFile() !== true) continue
    bytes += info.size
    await copyPrivately(damaged + end, scratch + end)
  }
  return bytes
}

/** Undefined: not even the list of its tables can be read. */
function openDamaged(path: string): Database.Database | undefined {
  for (const tolerant of [false, true]) {
    let db: Database.Database | undefined
    try {
      db = new Database(path, { fileMustExist: true })
      if (tolerant) {
        // A schema with a malformed entry is read up to it; this is our own copy, and nothing of it runs.
        db.unsafeMode(true)
        db.pragma('writable_schema = ON')
      }
      db.pragma('trusted_schema = OFF')
      db.pragma('cell_size_check = ON')
      db.pragma('mmap_size = 0')
      if (Number(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()) > 0) {
        db.pragma('query_only = ON')
        return db
      }
      db.close()
    } catch (error) {
      db?.close()
      if (!isUnreadable(error)) throw error
    }
  }
  return undefined
}

/** The file's own version, where it still tells one that we know: its rows are read as that, and then brought up to date. */
function versionOf(from: Database.Database | undefined): number {
  const said = Number(from?.pragma('user_version', { simple: true }) ?? 0)
  return said >= 1 && said <= SCHEMA_VERSION ? said : SCHEMA_VERSION
}

/** What the disk or the file refuses, as opposed to a mistake of ours. */
const isUnreadable = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN|ERROR)/.test(String(error.code))

const NO_ROW = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/

function salvageTable(
  from: Database.Database,
  db: Database.Database,
  table: string,
): { rows: number; missing: number | null } {
  const present = columnsOrNone(from, table)
  const columns = columnsOf(db, table).filter((column) => present.includes(column))
  if (columns.length === 0) return { rows: 0, missing: null }
  const list = columns.map(quoteName)
  const types = list.map((column) => `substr(typeof(${column}), 1, 1)`).join(' || ')
  // As bytes, whatever they are: reading a text that is not UTF-8 as one would change it.
  const read = [types, ...list.map((column) => `iif(typeof(${column}) = 'text', CAST(${column} AS BLOB), ${column})`)]
  const puts = new Map<string, Database.Statement>()
  const prepare = (kinds: string): Database.Statement => {
    const values = Array.from(kinds, (kind) => (kind === 't' ? 'CAST(? AS TEXT)' : '?')).join(', ')
    const put = db.prepare(`INSERT OR IGNORE INTO ${quoteName(table)} (${list.join(', ')}) VALUES (${values})`)
    if (puts.size > 200) puts.clear()
    puts.set(kinds, put)
    return put
  }
  const take = ([kinds, ...values]: unknown[]): void => {
    const put = puts.get(String(kinds)) ?? prepare(String(kinds))
    try {
      put.run(...values)
    } catch (error) {
      // What is not a row of ours any more is no row: it is counted as missing.
      if (!(error instanceof Error && 'code' in error && NO_ROW.test(String(error.code)))) throw error
    }
  }
  const key = columnsKey(db, table)
  db.exec('BEGIN')
  if (key === undefined) readByRowid(from, table, read.join(', '), take)
  else readByKey(from, table, read.join(', '), key, take)
  db.exec('COMMIT')
  const rows = count(db, table) ?? 0
  const expected = count(from, table)
  return { rows, missing: expected === null ? null : Math.max(0, expected - rows) }
}

function columnsOrNone(from: Database.Database, table: string): string[] {
  try {
    return columnsOf(from, table)
  } catch (error) {
    if (isUnreadable(error)) return []
    throw error
  }
}

/** The primary key of a table WITHOUT ROWID, as a list; undefined where it has rowids. */
function columnsKey(db: Database.Database, table: string): string[] | undefined {
  const list = db.pragma('table_list') as { name: string; schema: string; wr: number }[]
  if (list.find((entry) => entry.name === table && entry.schema === 'main')?.wr !== 1) return undefined
  return (db.pragma(`table_xinfo(${quoteName(table)})`) as { name: string; pk: number }[])
    .filter((column) => column.pk > 0)
    .sort((a, b) => a.pk - b.pk)
    .map((column) => quoteName(column.name))
}

function count(db: Database.Database, table: string): number | null {
  return oneOr(db, `SELECT count(*) FROM ${quoteName(table)}`, Number) ?? null
}
function oneOr<T>(db: Database.Database, sql: string, read: (value: unknown) => T): T | undefined {
  try {
    const value: unknown = db.prepare(sql).safeIntegers().pluck().get()
    return value === null || value === undefined ? undefined : read(value)
  } catch (error) {
    if (isUnreadable(error)) return undefined
    throw error
  }
}

type Take = (values: unknown[]) => void
const later = (a: bigint, b: bigint): bigint => (b > a ? b : a)
const BIG = (value: unknown): bigint => BigInt(String(value))

/** From both ends towards a damaged place, and then into the middle of what is left between them. */
function readByRowid(from: Database.Database, table: string, list: string, take: Take): void {
  const name = quoteName(table)
  const select = `SELECT rowid, ${list} FROM ${name} WHERE rowid BETWEEN ? AND ? ORDER BY rowid`
  let up: Database.Statement
  let down: Database.Statement
  try {
    up = from.prepare(select).raw().safeIntegers()
    down = from.prepare(`${select} DESC`).raw().safeIntegers()
  } catch (error) {
    if (isUnreadable(error)) return
    throw error
  }
  /** Returns the last rowid that was read, and whether the range was read to its end. */
  const read = (statement: Database.Statement, low: bigint, high: bigint): { last?: bigint; whole: boolean } => {
    let last: bigint | undefined
    try {
      for (const [rowid, ...values] of statement.iterate(low, high) as IterableIterator<unknown[]>) {
        take(values)
        last = BIG(rowid)
      }
      return { ...(last !== undefined && { last }), whole: true }
    } catch (error) {
      if (!isUnreadable(error)) throw error
      return { ...(last !== undefined && { last }), whole: false }
    }
  }
  const [lowest, highest] = [-(2n ** 63n), 2n ** 63n - 1n]
  const first = read(up, lowest, highest)
  if (first.whole) return
  const after = first.last === undefined ? (oneOr(from, `SELECT min(rowid) FROM ${name}`, BIG) ?? 1n) : first.last + 1n
  const back = read(down, after, highest)
  if (back.whole) return
  const told = [
    oneOr(from, `SELECT max(rowid) FROM ${name}`, BIG),
    oneOr(from, `SELECT seq FROM sqlite_sequence WHERE name = '${table}'`, BIG),
  ].filter((value) => value !== undefined)
  const top = back.last === undefined ? told.reduce(later, after + (told.length > 0 ? 0n : BEYOND)) : back.last - 1n
  const ranges: [bigint, bigint][] = [[after, top]]
  for (let probe = 0; probe < MAX_PROBES; probe++) {
    const range = ranges.shift()
    if (range === undefined) return
    const [low, high] = range
    if (low > high) continue
    const here = read(up, low, high)
    if (here.whole) continue
    const next = (here.last ?? low - 1n) + 1n
    if (here.last === undefined && low === high) continue
    const middle = (next + high) / 2n
    ranges.push([next, middle], [middle + 1n, high])
  }
}

/** A table WITHOUT ROWID has no numbers to jump by: it is read from both ends to the first damage. */
function readByKey(from: Database.Database, table: string, list: string, key: string[], take: Take): void {
  for (const direction of ['', ' DESC']) {
    const order = key.map((column) => column + direction).join(', ')
    try {
      const rows = from
        .prepare(`SELECT ${list} FROM ${quoteName(table)} ORDER BY ${order}`)
        .raw()
        .safeIntegers()
      for (const values of rows.iterate() as IterableIterator<unknown[]>) take(values)
      return
    } catch (error) {
      if (!isUnreadable(error)) throw error
    }
  }
}

/** An id that was used once is not used again, whatever could not be read. */
function takeCounters(from: Database.Database, db: Database.Database): void {
  for (const table of ['messages', 'outbox', 'bot_chat_assignments']) {
    const seq = oneOr(from, `SELECT seq FROM sqlite_sequence WHERE name = '${table}' AND typeof(seq) = 'integer'`, BIG)
    if (seq === undefined || seq > BigInt(Number.MAX_SAFE_INTEGER) / 2n) continue
    const changed = db.prepare('UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?').run(seq, table)
    if (changed.changes === 0) db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(table, seq)
  }
}

/** Messages whose chat or account could not be read keep their place under a stand-in; other dangling rows mean nothing alone. */
function settle(db: Database.Database): void {
  db.exec(`
    INSERT INTO accounts (id, label) SELECT DISTINCT account_id, '' FROM messages WHERE account_id NOT IN (SELECT id FROM accounts);
    INSERT OR IGNORE INTO chats (id, chat_jid) SELECT chat_id, min(jid) FROM chat_aliases
      WHERE chat_id NOT IN (SELECT id FROM chats) AND chat_id IN (SELECT chat_id FROM messages) GROUP BY chat_id;
    INSERT INTO chats (id, chat_jid, chat_name) SELECT DISTINCT chat_id, 'salvaged-' || chat_id || '@lid', 'Salvaged ' || chat_id FROM messages
      WHERE chat_id NOT IN (SELECT id FROM chats)`)
  for (let round = 0; round < 5; round++) {
    const broken = db.pragma('foreign_key_check') as { table: string; rowid: number | null }[]
    if (broken.length === 0) break
    for (const { table, rowid } of broken) {
      if (rowid !== null) db.prepare(`DELETE FROM ${quoteName(table)} WHERE rowid = ?`).run(rowid)
      else
        db.exec(
          `DELETE FROM ${quoteName(table)} WHERE chat_id NOT IN (SELECT id FROM chats) OR account_id NOT IN (SELECT id FROM accounts)`,
        )
    }
  }
  db.exec('UPDATE search_gap SET first = 1, last = (SELECT COALESCE(max(id), 0) FROM messages)')
  db.pragma(`user_version = ${SCHEMA_VERSION}`)
  db.pragma(`application_id = ${APPLICATION_ID}`)
}
