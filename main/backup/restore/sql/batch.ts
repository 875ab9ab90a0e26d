import { isUtf8 } from 'node:buffer'
import type { Database } from 'better-sqlite3'

const SIZE = 1 << 20

export interface RowFailure {
  table: string
  line: number
  reason: string
}

/**
 * Rows that were proven to be literals, gathered to one INSERT of many: SQLite then resolves the table once for a megabyte.
 * A row that the table refuses makes the whole statement fail, so it is repeated row by row, and the failing row is named.
 */
export function createBatch(db: Database, onFailure: (failure: RowFailure) => void) {
  let buffer = Buffer.allocUnsafe(SIZE + 4096)
  let used = 0
  let table = ''
  let prefix = ''
  let rows = 0
  let starts: number[] = []
  let lines: number[] = []

  function runEach(): number {
    let done = 0
    for (const [i, start] of starts.entries()) {
      const end = starts[i + 1] ?? used + 1
      try {
        db.exec(prefix + readable(buffer.subarray(start, end - 1)))
        done++
      } catch (error) {
        // Kept going on purpose: the caller decides whether a refused row refuses the file.
        if (isFatal(error)) throw error
        onFailure({ table, line: lines[i] ?? 0, reason: error instanceof Error ? error.message : String(error) })
      }
    }
    return done
  }

  /** Returns how many rows arrived. */
  function flush(): number {
    if (rows === 0) return 0
    const text = buffer.subarray(0, used)
    let done = rows
    try {
      if (isUtf8(text)) db.exec(prefix + text.toString('utf8'))
      else done = runEach()
    } catch (error) {
      if (isFatal(error)) throw error
      done = runEach()
    }
    used = 0
    rows = 0
    starts = []
    lines = []
    return done
  }

  return {
    flush,
    /** Adds the row `(…)` in bytes `from` to `to` of `b`; returns how many earlier rows were written on the way. */
    add(
      into: { table: string; prefix: string },
      b: Buffer,
      from: number,
      to: number,
      line: number,
      rewrite: boolean,
    ): number {
      let flushed = 0
      const source = rewrite ? Buffer.from(withoutInfinity(b.toString('latin1', from, to)), 'latin1') : b
      const start = rewrite ? 0 : from
      const size = rewrite ? source.length : to - from
      if (prefix !== into.prefix || used + size > SIZE) {
        flushed = flush()
        prefix = into.prefix
        table = into.table
      }
      if (size + 1 > buffer.length) buffer = Buffer.allocUnsafe(size + 4096)
      if (rows > 0) buffer[used++] = 0x2c
      starts.push(used)
      lines.push(line)
      source.copy(buffer, used, start, start + size)
      used += size
      rows++
      return flushed
    },
  }
}

const isFatal = (error: unknown): boolean =>
  !(
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|ERROR)/.test(error.code)
  )

/** Text that is not UTF-8 survives as CAST(x'…' AS TEXT): decoding it would replace its bytes. */
function readable(row: Buffer): string {
  if (isUtf8(row)) return row.toString('utf8')
  return row
    .toString('latin1')
    .replaceAll(/x'[0-9a-f]*'|'((?:[^']|'')*)'/gi, (whole, inner: string | undefined) =>
      inner === undefined
        ? whole
        : `CAST(x'${Buffer.from(inner.replaceAll("''", "'"), 'latin1').toString('hex')}' AS TEXT)`,
    )
}

function withoutInfinity(row: string): string {
  return row.replaceAll(/'(?:[^']|'')*'|\binf(?:inity)?\b/gi, (whole) => (whole.startsWith("'") ? whole : '9e999'))
}
