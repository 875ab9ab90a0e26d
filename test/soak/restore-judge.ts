import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { digestTables } from '../../main/backup/dump/digest.ts'
import { openBackup } from '../../main/backup/read-backup.ts'
import type { Job } from './restore-jobs.ts'
import { type StartedProgram, startProgram } from './restore-program.ts'

/** What the program's own start makes of a data directory. */
export interface Verdict {
  /** Of all rows, after the start. */
  digest: string
  /** ms until the program was up. */
  recovery: number
  /** Proven backups that are listed. */
  proven: number
  /** The last restore can be taken back. */
  undo: boolean
  broken: string[]
}
type Listed = Awaited<ReturnType<StartedProgram['backups']['list']>>

/** Starts the program on the directory, looks at everything that it promises, and stops it. Never throws. */
export async function judge(job: Job, folder: string): Promise<Verdict> {
  const verdict: Verdict = { digest: 'lost', recovery: 0, proven: 0, undo: false, broken: [] }
  const started = performance.now()
  try {
    const app = await startProgram(folder)
    verdict.recovery = performance.now() - started
    try {
      const listed = await app.program.backups.list()
      verdict.proven = listed.filter(({ verification }) => verification === 'verified').length
      verdict.undo = (await app.program.restore.canUndo()).possible
      verdict.broken.push(...(await faultsOf(job, folder, listed)))
    } finally {
      await app.stop()
    }
    verdict.digest = await digestOf(join(folder, 'messages.db'))
  } catch (error) {
    verdict.broken.push(error instanceof Error ? `${error.name}: ${error.message}` : 'the start failed')
  }
  return verdict
}

async function faultsOf(job: Job, folder: string, listed: Listed): Promise<string[]> {
  const broken: string[] = []
  for (const { id, verification, kept_because } of listed) {
    if (kept_because.includes('foreign')) continue
    // The file of a prune that was cut off before its list was written.
    if (verification === 'missing' && job === 'prune') continue
    if (verification !== 'verified') {
      if (verification !== 'unverified') broken.push(`${id} is listed as ${verification}`)
      continue
    }
    try {
      const opened = openBackup(join(folder, 'backups', id))
      for await (const _ of opened.content);
      opened.proof()
    } catch (error) {
      broken.push(`${id} is listed as proven: ${error instanceof Error ? error.message : 'unreadable'}`)
    }
  }
  if (job !== 'import' && !listed.some(({ verification }) => verification === 'verified'))
    broken.push('no proven backup is left')
  if (
    job === 'migration' &&
    !listed.some((one) => one.reason === 'before-migration' && one.verification === 'verified')
  )
    broken.push('it was migrated without a proven backup')
  const left = [folder, join(folder, 'backups'), join(folder, 'restore')].flatMap(names)
  for (const name of left)
    if (/partial|before-restore|restored|^restore\.json|upload-|salvage-|\.imported|\.new\.tmp/.test(name))
      broken.push(`${name} was left behind`)
  if (job === 'import' && !names(folder).some((name) => name.includes('.python-'))) broken.push('the original is gone')
  return broken
}
const names = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** Of everything but the mark of the installation, which each import makes anew, and how far the search index has come. */
async function digestOf(database: string): Promise<string> {
  const db = new Database(database, { readonly: true })
  try {
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') return 'damaged'
    const { meta: _, search_gap: __, ...tables } = await digestTables(db)
    const meta = db.prepare("SELECT key, value FROM meta WHERE key <> 'installation' ORDER BY key").raw().all()
    return createHash('sha256').update(JSON.stringify({ tables, meta })).digest('hex')
  } finally {
    db.close()
  }
}
