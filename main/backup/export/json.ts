import type { Database } from 'better-sqlite3'

/** One object; each table's rows in their own columns. Blobs are {"base64": ...}; integers beyond 2^53 are strings. */
export function* json(db: Database, tables: readonly string[]): Generator<string> {
  yield '{"format":"whatslang-export","version":1,"tables":{'
  for (const [i, table] of tables.entries()) {
    yield `${i === 0 ? '' : ','}\n${JSON.stringify(table)}:[`
    let first = true
    for (const row of db.prepare(`SELECT * FROM "${table}"`).safeIntegers().iterate()) {
      yield (first ? '\n' : ',\n') + JSON.stringify(row, portable)
      first = false
    }
    yield ']'
  }
  yield '\n}}\n'
}
function portable(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (isBufferJson(value)) return { base64: Buffer.from(value.data).toString('base64') }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
const isBufferJson = (value: unknown): value is { type: 'Buffer'; data: number[] } =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  value.type === 'Buffer' &&
  'data' in value &&
  Array.isArray(value.data)
