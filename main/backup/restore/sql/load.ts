import type { Database } from 'better-sqlite3'
import { RefusalError } from '../refusal.ts'
import { judge, type OwnSchema } from './allow.ts'
import { createBatch, type RowFailure } from './batch.ts'
import { readInsertHead } from './insert-head.ts'
import { BAD, INCOMPLETE, keyword, newMark, scanRow, skipSpace } from './literal.ts'
import { plainText } from './plain-text.ts'
import { readStatement, type Statement, skipBlank } from './token.ts'
import { uniqueLater } from './unique-later.ts'

export interface LoadPolicy {
  own: OwnSchema
  /**
   * True: a row that its table refuses refuses the file, and UNIQUE constraints are tried when all rows are there, by indexes that take their
   * place (a quarter of the time of a load of a million messages). False: it is named in the report, and the load goes on.
   */
  strictRows?: boolean
  /** The longest single statement; a row of a dump is one. Default 256 MiB. */
  maxStatementBytes?: number
  maxTables?: number
  onProgress?: (bytes: number) => void
  /** Comments outside of statements, as they stand: manifests travel in them. */
  onComment?: (text: string, line: number) => void
  signal?: AbortSignal
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

interface Prefix {
  bytes: Buffer
  prefix: string
  table: string
  skip: boolean
}

/**
 * Loads a dump into an empty database by a closed list of statements; anything else is refused by name and line.
 * The target must be a scratch file: after an error it holds a part of the dump. Foreign keys are switched off on it.
 */
export async function loadSql(
  source: AsyncIterable<Uint8Array>,
  db: Database,
  policy: LoadPolicy,
): Promise<LoadReport> {
  const loader = createLoader(db, policy)
  for await (const chunk of plainText(source)) {
    policy.signal?.throwIfAborted()
    loader.push(chunk)
  }
  return loader.finish()
}

function createLoader(db: Database, policy: LoadPolicy) {
  const limit = policy.maxStatementBytes ?? 256 << 20
  let b = Buffer.allocUnsafe(FIRST_BUFFER)
  let used = 0
  let line = 1
  /** Not scanned again before the buffer holds this much: a huge statement stays linear. */
  let again = 1 << 20
  let begun = false
  let committed = false
  const prefixes = new Map<string, Prefix>()
  let recent: Prefix | undefined
  const later: { sql: string; line: number; table?: string }[] = []
  const sequences: string[] = []
  const mark = newMark()
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
  let tables = 0

  const stop = (message: string, at = line): never => {
    throw new RefusalError(
      'statement',
      `Line ${at}: ${message}. Only a plain dump of a database can be restored; nothing was changed.`,
      { line: at },
    )
  }
  const refuseRow = (failure: RowFailure): never => {
    throw new RefusalError(
      'row',
      `Line ${failure.line}: a row of "${failure.table}" does not fit its table (${failure.reason}). Nothing was changed.`,
      { line: failure.line },
    )
  }
  const onFailure = (failure: RowFailure): void => {
    if (policy.strictRows === true) refuseRow(failure)
    report.refusedRowsTotal++
    if (report.refusedRows.length < NAMED_FAILURES) report.refusedRows.push(failure)
    const table = failure.table
    report.rows[table] = (report.rows[table] ?? 0) - 1
  }
  const batch = createBatch(db, onFailure)

  db.pragma('foreign_keys = OFF')
  db.exec('BEGIN')

  function flush(): void {
    batch.flush()
  }

  function lineAt(from: number, at: number): number {
    let count = line
    for (let p = b.indexOf(0x0a, from); p !== -1 && p < at; p = b.indexOf(0x0a, p + 1)) count++
    return count
  }

  /** From behind `VALUES` to behind the semicolon. Rows go to the batch. */
  function rowsOf(prefix: Prefix, from: number, end: number, startLine: number): number {
    mark.lines = 0
    const pending: [number, number, boolean][] = []
    let p = from
    for (;;) {
      p = skipSpace(b, p, end, mark)
      if (p < 0) return p
      if (b[p] !== 0x28) return stop('rows that are not written as values', startLine)
      mark.rewrite = false
      const to = scanRow(b, p + 1, end, mark)
      if (to === INCOMPLETE) return INCOMPLETE
      if (to === BAD) return stop(`${mark.reason} in an INSERT into "${prefix.table}"`, lineAt(from, mark.at))
      pending.push([p, to, mark.rewrite])
      p = skipSpace(b, to, end, mark)
      if (p < 0) return p
      if (b[p] === 0x3b) break
      if (b[p] !== 0x2c) return stop(`something behind the values of an INSERT into "${prefix.table}"`, startLine)
      p++
    }
    if (prefix.skip) report.skippedStatements++
    else {
      for (const [start, to, rewrite] of pending) batch.add(prefix, b, start, to, startLine, rewrite)
      report.rows[prefix.table] = (report.rows[prefix.table] ?? 0) + pending.length
    }
    line = startLine + mark.lines
    report.statements++
    return p + 1
  }

  /** The prefix of an INSERT up to VALUES, read once for each table and then compared as bytes. */
  function insert(from: number, end: number): number {
    const known = recent
    if (
      known !== undefined &&
      end - from > known.bytes.length &&
      b.compare(known.bytes, 0, known.bytes.length, from, from + known.bytes.length) === 0
    ) {
      return rowsOf(known, from + known.bytes.length, end, line)
    }
    for (const other of prefixes.values()) {
      if (
        end - from > other.bytes.length &&
        b.compare(other.bytes, 0, other.bytes.length, from, from + other.bytes.length) === 0
      ) {
        recent = other
        return rowsOf(other, from + other.bytes.length, end, line)
      }
    }
    const head = readInsertHead(b, from, end)
    if (head === INCOMPLETE) return INCOMPLETE
    if (typeof head === 'string') return stop(head)
    const text = b.toString('utf8', from, head.end)
    if (head.table === 'sqlite_sequence') return sequence(from, end)
    const skip = policy.own.shadow.has(head.table) || /^sqlite_stat\d$/.test(head.table)
    if (!skip && /^sqlite_/i.test(head.table)) return other(from, end)
    const prefix: Prefix = {
      bytes: Buffer.from(b.subarray(from, head.end)),
      prefix: `${text} `,
      table: head.table,
      skip,
    }
    const next = rowsOf(prefix, head.end, end, line)
    // A prefix with a line break in it would make the line numbers of its later uses wrong: read those each time.
    if (next >= 0 && !text.includes('\n') && prefixes.size < 1000) {
      prefixes.set(text, prefix)
      recent = prefix
    }
    return next
  }

  /** Held back to the end: Python's iterdump writes them before the tables that they speak of. */
  function sequence(from: number, end: number): number {
    const statement = readStatement(b, from, end)
    if (statement.end === INCOMPLETE) return INCOMPLETE
    const [name, comma, value] = statement.tokens.slice(5)
    const words = statement.tokens.slice(0, 4).map((token) => token.text.toLowerCase())
    const isPlain =
      words.join(' ') === 'insert into sqlite_sequence values' &&
      name?.kind === 'string' &&
      comma?.text === ',' &&
      statement.tokens.length === 9
    if (!isPlain || value === undefined || !/^\d{1,19}$/.test(value.text))
      return stop('an INSERT into sqlite_sequence that no dump writes')
    sequences.push(`INSERT INTO sqlite_sequence SELECT '${name.text.replaceAll("'", "''")}', ${value.text}`)
    line = lineAt(from, statement.end)
    report.statements++
    return statement.end
  }

  function other(from: number, end: number): number {
    const statement = readStatement(b, from, end)
    if (statement.problem) return stop(statement.problem.reason, lineAt(from, statement.problem.at))
    if (statement.end === INCOMPLETE) return INCOMPLETE
    const text = b.toString('utf8', from, Math.min(statement.end, from + 200_000))
    const verdict = judge(statement.tokens, text, policy.own)
    if (statement.end - from > 200_000 && verdict.do !== 'refuse')
      return stop('a statement of the schema that is longer than 200 kB')
    flush()
    switch (verdict.do) {
      case 'refuse':
        return stop(`${verdict.what} is not allowed in a file that is restored`)
      case 'execute':
        if (verdict.later) later.push({ sql: text, line })
        else if (policy.strictRows === true && verdict.table !== undefined) createTable(statement, from, verdict.table)
        else execute(text, line)
        if (verdict.table !== undefined && ++tables > (policy.maxTables ?? 200))
          return stop('more tables than any dump of ours holds')
        break
      case 'begin':
        begun = true
        break
      case 'commit':
        committed = true
        break
      case 'pragma':
        if (verdict.name === 'user_version') report.userVersion = verdict.value
        else report.applicationId = verdict.value
        break
      case 'clear-sequence':
        if (verdict.table === undefined) sequences.length = 0
        break
      case 'skip':
        report.skippedStatements++
        break
    }
    line = lineAt(from, statement.end)
    report.statements++
    return statement.end
  }

  function createTable({ tokens, end }: Statement, from: number, table: string): void {
    const { sql, indexes } = uniqueLater(b.subarray(from, end), tokens, from, table)
    execute(sql, line)
    for (const index of indexes) later.push({ sql: index, line, table })
  }

  function execute(sql: string, at: number, table?: string): void {
    try {
      db.exec(sql)
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown'
      if (table !== undefined) refuseRow({ table, line: at, reason })
      throw new RefusalError('schema', `Line ${at}: SQLite refuses the statement (${reason}). Nothing was changed.`, {
        line: at,
        cause: error,
      })
    }
  }

  /** Takes whole statements out of the buffer's front. */
  function consume(last: boolean): void {
    let p = 0
    for (;;) {
      const before = p
      const at = skipBlank(
        b,
        p,
        used,
        last,
        policy.onComment === undefined ? undefined : (text) => policy.onComment?.(text, line),
      )
      if (at === INCOMPLETE) break
      line = lineAt(before, at)
      p = at
      if (p >= used) break
      const lineBefore = line
      const isInsert = keyword(b, p, used, 'insert')
      const next = isInsert > 0 ? insert(p, used) : other(p, used)
      if (next === INCOMPLETE) {
        line = lineBefore
        if (last && report.statements === 0)
          throw new RefusalError(
            'unknown-kind',
            'The file is no backup: not one whole SQL statement is in it. Choose another file; nothing was changed.',
          )
        if (last)
          throw new RefusalError(
            'truncated',
            `The file ends in the middle of a statement (line ${line}): it was cut off. Nothing was changed.`,
            { line },
          )
        break
      }
      p = next
    }
    b.copyWithin(0, p, used)
    used -= p
    again = Math.max(1 << 20, used * 2)
  }

  return {
    push(chunk: Uint8Array): void {
      report.bytes += chunk.length
      if (used + chunk.length > b.length) {
        if (used + chunk.length > limit) stop('a statement that is longer than the limit')
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
      flush()
      if (begun && !committed) {
        throw new RefusalError('truncated', 'The dump has no COMMIT at its end: it was cut off. Nothing was changed.')
      }
      for (const { sql, line: at, table } of later) execute(sql, at, table)
      if (hasSequences(db)) {
        if (sequences.length > 0) db.exec('DELETE FROM sqlite_sequence')
        for (const sql of sequences) execute(sql, line)
      }
      db.exec('COMMIT')
      policy.onProgress?.(report.bytes)
      return report
    },
  }
}

const hasSequences = (db: Database): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() !== undefined
