import { closeSync, openSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { migrate } from './migrate.ts'
import { placeFile, syncFile, syncFolder } from './place-file.ts'
import { connect } from './sqlite.ts'

const sweep = (path: string): void => {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true })
}

/** Builds a file under a temporary name and gives it its own name only when it is whole: a crash never leaves half a database. */
export function createFile(path: string, fill?: (db: Database.Database) => void): void {
  const temporary = `${path}.new.tmp`
  sweep(temporary)
  try {
    closeSync(openSync(temporary, 'wx', 0o600))
    const db = connect(temporary)
    try {
      migrate(db, temporary)
      fill?.(db)
      db.pragma('wal_checkpoint(TRUNCATE)')
    } finally {
      db.close()
    }
    syncFile(temporary)
    placeFile(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    sweep(temporary)
    throw error
  }
}
