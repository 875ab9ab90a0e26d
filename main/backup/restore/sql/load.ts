import type { Database } from 'better-sqlite3'
import { RefusalError } from '../refusal.ts'
import { limitGrowth, tooLarge } from '../room.ts'
import { judge, type OwnSchema, type Verdict } from './allow.ts'
import { BAD, INCOMPLETE } from './bytes.ts'
import { defineTable } from './definition.ts'
import { createInserter } from './inserter.ts'
import { createLines } from './lines.ts'
import { readRow } from './literal.ts'
import { plainText } from './plain-text.ts'
import { createPrefixes, type Prefix } from './prefixes.ts'
import { keyword, newRow, skipSpace } from './row.ts'
import { createScratchTables } from './scratch-tables.ts'
import { createSequences } from './sequences.ts'
import { readStatement, skipBlank } from './token.ts'

export interface LoadPolicy {
  own: OwnSchema
  /**
   * True: a row that its table refuses refuses the file, and UNIQUE constraints are tried when all rows are there, by indexes that take their
   * place (a quarter of the time of a load of a million messages). False: it is named in the report, and the load goes on.
   */
  strictRows?: boolean
  /**
   * 'unique': only indexes that hold rows to something are built. The others hold copies of columns of the rows, by statements of our own, whatever the file
   * says: a proof of the rows does without them. Default: all.
   */
  indexes?: 'all' | 'unique'
  /** The longest piece that must be read at once: a row, or a statement of the schema. Default 256 MiB. */
  maxStatementBytes?: number
  maxTables?: number
  onProgress?: (bytes: number) => void
  /** Rows are committed as they come, about a megabyte at a time, and this is called after each commit: another connection may read them. */
  onCommitted?: () => void
  /** What each statement was taken for, and its bytes in the plain text: so that a test can ask SQLite whether it would have read it in the same way. */
  onStatement?: (kind: Verdict['do'] | 'rows' | 'skipped-rows' | 'sequence', from: number, to: number) => void
  signal?: AbortSignal
}

export interface RowFailure {
  table: string
  line: number
  reason: string
}
export interface LoadReport {
  statements: number
  bytes: number
  rows: Record<string, number>
  userVersion: number | undefined
  applicationId: number | undefined
  refusedRows: RowFailure[]
  refusedRowsTotal: number
  skippedStatements: number
}

const FIRST_BUFFER = 4 << 20
const NAMED_FAILURES = 200
/** The longest statement that is none of rows. */
const MAX_SCHEMA = 200_000

/**
 * Loads a dump into an empty database by a closed list of statements; anything else is refused by name and line. No text of the dump is run: tables are made
 * from what was read of theirs, values are bound. The target must be a scratch file: after an error it holds a part of the dump. Foreign keys are
 * switched off on it, and it cannot grow far beyond what was read.
 */
export async function loadSql(
  source: AsyncIterable<Uint8Array>,
  db: Database,
  policy: LoadPolicy,
): Promise<LoadReport> {
  const loader = createLoader(db, policy)
  try {
    for await (const chunk of plainText(source)) {
      policy.signal?.throwIfAborted()
      loader.push(chunk)
    }
    return loader.finish()
  } catch (error) {
    throw tooLarge(error, db) ?? error
  }
}

function createLoader(db: Database, policy: LoadPolicy) {
  const limit = policy.maxStatementBytes ?? 256 << 20
  let b = Buffer.allocUnsafe(FIRST_BUFFER)
  let used = 0
  const lines = createLines()
  /** Not read again before the buffer holds this much: a huge row stays linear. */
  let again = 1 << 20
  let transaction: 'none' | 'open' | 'closed' = 'none'
  /** Bytes before the buffer. */
  let passed = 0
  /** The INSERT whose rows are read, where it began, and what comes next. */
  let inside: { prefix: Prefix; start: number; at: 'row' | 'separator' } | undefined
  const sequences = createSequences(db)
  const tables = createScratchTables(db, policy.strictRows === true)
  const prefixes = createPrefixes(db, policy.own, tables)
  const row = newRow()
  const report: LoadReport = {
    statements: 0,
    bytes: 0,
    rows: {},
    userVersion: undefined,
    applicationId: undefined,
    refusedRows: [],
    refusedRowsTotal: 0,
    skippedStatements: 0,
  }

  const lineAt = (at: number): number => lines.at(b, at)
  const stop = (message: string, at: number): never => {
    const line = lineAt(at)
    throw new RefusalError(
      'statement',
      `Line ${line}: ${message}. Only a plain dump of a database can be restored; nothing was changed.`,
      { line },
    )
  }
  const noBackup = (why: string): never => {
    throw new RefusalError('unknown-kind', `The file is no backup: ${why}. Choose another file; nothing was changed.`)
  }
  const refuseRow = ({ table, line, reason }: RowFailure): never => {
    throw new RefusalError(
      'row',
      `Line ${line}: a row of "${table}" does not fit its table (${reason}). Nothing was changed.`,
      { line },
    )
  }
  const inserter = createInserter(db, row, (table, at, reason) => {
    if (policy.strictRows === true) refuseRow({ table, line: lineAt(at), reason })
    report.refusedRowsTotal++
    if (report.refusedRows.length < NAMED_FAILURES) report.refusedRows.push({ table, line: lineAt(at), reason })
    report.rows[table] = (report.rows[table] ?? 0) - 1
  })

  db.pragma('foreign_keys = OFF')
  limitGrowth(db, 0)
  db.exec('BEGIN')

  /** Rows from `from` on; what is read is written at once, however long the statement is. Returns where to go on, or INCOMPLETE. */
  function rows(state: NonNullable<typeof inside>, from: number, end: number): { to: number; whole: boolean } {
    const { prefix } = state
    const into = `an INSERT into "${prefix.table}"`
    if (prefix.target !== undefined) inserter.use(prefix.target)
    let p = from
    for (;;) {
      const at = skipSpace(b, p, end)
      if (at === INCOMPLETE) return { to: p, whole: false }
      if (state.at === 'separator') {
        if (b[at] === 0x3b) return { to: at + 1, whole: true }
        if (b[at] !== 0x2c) stop(`something behind the values of ${into}`, at)
        state.at = 'row'
        p = at + 1
        continue
      }
      if (b[at] !== 0x28) stop('rows that are not written as values', at)
      const to = readRow(b, at + 1, end, row)
      if (to === INCOMPLETE) return { to: p, whole: false }
      if (to === BAD) stop(`${row.reason} in ${into}`, row.at)
      if (prefix.target === undefined) row.values.length = row.start
      else if (!inserter.take(at, to - at))
        stop(`a row of another number of values than its table has columns in ${into}`, at)
      state.at = 'separator'
      report.rows[prefix.table] = (report.rows[prefix.table] ?? 0) + 1
      p = to
    }
  }

  /** From INSERT on; returns where the rows begin, or the end of another statement. */
  function insert(from: number, end: number): number {
    const found = prefixes.at(b, from, end)
    if (found === INCOMPLETE) return INCOMPLETE
    if (typeof found === 'string') return stop(found, from)
    if ('other' in found) return other(from, end)
    if ('missing' in found) {
      const what = `rows of a table "${found.missing.slice(0, 60)}" that the dump has not made`
      return report.statements === 0 ? noBackup(`it begins with ${what}`) : stop(what, from)
    }
    inside = { prefix: found, start: passed + from, at: 'row' }
    return from + found.bytes.length
  }

  function other(from: number, end: number): number {
    const statement = readStatement(b, from, end)
    if (statement.problem) return stop(statement.problem.reason, statement.problem.at)
    const length = (statement.end === INCOMPLETE ? end : statement.end) - from
    if (length > MAX_SCHEMA) return stop('a statement of the schema that is longer than 200 kB', from)
    if (statement.end === INCOMPLETE) return INCOMPLETE
    const counted = sequences.take(statement.tokens)
    if (typeof counted === 'string') return stop(counted, from)
    if (counted) return done('sequence', passed + from, statement.end)
    const verdict = judge(statement.tokens, policy.own)
    inserter.flush()
    switch (verdict.do) {
      case 'refuse':
        return stop(`${verdict.what} is not allowed in a file that is restored`, from)
      case 'own-table':
        checkNew(verdict.own.name, from)
        tables.createOwn(verdict.own, lineAt(from))
        break
      case 'define': {
        const definition = defineTable(verdict.table, verdict.rest, b)
        if (typeof definition === 'string')
          return stop(`${definition} in CREATE TABLE ${verdict.table.slice(0, 60)}`, from)
        checkNew(verdict.table, from)
        tables.define(verdict.table, definition, lineAt(from))
        break
      }
      case 'own-index':
        if (!tables.addIndex(verdict.own, lineAt(from))) stop(`a second index "${verdict.own.name}"`, from)
        break
      case 'begin':
        if (transaction === 'open') stop('BEGIN inside of a transaction', from)
        transaction = 'open'
        break
      case 'commit':
        if (transaction !== 'open') stop('COMMIT without BEGIN', from)
        transaction = 'closed'
        break
      case 'pragma':
        if (verdict.name === 'user_version') report.userVersion = verdict.value
        else report.applicationId = verdict.value
        break
      case 'clear-sequence':
        if (verdict.table === undefined) sequences.clear()
        break
      case 'skip':
        report.skippedStatements++
        break
    }
    return done(verdict.do, passed + from, statement.end)
  }

  function checkNew(name: string, from: number): void {
    if (tables.find(name) !== undefined) stop(`a second table "${name.slice(0, 60)}"`, from)
    if (tables.count() >= (policy.maxTables ?? 200)) stop('more tables than any dump of ours holds', from)
  }

  /** `from` counts from the text's beginning, `to` in the buffer; returns it. */
  function done(kind: Parameters<NonNullable<LoadPolicy['onStatement']>>[0], from: number, to: number): number {
    report.statements++
    policy.onStatement?.(kind, from, passed + to)
    return to
  }

  /** One piece from `from` on: a comment, a statement, or rows of one. Returns where to go on; INCOMPLETE where the buffer ends in it. */
  function step(from: number, last: boolean): number {
    if (inside !== undefined) {
      const { prefix, start } = inside
      const { to, whole } = rows(inside, from, used)
      if (!whole) return to === from ? INCOMPLETE : to
      inside = undefined
      if (prefix.target === undefined) report.skippedStatements++
      return done(prefix.target === undefined ? 'skipped-rows' : 'rows', start, to)
    }
    const at = skipBlank(b, from, used, last)
    if (at === BAD) return stop('a NUL byte', from)
    if (at === INCOMPLETE || at >= used) return at
    const next = keyword(b, at, used, 'insert') > 0 ? insert(at, used) : other(at, used)
    return next === INCOMPLETE ? INCOMPLETE : next
  }

  /** Takes whole pieces out of the buffer's front. */
  function consume(last: boolean): void {
    limitGrowth(db, report.bytes)
    let p = 0
    while (p < used || inside !== undefined) {
      const next = step(p, last)
      if (next === INCOMPLETE) {
        if (last) endedEarly(p)
        break
      }
      p = next
    }
    inserter.flush()
    lines.drop(b, p)
    b.copyWithin(0, p, used)
    used -= p
    passed += p
    again = Math.max(1 << 20, used * 2)
    if (policy.onCommitted === undefined || last) return
    db.exec('COMMIT; BEGIN')
    policy.onCommitted()
  }

  function endedEarly(at: number): never {
    if (report.statements === 0) return noBackup('not one whole SQL statement is in it')
    const line = lineAt(at)
    throw new RefusalError(
      'truncated',
      `The file ends in the middle of a statement (line ${line}): it was cut off. Nothing was changed.`,
      { line },
    )
  }

  return {
    push(chunk: Uint8Array): void {
      report.bytes += chunk.length
      if (used + chunk.length > b.length) {
        if (used + chunk.length > limit) stop('a statement that is longer than the limit', 0)
        const larger = Buffer.allocUnsafe(Math.max(b.length * 2, used + chunk.length))
        b.copy(larger, 0, 0, used)
        b = larger
      }
      b.set(chunk, used)
      used += chunk.length
      if (used >= again) {
        consume(false)
        policy.onProgress?.(report.bytes)
      }
    },
    finish(): LoadReport {
      consume(true)
      if (transaction === 'open') {
        throw new RefusalError('truncated', 'The dump has no COMMIT at its end: it was cut off. Nothing was changed.')
      }
      sequences.write()
      db.exec('COMMIT')
      policy.onCommitted?.()
      tables.buildIndexes(policy.indexes ?? 'all', (failure) => {
        if (policy.strictRows === true) refuseRow(failure)
      })
      policy.onProgress?.(report.bytes)
      return report
    },
  }
}
