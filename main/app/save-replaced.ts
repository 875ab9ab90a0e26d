import { renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { Logger } from 'pino'
import type { Session } from '../../preload/contract/session.ts'
import { syncFolder } from '../files/replace-file.ts'
import { createPrivateFile, unfinished } from '../files/unfinished.ts'
import type { Clock, Notice, Tasks } from '../ports.ts'
import { sayReplaced } from '../store/guard-file.ts'
import { type Replacement, StoreError } from '../store/index.ts'
import { placeFile } from '../store/place-file.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../store/schema.ts'
import type { DataHolder } from './data-holder.ts'
import type { Data } from './open-data.ts'
import { type Replaced, writeReplaced } from './replacement.ts'

const LOOK_EVERY_MS = 2000

export interface SaveReplacedDeps {
  database: string
  dataDirectory: string
  holder: Pick<DataHolder, 'lose' | 'lost' | 'current'>
  tasks: Tasks
  clock: Pick<Clock, 'now'>
  /** WhatsApp keeps for later what comes from now on. */
  disconnect(): Promise<unknown>
  notify(notice: Notice): void
  onChange(): void
  log: Logger
}

/**
 * What the running program does when its database file became another one: it writes nothing more, saves what only it knows as a proven copy beside the
 * new file, leaves the new file as it is, and waits for its next start.
 */
export function createSaveReplaced(deps: SaveReplacedDeps) {
  const { database, log } = deps
  let now: Replaced | null = null
  let saving: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  function note(change: Partial<Replaced>): void {
    if (now === null) return
    now = { ...now, ...change }
    try {
      writeReplaced(deps.dataDirectory, now)
    } catch (error) {
      log.error({ err: error }, 'what became of the database could not be noted')
    }
    deps.onChange()
  }

  async function save(data: Data, how: Replacement): Promise<void> {
    await data.quiesce().catch((error: unknown) => log.warn({ err: error }, 'the bots did not end in order'))
    await deps.disconnect()
    const target = `${database.replace(/\.db$/, '')}.before-replacement-${stampOf(deps.clock.now())}.db`
    try {
      await saveCopy(data.store.db, target, deps.tasks)
      data.close()
      note({ state: 'saved', saved: target })
      log.warn({ saved: target }, 'what was in the database is saved beside')
    } catch (error) {
      keepLog(data, target, how)
      note({ state: 'unsaved', problem: error instanceof Error ? error.message : 'unknown' })
      log.error({ err: error }, 'what was in the database could not be saved')
    }
  }

  /** Its log is the last that is left of it: it gets a name under which no other file takes it for its own, and is not worked off. */
  function keepLog(data: Data, target: string, how: Replacement): void {
    process.once('exit', () => void data.store.db.open)
    const there = statSync(`${database}-wal`, { throwIfNoEntry: false })
    if (how === 'log-gone' || there === undefined) return
    renameSync(`${database}-wal`, `${target}-wal`)
    rmSync(`${database}-shm`, { force: true })
  }

  const look = (): StoreError | undefined => {
    deps.holder.current()?.store.replaced()
    return deps.holder.lost()
  }
  return {
    /** Null: the file is the one that was opened. */
    state: (): Replaced | null => now,
    found(how: Replacement): void {
      if (now !== null) return
      const error = new StoreError('file-replaced', database, sayReplaced(database, how))
      const data = deps.holder.lose(error)
      const at = deps.clock.now()
      now = { version: 1, at, path: database, how, state: 'saving', saved: null, problem: null }
      note({})
      log.error({ how }, 'the database file was replaced while it was open: nothing is written any more')
      deps.notify({
        code: 'database-replaced',
        title: 'The database was replaced',
        body: error.message,
        page: '/health',
      })
      if (data) saving = save(data, how)
    },
    /** Looks at the file. @returns why nothing can be done with it; undefined: nothing is wrong */
    look,
    /** What the session says of it. */
    session(): Pick<Session, 'state' | 'problem'> | undefined {
      const error = deps.holder.lost()
      return error && { state: 'closed', problem: { code: 'database-replaced', message: error.message } }
    },
    /** Also where nothing is written for a while. */
    start(): void {
      timer = setInterval(look, LOOK_EVERY_MS)
      timer.unref()
    },
    /** What is only known here is saved before the end. */
    async dispose(): Promise<void> {
      clearInterval(timer)
      look()
      await saving
    },
  }
}

/** All that this program's connection sees, in a file of its own: as it is where it holds together, else row by row what can be read. */
async function saveCopy(db: Database.Database, target: string, tasks: Tasks): Promise<void> {
  const image = unfinished(target)
  const readable = unfinished(target)
  const scratch = unfinished(target)
  try {
    createPrivateFile(image)
    await db.backup(image)
    settleJournal(image)
    const whole = await isSound(image, tasks)
    if (!whole) {
      const { tables } = await tasks.run('restore.salvage', { damaged: image, scratch, out: readable })
      const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0)
      if (rows === 0 || !(await isSound(readable, tasks)))
        throw new Error('Nothing of it can be read any more. Restore the newest backup.')
    }
    placeFile(whole ? image : readable, target)
    await syncFolder(dirname(target))
  } finally {
    for (const path of [image, readable, scratch])
      for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true })
  }
}

/** One file is then the whole. */
function settleJournal(path: string): void {
  const db = new Database(path)
  try {
    db.pragma('journal_mode = DELETE')
  } catch {
    // Not a whole database: its rows are read one by one.
  } finally {
    db.close()
  }
}

async function isSound(path: string, tasks: Tasks): Promise<boolean> {
  try {
    const { problems, orphans, applicationId, schemaVersion } = await tasks.run('health.inspect', { path })
    return (
      problems.length === 0 && orphans === 0 && applicationId === APPLICATION_ID && schemaVersion === SCHEMA_VERSION
    )
  } catch {
    return false // it cannot even be opened
  }
}

function stampOf(at: number): string {
  const d = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${d.getFullYear()}${two(d.getMonth() + 1)}${two(d.getDate())}_${two(d.getHours())}${two(d.getMinutes())}${two(d.getSeconds())}`
}
export type SaveReplaced = ReturnType<typeof createSaveReplaced>
