import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Config } from '../config/config.ts'

/** The database of a version that keeps the identity in the data directory says so: then its own is not asked for. */
export const IDENTITY_ELSEWHERE = 'installation_kept_in'

/**
 * The identity of a data directory of an earlier version, which kept it in the database. Undefined for a database that was put into an empty
 * directory: that one is of another installation.
 */
export function inheritedIdentity({ database, session, backups }: Config): string | undefined {
  const wasUsed = existsSync(session) || existsSync(join(backups, 'catalogue.json'))
  if (!wasUsed || !existsSync(database.path)) return undefined
  try {
    const db = new Database(database.path, { readonly: true })
    try {
      const read = db.prepare<[string], unknown>('SELECT value FROM meta WHERE key = ?').pluck()
      const value = read.get('installation')
      return typeof value === 'string' && read.get(IDENTITY_ELSEWHERE) === undefined ? value : undefined
    } finally {
      db.close()
    }
  } catch (error) {
    // Damaged, of the Python service, or of a version without it: it has none to give.
    if (error instanceof Database.SqliteError) return undefined
    throw error
  }
}
