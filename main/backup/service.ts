import { lstat, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type * as z from 'zod'
import type { Backup, BackupStatus, PruneResult } from '../../preload/contract/backups.ts'
import type { Clock, Notice } from '../ports.ts'
import { StoreError } from '../store/errors.ts'
import type { TaskBoard } from '../tasks/board.ts'
import { readIdentities } from './age/identity.ts'
import { type Catalogue, type Entry, openCatalogue, sweep } from './catalogue.ts'
import { createDailyCheck } from './daily-check.ts'
import { syncFolder } from './durable-file.ts'
import { readBackupName } from './file-name.ts'
import { type MakeDeps, type MakeOptions, makeBackup } from './make-backup.ts'
import type { BackupReason } from './manifest.ts'
import { judgeBackups, type RetentionItem } from './retention.ts'
import { createSchedule } from './schedule.ts'
import { backupDays, isOverdue } from './status.ts'

export interface BackupServiceDeps extends MakeDeps {
  /** <data directory>/backups; the settings may name another. */
  defaultFolder: string
  board: Pick<TaskBoard, 'run'>
  clock: Clock
  notify(notice: Notice): void
  onChange(): void
  /** After a long read the WAL may have grown: moves it into the file. */
  checkpoint?(): void
  log: {
    info(facts: Record<string, unknown>, message: string): void
    error(facts: Record<string, unknown>, message: string): void
  }
}

/** Backups of messages.db: made, proven, listed, kept and removed. One piece of work at a time. */
export async function createBackupService(deps: BackupServiceDeps) {
  const folder = deps.settings().backup.folder ?? deps.defaultFolder
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await sweep(folder)
  await rm(deps.scratch, { recursive: true, force: true })
  const catalogue: Catalogue = await openCatalogue(folder)
  let problem: string | null = null
  let problemCode = ''
  let queue: Promise<unknown> = Promise.resolve()
  let names: string[] = await filesIn(folder)

  /** One after the other: two dumps at once would only share the disk. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work, work)
    queue = result.catch(() => undefined) // told to its own caller
    return result
  }
  async function refresh(): Promise<void> {
    names = await filesIn(folder)
    deps.onChange()
  }

  async function view(): Promise<Backup[]> {
    names = await filesIn(folder)
    const reasons = new Map(verdicts().map((verdict) => [verdict.id, verdict.reasons]))
    const known = catalogue
      .entries()
      .map((entry) => toBackup(entry, names.includes(entry.id), reasons.get(entry.id) ?? []))
    const others = names.filter((name) => catalogue.find(name) === undefined)
    const foreign = await Promise.all(others.map((name) => foreignBackup(folder, name)))
    return [...known, ...foreign.filter((backup) => backup !== undefined)].sort((a, b) => b.created_at - a.created_at)
  }
  async function one(id: string): Promise<Backup> {
    const found = (await view()).find((backup) => backup.id === id)
    if (found === undefined) throw noBackup(id)
    return found
  }
  function verdicts() {
    const items = catalogue.entries().filter((entry) => names.includes(entry.id))
    return judgeBackups(items.map(retentionItem), deps.settings().backup.keep)
  }

  async function fail(entry: Entry | undefined, error: unknown): Promise<void> {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'CANCELLED') return
    problem = error instanceof Error ? error.message : 'The backup failed.'
    problemCode = code
    if (entry !== undefined && DAMAGE.has(code))
      await catalogue.put({ ...entry, verification: 'failed', problem, problem_code: code })
    deps.log.error({ code }, 'a backup or its proof failed')
    deps.notify(
      code === 'SOURCE_CORRUPT'
        ? { code: 'database-corrupt', title: 'The database is damaged', body: problem, page: '/backups' }
        : { code: 'backup-failed', title: 'The backup failed', body: problem, page: '/backups' },
    )
  }

  function create(
    options: Pick<MakeOptions, 'format' | 'encryption' | 'key'> & { reason: BackupReason },
  ): Promise<Backup> {
    return inTurn(() =>
      deps.board.run('backup', options.reason, async (watch) => {
        let written: Entry | undefined
        try {
          await mkdir(folder, { recursive: true, mode: 0o700 })
          names = await filesIn(folder)
          const taken = (name: string) => names.includes(name) || catalogue.find(name) !== undefined
          const entry = await makeBackup(deps, { ...options, folder, taken }, watch, async (entry) => {
            written = entry
            await catalogue.put(entry)
          })
          await catalogue.put(entry)
          problem = null
          deps.log.info({ bytes: entry.bytes, rows: entry.end?.rows ?? 0 }, 'a backup was made and proven')
          await refresh()
          await prune({ dryRun: false })
          return await one(entry.id)
        } catch (error) {
          await fail(written, error)
          throw error
        } finally {
          deps.checkpoint?.()
          await refresh()
        }
      }),
    )
  }

  /** Reads a file to its end and restores it into a scratch database; one that we did not know becomes known by it. */
  function verify(id: string, options: { passphrase?: string; identity?: string } = {}): Promise<Backup> {
    return inTurn(() =>
      deps.board.run('verify', id, async (watch) => {
        const entry = catalogue.find(id)
        if (!(await filesIn(folder)).includes(id)) throw noBackup(id)
        const passphrase = options.passphrase ?? (await deps.secrets.get('backup_passphrase'))
        const identities = options.identity === undefined ? undefined : readIdentities(options.identity)
        try {
          const proof = await deps.tasks.run(
            'backup.verify',
            {
              path: join(folder, id),
              secrets: { passphrase, identities },
              scratch: deps.scratch,
              ...(entry?.end != null && { expected: entry.end }),
            },
            { ...watch, priority: 'idle', limits: { milliseconds: 2 * 60 * 60_000 } },
          )
          const { header, end } = proof.manifest
          await catalogue.put({
            id,
            format: proof.format,
            encryption: proof.encryption,
            created_at: Date.parse(header.created_at),
            bytes: proof.bytes,
            sha256: proof.sha256,
            reason: header.reason,
            verification: 'verified',
            verified_at: deps.clock.now(),
            problem: null,
            pinned: entry?.pinned ?? false,
            app_version: header.app_version,
            end,
          })
        } catch (error) {
          if (entry !== undefined && isDamage(error)) await fail(entry, error)
          throw error
        } finally {
          await refresh()
        }
        return one(id)
      }),
    )
  }

  async function prune({ dryRun }: { dryRun: boolean }): Promise<z.infer<typeof PruneResult>> {
    names = await filesIn(folder)
    const all = verdicts()
    const going = all.filter((verdict) => verdict.reasons.length === 0)
    if (!dryRun) {
      for (const { id } of going) {
        await rm(join(folder, id), { force: true })
        await catalogue.forget(id)
      }
      if (going.length > 0) {
        await syncFolder(folder)
        await refresh()
      }
    }
    return {
      kept: all.filter((verdict) => verdict.reasons.length > 0),
      removed: going.map(({ id }) => ({ id, reason: 'no rule keeps it' })),
      dry_run: dryRun,
    }
  }

  /** The catalogue is gone: the files tell themselves what they are. What cannot be opened here stays listed as foreign. */
  async function adopt(): Promise<void> {
    for (const name of [...names].sort()) await verify(name).catch(() => undefined) // verify has told of it
  }

  const schedule = createSchedule({
    clock: deps.clock,
    expression: () => deps.settings().backup.schedule,
    last: () => catalogue.times().scheduled_at,
    setLast: (at) => catalogue.setTimes({ scheduled_at: at }),
    run: async () => {
      await create({ reason: 'scheduled' })
    },
  })
  const daily = createDailyCheck({
    clock: deps.clock,
    last: () => catalogue.times().rechecked_at,
    setLast: (at) => catalogue.setTimes({ rechecked_at: at }),
    unknown: () => names.filter((name) => catalogue.find(name) === undefined),
    entries: () => catalogue.entries().filter((entry) => names.includes(entry.id)),
    verify: async (id) => {
      await verify(id)
    },
    overdue: () => isOverdue(catalogue.entries(), deps.settings(), deps.clock.now()),
    notify: deps.notify,
  })

  return {
    folder,
    list: view,
    create,
    verify,
    async pin(id: string, pinned: boolean): Promise<Backup> {
      const entry = catalogue.find(id)
      if (entry === undefined) throw noBackup(id)
      await catalogue.put({ ...entry, pinned })
      deps.onChange()
      return one(id)
    },
    /** False: it was not ours, or not there. The newest proven one goes only where somebody unpins and replaces it first. */
    remove(id: string): Promise<boolean> {
      return inTurn(async () => {
        const entry = catalogue.find(id)
        if (entry === undefined) return false
        const reasons = verdicts().find((verdict) => verdict.id === id)?.reasons ?? []
        if (reasons.includes('pinned') || reasons.includes('last-verified')) {
          const why = reasons.includes('pinned')
            ? 'It is pinned: unpin it first.'
            : 'It is the newest proven backup: make another one first.'
          throw Object.assign(new Error(`${id} was not removed. ${why}`), { code: 'conflict' })
        }
        await rm(join(folder, id), { force: true })
        await syncFolder(folder)
        await catalogue.forget(id)
        await refresh()
        return true
      })
    },
    prune: (options: { dryRun: boolean }) => (options.dryRun ? prune(options) : inTurn(() => prune(options))),
    status(): BackupStatus {
      const entries = catalogue.entries()
      const now = deps.clock.now()
      return {
        folder,
        last_verified_at: entries.reduce<number | null>((newest, entry) => later(newest, provenAt(entry)), null),
        next_run_at: schedule.next(),
        overdue: isOverdue(entries, deps.settings(), now),
        problem,
        ...(problem !== null && problemCode !== '' && { problem_code: problemCode }),
        days: backupDays(entries, now, deps.settings().backup.schedule !== null),
      }
    },
    pathOf: (id: string): string | undefined => (names.includes(id) ? join(folder, id) : undefined),
    start(): void {
      schedule.start()
      daily.start()
      if (!catalogue.found) void adopt()
    },
    /** After wake-up: what was missed is made up for. */
    wake(): void {
      void schedule.look()
    },
    async dispose(): Promise<void> {
      schedule.dispose()
      daily.dispose()
      await queue
    },
  }
}
export type BackupService = Awaited<ReturnType<typeof createBackupService>>

/** What says something of the file itself, and not of the moment. */
const DAMAGE = new Set([
  'TRUNCATED',
  'ALTERED',
  'NOT_OURS',
  'MISMATCH',
  'statement',
  'schema',
  'row',
  'truncated',
  'damaged',
])

const isDamage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && DAMAGE.has(String(error.code))

const later = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b))
const isProven = (entry: Entry): boolean => entry.verification === 'verified' || entry.verification === 'drilled'
const provenAt = (entry: Entry): number | null => (isProven(entry) ? entry.created_at : null)
const noBackup = (id: string) => new StoreError('not-found', id, `There is no backup named ${id}. Reload the list.`)

const retentionItem = (entry: Entry): RetentionItem => ({
  id: entry.id,
  at: entry.created_at,
  proven: isProven(entry),
  pinned: entry.pinned,
  ours: true,
})

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { withFileTypes: true })
  return names.filter((file) => file.isFile() && readBackupName(file.name) !== undefined).map((file) => file.name)
}

function toBackup(entry: Entry, present: boolean, reasons: string[]): Backup {
  const { end, sha256: _, ...rest } = entry
  const rows = Object.fromEntries(Object.entries(end?.tables ?? {}).map(([name, table]) => [name, table.rows]))
  return { ...rest, verification: present ? entry.verification : 'missing', kept_because: reasons, rows }
}

/** A file that lies there and that we know nothing of yet: shown, never removed. */
async function foreignBackup(folder: string, name: string): Promise<Backup | undefined> {
  const read = readBackupName(name)
  const facts = await lstat(join(folder, name)).catch(() => undefined)
  if (read === undefined || facts === undefined) return undefined
  return {
    id: name,
    format: read.format,
    encryption: read.encryption,
    created_at: read.at,
    bytes: facts.size,
    reason: 'manual',
    verified_at: null,
    verification: 'unverified',
    problem: null,
    pinned: false,
    kept_because: ['foreign'],
    rows: {},
    app_version: null,
  }
}
