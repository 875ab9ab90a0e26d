import type { Database, Statement } from 'better-sqlite3'
import type { Row, Value } from './row.ts'
import type { Target } from './target.ts'

/** Values of one statement; each is bound by a call into SQLite, so that more of them gain nothing. */
const MOST_VALUES = 1000
const MOST_ROWS = 64
/** Bytes of rows that wait to be written. */
const MOST_BYTES = 256 * 1024
/** Statements that are kept prepared. */
const KEPT = 200

/** `at`: where the row begins in the buffer. */
export type OnRefused = (table: string, at: number, reason: string) => void

/**
 * Writes rows by statements of our own, with every value bound: many rows at once, and one by one where a table refuses one, so that it can be named. OR FAIL
 * keeps what a statement wrote before it failed, which needs no journal.
 */
export function createInserter(db: Database, row: Row, onRefused: OnRefused) {
  const statements = new Map<string, Statement<Value[]>>()
  const changes = db.prepare<[], number>('SELECT changes()').pluck()
  let target: Target | undefined
  let starts: number[] = []
  let bytes = 0
  let most = 1

  function prepared(insert: string, rows: string): Statement<Value[]> {
    const sql = insert + rows
    const known = statements.get(sql)
    if (known !== undefined) return known
    if (statements.size >= KEPT) statements.clear()
    const statement = db.prepare<Value[]>(sql)
    statements.set(sql, statement)
    return statement
  }
  /** `(?, CAST(? AS REAL), …)` */
  function placeholders({ width, textual }: Target, casts: string): string {
    const types = new Map([...casts.matchAll(/(\d+)([rtb])/g)].map(([, column, kind]) => [Number(column), kind]))
    const cell = (column: number): string => {
      const kind = types.get(column) ?? (textual[column] === 1 ? 't' : 'b')
      return kind === 'b' ? '?' : `CAST(? AS ${kind === 'r' ? 'REAL' : 'TEXT'})`
    }
    return `(${Array.from({ length: width }, (_, column) => cell(column)).join(',')})`
  }

  function runOne(to: Target, values: Value[], casts: string, at: number): void {
    try {
      prepared(to.insert, placeholders(to, casts)).run(values as never)
    } catch (error) {
      if (!isRefusal(error)) throw error
      onRefused(to.table, at, error.message)
    }
  }
  function flush(): void {
    const to = target
    if (to === undefined || starts.length === 0) return
    const { values } = row
    let done = 0
    if (starts.length === most && most > 1) {
      try {
        const one = placeholders(to, '')
        prepared(to.insert, Array<string>(most).fill(one).join(',')).run(values as never)
        done = most
      } catch (error) {
        if (!isRefusal(error)) throw error
        done = Number(changes.get())
        onRefused(to.table, starts[done] ?? 0, error.message)
        done++
      }
    }
    for (; done < starts.length; done++)
      runOne(to, values.slice(done * to.width, (done + 1) * to.width), '', starts[done] ?? 0)
    row.values.length = 0
    starts = []
    bytes = 0
  }

  return {
    flush,
    /** The rows that follow go there. */
    use(to: Target): void {
      if (to === target) return
      flush()
      target = to
      row.numeric = to.numeric
      row.textual = to.textual
      most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / to.width)))
    },
    /** Takes the row that was just read, of `size` bytes at `at`. False: it has another number of values than its table has columns. */
    take(at: number, size: number): boolean {
      const to = target
      if (to === undefined || row.values.length - row.start !== to.width) return false
      const key = to.rowid < 0 ? null : row.values[row.start + to.rowid]
      if (row.casts !== '' || typeof key === 'string' || Buffer.isBuffer(key)) {
        const values = row.values.splice(row.start)
        const { casts } = row
        flush()
        runOne(to, values, casts, at)
        return true
      }
      starts.push(at)
      bytes += size
      if (starts.length >= most || bytes > MOST_BYTES) flush()
      return true
    },
  }
}
export type Inserter = ReturnType<typeof createInserter>

/** The row does not fit its table, as opposed to a disk that is full. */
const isRefusal = (error: unknown): error is Error & { code: string } =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/.test(error.code)
