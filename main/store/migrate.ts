import type Database from 'better-sqlite3'
import { asStoreError } from './errors.ts'
import { migrations as all, type Migration } from './migrations/index.ts'
import { APPLICATION_ID } from './schema.ts'

/**
 * Brings a file to the newest version, each step in a transaction of its own together with its number, so that a crash leaves it at a whole
 * version. Returns the versions that were applied.
 */
export function migrate(db: Database.Database, path: string, migrations: readonly Migration[] = all): number[] {
  const applied: number[] = []
  for (const migration of migrations) {
    const version = Number(db.pragma('user_version', { simple: true }))
    if (migration.version <= version) continue
    db.exec('BEGIN IMMEDIATE')
    try {
      db.exec(migration.sql)
      db.pragma(`user_version = ${migration.version}`)
      db.pragma(`application_id = ${APPLICATION_ID}`)
      db.exec('COMMIT')
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK')
      throw asStoreError(error, path)
    }
    applied.push(migration.version)
  }
  return applied
}
