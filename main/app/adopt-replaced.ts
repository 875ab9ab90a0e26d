import { existsSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Logger } from 'pino'
import { syncFolder } from '../files/replace-file.ts'
import { copyPrivately, unfinished } from '../files/unfinished.ts'
import type { Tasks } from '../ports.ts'
import { createFile } from '../store/create-file.ts'
import { StoreError } from '../store/errors.ts'
import { inspectFile } from '../store/open-file.ts'
import { placeFile } from '../store/place-file.ts'
import type { DataHolder } from './data-holder.ts'
import { type Replaced, readReplaced, replacedFile } from './replacement.ts'

export interface AdoptDeps {
  database: string
  dataDirectory: string
  tasks: Tasks
  holder: Pick<DataHolder, 'open' | 'close'>
  /** Identities whose files are of this installation. */
  identities: readonly string[]
  serverNow(): number
  log: Logger
}

/**
 * The start after the database file was replaced under the running program. Before it is opened: a log of the former file must not be read into the new
 * one, and where no file is, what was saved comes back. @throws StoreError that names the saved copy where the new file cannot be used
 */
export async function beforeOpening(deps: AdoptDeps): Promise<Replaced | null> {
  const { database, log } = deps
  const replaced = readReplaced(deps.dataDirectory)
  if (replaced === null || replaced.path !== database) return null
  if (replaced.state === 'saving' && replaced.how !== 'log-gone') setLogAside(database)
  const saved = replaced.saved !== null && existsSync(replaced.saved) ? replaced.saved : null
  const hint =
    saved === null ? '' : ` What was there before is in ${saved}: \`whatslang restore ${saved}\` brings it back.`
  try {
    if (inspectFile(database).kind !== 'missing') return { ...replaced, saved }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    throw new StoreError(error.code, error.path, error.message + hint, { cause: error })
  }
  if (saved === null)
    throw new StoreError(
      'not-found',
      database,
      `${database} was removed while Whatslang was running, and what it held could not be saved. Nothing was made in its place. Restore a backup; to begin with nothing, delete ${replacedFile(deps.dataDirectory)}.`,
    )
  const partial = unfinished(database)
  await copyPrivately(saved, partial)
  placeFile(partial, database)
  await syncFolder(dirname(database))
  rmSync(replacedFile(deps.dataDirectory), { force: true })
  log.warn({ saved }, 'the database had been removed while it was open: what was saved is back')
  return null
}

/**
 * After it was opened for the first time, and before anything is answered: what was answered here since is taken over, as a restore does, so that
 * nothing is said twice. The new file's rows stay.
 */
export async function afterOpening(replaced: Replaced, deps: AdoptDeps): Promise<void> {
  const { database, tasks, log } = deps
  if (replaced.how !== 'log-gone') {
    deps.holder.close()
    const out = unfinished(database)
    const nothing = unfinished(database)
    try {
      if (replaced.saved === null) createFile(nothing)
      await tasks.run('restore.finish', {
        candidate: database,
        live: replaced.saved ?? nothing,
        out,
        mode: 'replace',
        switchOn: false,
        own: [...deps.identities],
        now: deps.serverNow(),
      })
      renameSync(out, database)
      await syncFolder(dirname(database))
    } finally {
      for (const path of [out, nothing]) for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
      deps.holder.open()
    }
  }
  rmSync(replacedFile(deps.dataDirectory), { force: true })
  log.warn(
    { how: replaced.how, saved: replaced.saved },
    'the database had been replaced while it was open: this start goes on with the new file',
  )
}

function setLogAside(database: string): void {
  const aside = `${database.replace(/\.db$/, '')}.before-replacement-${Date.now()}.db-wal`
  if (existsSync(`${database}-wal`)) renameSync(`${database}-wal`, aside)
  rmSync(`${database}-shm`, { force: true })
}
