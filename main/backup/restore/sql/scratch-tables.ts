import type { Database } from 'better-sqlite3'
import { RefusalError } from '../refusal.ts'
import { tooLarge } from '../room.ts'
import type { OwnStatement } from './allow.ts'
import { type Definition, foldName } from './definition.ts'
import type { LoadedTable } from './target.ts'
import { uniqueLater } from './unique-later.ts'

/** A table refuses rows when they are all there; `line` is that of its CREATE TABLE. */
export interface TableFailure {
  table: string
  line: number
  reason: string
}

/** The tables that a load makes, and the indexes that are made when their rows are there. `strict`: see LoadPolicy.strictRows. */
export function createScratchTables(db: Database, strict: boolean) {
  const tables = new Map<string, LoadedTable & { own: boolean }>()
  const later: { sql: string; line: number; table: string }[] = []

  function execute(sql: string, line: number): void {
    try {
      db.exec(sql)
    } catch (error) {
      if (tooLarge(error, db) !== undefined) throw error
      const reason = error instanceof Error ? error.message : 'unknown'
      throw new RefusalError('schema', `Line ${line}: SQLite refuses the statement (${reason}). Nothing was changed.`, {
        line,
        cause: error,
      })
    }
  }

  return {
    count: (): number => tables.size,
    find: (name: string): LoadedTable | undefined => tables.get(foldName(name)),
    define(name: string, { sql, mustName }: Definition, line: number): void {
      execute(sql, line)
      tables.set(foldName(name), { name, mustName, own: false })
    },
    createOwn({ sql, name }: OwnStatement, line: number): void {
      const { sql: create, indexes } = strict ? uniqueLater(sql, name) : { sql, indexes: [] }
      execute(create, line)
      tables.set(foldName(name), { name, mustName: [], own: true })
      for (const index of indexes) later.push({ sql: index, line, table: name })
    },
    /** False: there is one already. */
    addIndex({ sql, table }: OwnStatement, line: number): boolean {
      if (later.some((other) => other.sql === sql)) return false
      later.push({ sql, line, table })
      return true
    },
    /**
     * Indexes of ours, and those that stand in for UNIQUE constraints. Where rows do not fit a unique one, it is left out: the rows are then held to it, and
     * named, when they are copied into our own tables. That needs a journal, which the load does without.
     */
    buildIndexes(which: 'all' | 'unique', onFailure: (failure: TableFailure) => void): void {
      if (!strict) db.pragma('journal_mode = MEMORY')
      for (const { sql, line, table } of later) {
        if (tables.get(foldName(table))?.own !== true) continue
        if (which === 'unique' && !/^create\s+unique\b/i.test(sql)) continue
        try {
          db.exec(sql)
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_CONSTRAINT_UNIQUE')) throw error
          onFailure({ table, line, reason: error.message })
        }
      }
    },
  }
}
