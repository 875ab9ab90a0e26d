import type { Database } from 'better-sqlite3'
import type { OwnSchema } from './allow.ts'
import { INCOMPLETE } from './bytes.ts'
import { foldName } from './definition.ts'
import { readInsertHead } from './insert-head.ts'
import type { createScratchTables } from './scratch-tables.ts'
import { type Target, targetOf } from './target.ts'

/** An INSERT up to VALUES, as bytes, so that it is read once and then compared. */
export interface Prefix {
  bytes: Buffer
  /** Undefined: the rows are walked over, never loaded. */
  target: Target | undefined
  table: string
}
/** What stands where an INSERT begins: one that is known, one into a table that is not there or SQLite's own, or what is wrong with it. */
type Found = Prefix | { missing: string } | { other: true } | string | typeof INCOMPLETE
/** A dump of ours has one for each table; each of these is compared with where none of the last fits. */
const MOST = 100

/** Knows the INSERTs of a dump by how they begin. */
export function createPrefixes(db: Database, own: OwnSchema, tables: ReturnType<typeof createScratchTables>) {
  let prefixes: Prefix[] = []
  let recent: Prefix | undefined

  function known(b: Buffer, from: number, end: number): Prefix | undefined {
    const stands = ({ bytes }: Prefix): boolean =>
      end - from > bytes.length && b.compare(bytes, 0, bytes.length, from, from + bytes.length) === 0
    if (recent !== undefined && stands(recent)) return recent
    return prefixes.find(stands)
  }
  function read(b: Buffer, from: number, end: number): Found {
    const head = readInsertHead(b, from, end)
    if (head === INCOMPLETE || typeof head === 'string') return head
    const isSkipped = own.shadow.has(head.table) || /^sqlite_stat\d$/.test(head.table)
    if (!isSkipped && foldName(head.table).startsWith('sqlite_')) return { other: true }
    const table = tables.find(head.table)
    if (!isSkipped && table === undefined) return { missing: head.table }
    const target = isSkipped || table === undefined ? undefined : targetOf(db, table, head)
    if (typeof target === 'string') return target
    const prefix: Prefix = { bytes: Buffer.from(b.subarray(from, head.end)), target, table: table?.name ?? head.table }
    if (prefixes.length >= MOST) prefixes = []
    prefixes.push(prefix)
    return prefix
  }

  return {
    at(b: Buffer, from: number, end: number): Found {
      const found = known(b, from, end) ?? read(b, from, end)
      if (typeof found === 'object' && 'bytes' in found) recent = found
      return found
    },
  }
}
