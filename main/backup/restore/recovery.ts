// When messages.db cannot be opened: what can be done about it. Nothing here deletes anything of the user's.
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Tasks } from '../../ports.ts'
import { StoreError } from '../../store/errors.ts'
import { inspectFile, openFile } from '../../store/open-file.ts'
import { connect } from '../../store/sqlite.ts'
import { newestBackup, ownBackups } from '../newest-backup.ts'
import { isDamage } from './damaged.ts'
import type { SalvageOutput } from './salvage.ts'
import { createRestoreService, type RestoreDeps, type RestoreDone } from './service.ts'

export { isDamage } from './damaged.ts'

/** True where the database is there, and cannot be opened by nobody's fault but its own. `pages`: or where one of its pages is bad, which takes a while. */
export function isDamagedDatabase(database: string, { pages = false } = {}): boolean {
  try {
    const found = inspectFile(database)
    if (found.kind !== 'ours') return false
    // One of an older version is brought up to date when it is opened: what it lacks is no damage.
    const db = found.needsMigration ? connect(database, { readOnly: true }) : openFile(database, { readOnly: true })
    try {
      return pages && db.pragma('quick_check(1)', { simple: true }) !== 'ok'
    } finally {
      db.close()
    }
  } catch (error) {
    return isDamage(error)
  }
}

export interface RecoveryDeps {
  /** The resolved messages.db. The caller holds its owner lock, and nobody has it open. */
  database: string
  /** The folder of the backups. */
  backups: string
  /** Default: the folder of the database. */
  dataDirectory?: string
  /** Whose backups are looked for; undefined: the data directory has no identity yet. */
  installation?: { readonly id: string; readonly previous: readonly string[] } | undefined
  tasks: Tasks
  clock: Clock
  knownBots(): string[]
  passphrase(): Promise<string | undefined>
  log: RestoreDeps['log']
}
/** What somebody can choose from, beside quitting. */
export interface RecoveryOffers {
  /** A sentence: what is wrong with which file. */
  problem: string
  /** The newest backup that was proven; null: there is none that can be opened here. */
  backup: OfferedBackup | null
  /** What can still be read of the damaged file; null: nothing. */
  salvage: SalvageOutput | null
}
export interface OfferedBackup {
  id: string
  path: string
  created_at: number
  rows: number
  /** What the damaged file held beyond it, as far as can be told. */
  missing: { minutes: number; messages: number | null }
}

/** Restores and salvages without a running program. `dispose` when done; then open the database as always. */
export function createRecovery(deps: RecoveryDeps) {
  /** Backups of this installation, once they are known. */
  const own = new Set<string>()
  const look = {
    folder: deps.backups,
    dataDirectory: deps.dataDirectory ?? dirname(deps.database),
    installation: deps.installation,
    tasks: deps.tasks,
    now: deps.clock.now,
  }
  const restore = createRestoreService({
    database: deps.database,
    tasks: deps.tasks,
    clock: deps.clock,
    serverNow: () => deps.clock.now(),
    pause: () => Promise.resolve(),
    resume: () => Promise.resolve(),
    closeStore: () => undefined,
    openStore: () => openFile(deps.database).close(),
    // No backup can be made of it: the service sets the damaged files aside instead.
    backup: () => Promise.reject(Object.assign(new Error('The database is damaged.'), { code: 'SOURCE_CORRUPT' })),
    knownBots: deps.knownBots,
    passphrase: deps.passphrase,
    isOwn: (path) => own.has(path),
    isShelved: (path) => dirname(path) === deps.backups || own.has(path),
    identities: () => (deps.installation === undefined ? [] : [deps.installation.id, ...deps.installation.previous]),
    log: deps.log,
  })

  return {
    /** Reads all that can be read, which takes as long as a backup. @throws what is wrong where it is not damage */
    async offers(): Promise<RecoveryOffers> {
      const problem = await whatIsWrong(deps.database)
      const salvage = (await isFile(deps.database)) ? await restore.look() : null
      const readable = salvage !== null && Object.values(salvage.tables).some(({ rows }) => rows > 0)
      const found = await newestBackup(look)
      if (found === null) return { problem, backup: null, salvage: readable ? salvage : null }
      if (found.entry.claimed !== true) own.add(found.path)
      const { entry, ...backup } = found
      const changed = await lastChange(deps.database)
      const there = salvage?.tables.messages
      const known = readable && there !== undefined && there.rows > 0
      const messages = known
        ? Math.max(0, there.rows + (there.missing ?? 0) - (entry.end?.tables.messages?.rows ?? 0))
        : null
      const minutes = Math.max(0, Math.round((changed - found.created_at) / 60_000))
      return {
        problem,
        backup: { ...backup, missing: { minutes, messages } },
        salvage: readable ? salvage : null,
      }
    },
    /** `register`, `preview` and `apply` any file, as always; the damaged files are kept under a name that says so. */
    restore: {
      ...restore,
      async register(path: string): ReturnType<typeof restore.register> {
        if (dirname(path) === deps.backups) for (const one of await ownBackups(look)) own.add(one)
        return await restore.register(path)
      },
    },
    /** Puts in place what can be read. @returns also which tables lost how much */
    salvage: (): Promise<RestoreDone & { salvaged: SalvageOutput }> => restore.salvage(),
    dispose: () => restore.dispose(),
  }
}
export type Recovery = ReturnType<typeof createRecovery>

/** @throws what is not damage: a newer version, permissions, somebody else's file */
async function whatIsWrong(database: string): Promise<string> {
  try {
    openFile(database, { readOnly: true }).close()
  } catch (error) {
    if (isDamage(error) && error instanceof Error) return error.message
    if (!(error instanceof StoreError && error.code === 'older-version')) throw error
  }
  return `${database} can be opened, but parts of it cannot be read.`
}

async function lastChange(database: string): Promise<number> {
  const times = await Promise.all(
    ['', '-wal'].map(async (end) => (await stat(database + end).catch(() => null))?.mtimeMs),
  )
  return Math.max(0, ...times.filter((time) => time !== undefined))
}
const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() === true
