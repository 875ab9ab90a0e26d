import { dirname, join } from 'node:path'
import type * as z from 'zod'
import type { Backup, BackupStatus, PruneResult } from '../../preload/contract/backups.ts'
import type { FailureCode } from '../../preload/contract/codes.ts'
import { entryOf, removeFile } from '../files/contained.ts'
import { syncFolder } from '../files/replace-file.ts'
import type { Clock, Notice } from '../ports.ts'
import { StoreError } from '../store/errors.ts'
import type { TaskBoard } from '../tasks/board.ts'
import { BackupError } from './backup-error.ts'
import { checkBackupFolder, copiedBy } from './backup-folder.ts'
import type { Entry } from './catalogue.ts'
import { createDailyCheck } from './daily-check.ts'
import { type MakeDeps, type MakeOptions, makeBackup } from './make-backup.ts'
import type { BackupReason } from './manifest.ts'
import { type GivenSecrets, proveFile } from './prove-file.ts'
import { judgeBackups, type RetentionItem } from './retention.ts'
import { createSchedule } from './schedule.ts'
import { openShelf, type Shelf } from './shelf.ts'
import { backupDays, isOverdue } from './status.ts'
import { createTrouble, isDamagedBackup } from './trouble.ts'

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
  const check = (path: string): Promise<void> =>
    checkBackupFolder(path, {
      defaultFolder: deps.defaultFolder,
      swept: [deps.scratch, join(dirname(deps.database), 'restore')],
    })
  const trouble = createTrouble(deps)
  let queue: Promise<unknown> = Promise.resolve()
  const wanted = (): string => deps.settings().backup.folder ?? deps.defaultFolder
  let shelf: Shelf = await openShelf((await usable(wanted(), deps.defaultFolder)) ? wanted() : deps.defaultFolder)

  /** False, and said, where a folder cannot take backups today. */
  async function usable(folder: string, instead: string): Promise<boolean> {
    try {
      if (folder !== deps.defaultFolder) await check(folder)
      return true
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
      trouble.folderUnusable(error, instead)
      return false
    }
  }

  /** One after the other: two dumps at once would only share the disk. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work, work)
    queue = result.catch(() => undefined) // told to its own caller
    return result
  }
  async function refresh(): Promise<void> {
    await shelf.look()
    deps.onChange()
  }

  /** Works in the folder that the settings name from now on. What lies in the one before stays there, and is told of. */
  async function follow(): Promise<void> {
    const folder = wanted()
    if (folder !== shelf.folder && !(await usable(folder, shelf.folder))) return
    trouble.folderUsable()
    if (folder === shelf.folder) return
    const { catalogue } = shelf
    const next = await openShelf(folder)
    const earlier = [shelf.folder, ...catalogue.earlier()].filter((before) => before !== folder)
    await next.catalogue.follow({ earlier, scheduled_at: catalogue.times().scheduled_at })
    shelf = next
    await refresh()
    if (!next.catalogue.found) void adopt()
  }

  async function view(): Promise<Backup[]> {
    await shelf.look()
    return shelf.view(new Map(verdicts().map((verdict) => [verdict.id, verdict.reasons])))
  }
  async function one(id: string): Promise<Backup> {
    const found = (await view()).find((backup) => backup.id === id)
    if (found === undefined) throw noBackup(id)
    return found
  }
  function verdicts() {
    return judgeBackups(shelf.present().map(retentionItem), deps.settings().backup.keep)
  }

  function create(
    options: Pick<MakeOptions, 'format' | 'encryption' | 'key'> & { reason: BackupReason },
  ): Promise<Backup> {
    return inTurn(() =>
      deps.board.run('backup', options.reason, async (watch) => {
        let written: Entry | undefined
        try {
          // A disk that was not there comes back.
          if (shelf.folder !== wanted()) await follow()
          await shelf.look()
          const { folder, catalogue, isTaken } = shelf
          const entry = await makeBackup(deps, { ...options, folder, taken: isTaken }, watch, async (entry) => {
            written = entry
            watch.onFile(entry.id)
            await catalogue.put(entry)
          })
          await catalogue.put(entry)
          if (folder === wanted()) trouble.over()
          deps.log.info({ bytes: entry.bytes, rows: entry.end?.rows ?? 0 }, 'a backup was made and proven')
          await refresh()
          await prune({ dryRun: false })
          return await one(entry.id)
        } catch (error) {
          await trouble.failed(error, written, shelf.catalogue)
          throw error
        } finally {
          deps.checkpoint?.()
          await refresh()
        }
      }),
    )
  }

  /** One that we did not know becomes known by it. */
  function verify(id: string, given: GivenSecrets = {}): Promise<Backup> {
    return inTurn(() =>
      deps.board.run('verify', id, async (watch) => {
        await shelf.look()
        if (!shelf.has(id)) throw noBackup(id)
        const entry = shelf.catalogue.find(id)
        try {
          await shelf.catalogue.put(await proveFile(deps, shelf, id, given, watch))
        } catch (error) {
          if (entry !== undefined && isDamagedBackup(error)) await trouble.failed(error, entry, shelf.catalogue)
          throw error
        } finally {
          await refresh()
        }
        return one(id)
      }),
    )
  }

  async function prune({ dryRun }: { dryRun: boolean }): Promise<z.infer<typeof PruneResult>> {
    await shelf.look()
    const { folder, catalogue } = shelf
    const all = verdicts()
    const going = all.filter((verdict) => verdict.reasons.length === 0)
    if (!dryRun) {
      for (const { id } of going) {
        await removeFile(entryOf(folder, id), folder)
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
    for (const name of shelf.unknown().sort()) await verify(name).catch(() => undefined) // verify has told of it
  }

  const schedule = createSchedule({
    clock: deps.clock,
    expression: () => deps.settings().backup.schedule,
    last: () => shelf.catalogue.times().scheduled_at,
    setLast: (at) => shelf.catalogue.setTimes({ scheduled_at: at }),
    run: async () => {
      await create({ reason: 'scheduled' })
    },
  })
  const daily = createDailyCheck({
    clock: deps.clock,
    last: () => shelf.catalogue.times().rechecked_at,
    setLast: (at) => shelf.catalogue.setTimes({ rechecked_at: at }),
    unknown: () => shelf.unknown(),
    entries: () => shelf.present(),
    verify: async (id) => {
      await verify(id)
    },
    overdue: () => isOverdue(shelf.catalogue.entries(), deps.settings(), deps.clock.now()),
    notify: deps.notify,
  })

  return {
    /** Where backups are made now. */
    get folder(): string {
      return shelf.folder
    },
    /** @throws BackupError that says why a folder cannot take backups */
    checkFolder: check,
    /** After a change of the settings. */
    async settled(): Promise<void> {
      await inTurn(follow).catch((error: unknown) => trouble.failed(error, undefined, shelf.catalogue))
    },
    list: view,
    create,
    verify,
    async pin(id: string, pinned: boolean): Promise<Backup> {
      const entry = shelf.catalogue.find(id)
      if (entry === undefined) throw noBackup(id)
      await shelf.catalogue.put({ ...entry, pinned })
      deps.onChange()
      return one(id)
    },
    /** False: it was not ours, or not there. The newest proven one goes only where somebody unpins and replaces it first. */
    remove(id: string): Promise<boolean> {
      return inTurn(async () => {
        const { folder, catalogue } = shelf
        const entry = catalogue.find(id)
        if (entry === undefined) return false
        const reasons = verdicts().find((verdict) => verdict.id === id)?.reasons ?? []
        if (reasons.includes('pinned')) throw refusal('backup-pinned', id, 'It is pinned: unpin it first.')
        if (reasons.includes('last-verified'))
          throw refusal('backup-last-verified', id, 'It is the newest verified backup: make another one first.')
        await removeFile(entryOf(folder, id), folder)
        await syncFolder(folder)
        await catalogue.forget(id)
        await refresh()
        return true
      })
    },
    prune: (options: { dryRun: boolean }) => (options.dryRun ? prune(options) : inTurn(() => prune(options))),
    status(): BackupStatus {
      const entries = shelf.catalogue.entries()
      const state = trouble.now()
      const now = deps.clock.now()
      return {
        folder: shelf.folder,
        earlier: shelf.earlier(),
        copied_by: copiedBy(shelf.folder),
        last_verified_at: entries.reduce<number | null>((newest, entry) => later(newest, provenAt(entry)), null),
        next_run_at: schedule.next(),
        overdue: isOverdue(entries, deps.settings(), now),
        problem: state?.problem ?? null,
        ...(state && state.code !== '' && { problem_code: state.code }),
        days: backupDays(entries, now, deps.settings().backup.schedule !== null),
      }
    },
    pathOf: (id: string): string | undefined => shelf.pathOf(id),
    start(): void {
      schedule.start()
      daily.start()
      if (!shelf.catalogue.found) void adopt()
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

const later = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b))
const isProven = (entry: Entry): boolean => entry.verification === 'verified' || entry.verification === 'drilled'
const provenAt = (entry: Entry): number | null => (isProven(entry) ? entry.created_at : null)
const refusal = (code: FailureCode, id: string, why: string) =>
  Object.assign(new Error(`${id} was not removed. ${why}`), { code })
const noBackup = (id: string) => new StoreError('not-found', id, `There is no backup named ${id}. Reload the list.`)

const retentionItem = (entry: Entry): RetentionItem => ({
  id: entry.id,
  at: entry.created_at,
  proven: isProven(entry),
  pinned: entry.pinned,
  ours: true,
})
