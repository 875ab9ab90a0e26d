import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { isCode } from '../../files/codes.ts'
import { syncFolder } from '../../files/replace-file.ts'
import { copyPrivately } from '../../files/unfinished.ts'

/** What says that the database itself cannot be used, as opposed to who may open it, or whose it is. */
const DAMAGE = new Set(['SOURCE_CORRUPT', 'SOURCE_EMPTY', 'corrupt', 'not-a-database', 'empty-file', 'schema-damaged'])

/** True for the typed errors of the store and of backups, and for SQLite's own, that mean damage. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (DAMAGE.has(String(error.code)) || /^SQLITE_(CORRUPT|NOTADB)/.test(String(error.code)))

export interface DamagedFiles {
  path: string
  /** Only where nothing was put in the place of the original. */
  forget(): Promise<void>
}
const ENDS = ['', '-wal', '-journal'] as const

/** Gives the damaged files a second name that says what they are; it stays when the first one goes to the restored database. */
export async function keepDamaged(database: string, now: number): Promise<DamagedFiles> {
  const folder = dirname(database)
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')
  const stem = join(folder, `${basename(database).replace(/\.db$/, '')}.damaged-${stamp}`)
  let path = `${stem}.db`
  for (let counter = 2; ENDS.some((end) => existsSync(path + end)); counter++) path = `${stem}-${counter}.db`
  const made: string[] = []
  const forget = async (): Promise<void> => {
    for (const file of made) await rm(file, { force: true })
  }
  try {
    for (const end of ENDS) {
      if (!existsSync(database + end)) continue
      made.push(path + end)
      await nameOrCopy(database + end, path + end)
    }
    await syncFolder(folder)
  } catch (error) {
    await forget()
    throw error
  }
  return { path, forget }
}

async function nameOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
    return
  } catch (error) {
    if (isCode(error, 'ENOSPC', 'EIO', 'EROFS')) throw error
  }
  // A file system without hard links.
  await copyPrivately(from, to)
}

const READ = "SELECT value FROM meta WHERE key = 'installation'"
const PUT = 'INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)'

/** A backup of our own belongs here, even where the damaged database cannot tell any more which installation this is. */
export function shareInstallation(candidate: string, live: string): void {
  const from = new Database(candidate, { readonly: true })
  const to = new Database(live)
  try {
    const value: unknown = from.prepare(READ).pluck().get()
    if (value !== undefined) to.prepare(PUT).run('installation', value)
  } finally {
    from.close()
    to.close()
  }
}

/** The label of a database that was put together from what could be read. */
export function markSalvaged(path: string, now: number): void {
  const db = new Database(path)
  try {
    db.prepare(PUT).run('installation', randomUUID())
    db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run('salvaged_at', BigInt(now))
  } finally {
    db.close()
  }
}
