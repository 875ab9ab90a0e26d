import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { TaskContext } from '../tasks/protocol.ts'
import { asBackupError, requireSpace } from './durable-file.ts'

export interface VacuumInput {
  database: string
}
export interface VacuumOutput {
  bytesBefore: number
  bytesAfter: number
}

/**
 * Gives unused pages back to the disk. VACUUM is one transaction of SQLite's: killed at any moment, the file is as it was. It
 * needs up to twice the file's size for a while, and writers wait for it, so it runs only where somebody asked.
 */
export async function vacuumTask({ database }: VacuumInput, context: TaskContext): Promise<VacuumOutput> {
  const bytesBefore = statSync(database).size
  await requireSpace(dirname(database), bytesBefore * 2)
  context.progress({ step: 'vacuum', done: 0, total: null })
  const db = new Database(database, { fileMustExist: true, timeout: 30_000 })
  try {
    db.pragma('synchronous = FULL')
    context.signal.throwIfAborted()
    db.exec('VACUUM')
    db.pragma('wal_checkpoint(TRUNCATE)')
  } catch (error) {
    throw asBackupError(error, database)
  } finally {
    db.close()
  }
  return { bytesBefore, bytesAfter: statSync(database).size }
}
