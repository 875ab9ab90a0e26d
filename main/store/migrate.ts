import type Database from 'better-sqlite3'
import { asStoreError, StoreError } from './errors.ts'
import { migrations as all, type Migration } from './migrations/index.ts'
import { APPLICATION_ID } from './schema.ts'

/**
 * Brings a file to the newest version, all steps and their number in one transaction: a crash or a step that fails leaves the file as the program
 * that wrote it knows it, so that the earlier version can always be started again. Returns the versions that were applied.
 * @throws StoreError `migration-failed` where a step cannot be done; what the disk refuses keeps its own code
 */
export function migrate(db: Database.Database, path: string, migrations: readonly Migration[] = all): number[] {
  const from = Number(db.pragma('user_version', { simple: true }))
  const wanted = migrations.filter(({ version }) => version > from)
  const last = wanted.at(-1)
  if (last === undefined) return []
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const { sql } of wanted) db.exec(sql)
    db.pragma(`user_version = ${last.version}`)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK')
    throw failed(error, path, from, last.version)
  }
  return wanted.map(({ version }) => version)
}

function failed(error: unknown, path: string, from: number, to: number): unknown {
  const known = asStoreError(error, path)
  if (known instanceof StoreError || from === 0) return known
  const why = error instanceof Error ? error.message : 'an error that was not expected'
  return new StoreError(
    'migration-failed',
    path,
    `${path} could not be brought from database version ${from} to ${to} (${why}). It is as it was, at version ${from}: the Whatslang that wrote it still opens it. Start that one again, and report this.`,
    { cause: error },
  )
}
