import type { Database } from 'better-sqlite3'
import { quoteText } from '../../dump/names.ts'
import type { OwnSchema, OwnStatement } from './allow.ts'
import { fingerprint, tokensOf } from './token.ts'

/** Equal for two statements that SQLite reads as the same; a text that is no statement is equal to itself alone. */
export function fingerprintOf(sql: string): string {
  const tokens = tokensOf(sql)
  return tokens === undefined ? `text ${sql}` : fingerprint(tokens)
}

/** Reads from a database with our schema what dumps of it may hold. */
export function ownSchemaOf(db: Database): OwnSchema {
  const rows = db
    .prepare<[], { type: string; name: string; tbl_name: string; sql: string | null }>(
      'SELECT type, name, tbl_name, sql FROM sqlite_schema',
    )
    .all()
  const skipped = new Set<string>()
  const shadow = new Set<string>()
  for (const { sql, name } of rows) {
    if (sql === null || !/^create virtual table/i.test(sql)) continue
    for (const catalogue of ['sqlite_schema', 'sqlite_master']) {
      const values = ['table', name, name].map(quoteText).join(',')
      skipped.add(
        fingerprintOf(`INSERT INTO ${catalogue}(type,name,tbl_name,rootpage,sql)VALUES(${values},0,${quoteText(sql)})`),
      )
    }
    skipped.add(fingerprintOf(sql))
    // Rows of the index itself: Python's iterdump writes them, and our own dump the word that builds it anew.
    shadow.add(name)
    for (const part of ['data', 'idx', 'content', 'docsize', 'config']) shadow.add(`${name}_${part}`)
  }
  const tables = new Map<string, OwnStatement>()
  const indexes = new Map<string, OwnStatement>()
  for (const { type, name, tbl_name: table, sql } of rows) {
    if (sql === null || shadow.has(name)) continue
    if (type === 'trigger') skipped.add(fingerprintOf(sql))
    if (type === 'table') tables.set(fingerprintOf(sql), { sql, name, table })
    if (type === 'index') indexes.set(fingerprintOf(sql), { sql, name, table })
  }
  return { skipped, shadow, tables, indexes }
}
