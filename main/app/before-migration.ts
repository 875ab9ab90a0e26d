import { statSync } from 'node:fs'
import type { Backup } from '../../preload/contract/backups.ts'
import { StoreError } from '../store/errors.ts'
import { inspectFile } from '../store/open-file.ts'

export interface BeforeMigrationDeps {
  database: string
  backups: {
    list(): Promise<Backup[]> | Backup[]
    create(options: { reason: 'before-migration' }): Promise<Backup>
    pathOf(id: string): string | undefined
  }
}

/**
 * Opens the database, and makes a proven way back before the first migration of a file that holds data. Where the backup fails nothing is migrated;
 * where the migration fails the file is as it was, and the message names the backup.
 */
export async function openAfterBackup(deps: BeforeMigrationDeps, open: () => void): Promise<void> {
  const { database, backups } = deps
  const found = inspectFile(database)
  if (found.kind !== 'ours' || !found.needsMigration) {
    open()
    return
  }
  const { id } = (await unchangedSince(deps)) ?? (await backUp(deps))
  try {
    open()
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'migration-failed')) throw error
    const message = `${error.message} A proven backup of it is ${backups.pathOf(id) ?? id}.`
    throw new StoreError(error.code, error.path, message, { cause: error })
  }
}

/** A start that fails is often tried again, by a person or a supervisor: one backup of one state is enough. */
async function unchangedSince({ database, backups }: BeforeMigrationDeps): Promise<Backup | undefined> {
  const wal = statSync(`${database}-wal`, { throwIfNoEntry: false })
  const changed = Math.max(statSync(database).mtimeMs, wal !== undefined && wal.size > 0 ? wal.mtimeMs : 0)
  return (await backups.list()).find(
    (backup) =>
      backup.reason === 'before-migration' &&
      (backup.verification === 'verified' || backup.verification === 'drilled') &&
      backup.created_at > changed,
  )
}

async function backUp({ database, backups }: BeforeMigrationDeps): Promise<Backup> {
  try {
    return await backups.create({ reason: 'before-migration' })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // Its code stays: what to do about a full disk or a damaged file does not depend on why a backup was made.
    throw Object.assign(
      new Error(
        `${database} must be brought up to date, and before that a backup is made. It failed, so nothing was changed. ${error.message}`,
        { cause: error },
      ),
      'code' in error ? { code: error.code } : {},
    )
  }
}
