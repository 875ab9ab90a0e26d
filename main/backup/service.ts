import { dirname, join } from 'node:path'
import type * as z from 'zod'
import type { Backup, BackupStatus, PruneResult } from '../../preload/contract/backups.ts'
import type { FailureCode } from '../../preload/contract/codes.ts'
import type { Clock, Notice } from '../ports.ts'
import type { TaskBoard } from '../tasks/board.ts'
import type { Entry } from './catalogue.ts'
import { createDailyCheck } from './daily-check.ts'
import { doctorOf } from './doctor-of.ts'
import { createDrills } from './drills.ts'
import { shortId } from './file-name.ts'
import { createFolders, isFolderError, refusesWrites } from './folders.ts'
import type { Patience } from './keeper.ts'
import type { MakeDeps } from './make-backup.ts'
import { type CreateOptions, createMaking } from './making.ts'
import { newestOfEach } from './newest-backup.ts'
import { type GivenSecrets, proveFile } from './prove-file.ts'
import { judge, type Needed, prune } from './pruning.ts'
import { createReading } from './reading.ts'
import { LOCKS, NOT_OURS, NotProven, noBackup, refusal } from './refusals.ts'
import { createResults, isDamagedBackup } from './results.ts'
import { createSchedules } from './schedules.ts'
import type { Identity, Shelf } from './shelf.ts'
import { backupDays, isAhead, isOverdue, lastProvenAt } from './status.ts'
import { othersOf, viewOf } from './view.ts'

export interface BackupServiceDeps extends MakeDeps {
  /** <data directory>/backups; the settings may name another. */
  defaultFolder: string
  installation: Identity & { readonly since: number }
  board: Pick<TaskBoard, 'run'>
  clock: Clock
  /** Why the database cannot be backed up now: it is another one. */
  unavailable?(): Error | undefined
  /** What an undo of the last restore needs. */
  needed?(): Needed | undefined
  notify(notice: Notice): void
  onChange(): void
  /** After a long read the WAL may have grown: moves it into the file. */
  checkpoint?(): void
  /** How long a folder may take to answer. */
  patience?: Patience
  log: {
    info(facts: Record<string, unknown>, message: string): void
    warn(facts: Record<string, unknown>, message: string): void
    error(facts: Record<string, unknown>, message: string): void
  }
}

const DAY = 86_400_000

/** Backups of messages.db: made, proven, listed, kept and removed. One piece of work at a time. */
export async function createBackupService(deps: BackupServiceDeps) {
  const now = (): number => deps.clock.now()
  const results = createResults({ ...deps, now })
  const folders = createFolders({ ...deps, results, onRetry: () => void inTurn(folders.again) })
  const { isHeld, ...reading } = createReading({ ...deps, folders })
  const rules = {
    settings: deps.settings,
    clock: deps.clock,
    needed: () => deps.needed?.(),
    held: isHeld,
    ...(deps.refusal && { refusal: deps.refusal }),
  }
  const { record, make, tidy } = createMaking({ ...deps, results, rules, now })
  let queue: Promise<unknown> = Promise.resolve()
  await folders.begin()

  /** One after the other: two dumps at once would only share the disk. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work, work)
    queue = result.catch(() => undefined) // told to its own caller
    return result
  }
  /** What was done is done, whether the folder can be looked at again or not: then the status says so. */
  async function refresh(): Promise<void> {
    await folders.glance()
    deps.onChange()
  }

  function view(shelf = folders.now()): Backup[] {
    const reasons = new Map(judge(rules, shelf).map((verdict) => [verdict.id, verdict.reasons]))
    const needed = deps.needed?.()
    const days = deps.settings().backup.undo_days
    const neededUntil = (name: string): number | null =>
      needed?.names.has(name) === true && days > 0 ? needed.restoredAt + days * DAY : null
    return viewOf(shelf, { installation: deps.installation.id, reasons, neededUntil, now: now() })
  }
  async function one(id: string, shelf = folders.now()): Promise<Backup> {
    await folders.glance(shelf)
    const found = view(shelf).find((backup) => backup.id === id)
    if (found === undefined) throw noBackup(id)
    return found
  }
  function create(options: CreateOptions): Promise<Backup> {
    return inTurn(() =>
      deps.board.run('backup', options.reason, async (watch) => {
        try {
          return await makeAndPrune(options, watch)
        } catch (error) {
          if (!(error instanceof NotProven)) results.notMade(error)
          throw error
        } finally {
          deps.checkpoint?.()
          await refresh()
        }
      }),
    )
  }

  async function makeAndPrune(options: CreateOptions, watch: Parameters<typeof make>[2]): Promise<Backup> {
    const away = deps.unavailable?.()
    if (away) throw away
    let shelf = await folders.ready()
    let entry: Entry
    try {
      entry = await make(shelf, options, watch)
    } catch (error) {
      // The folder went away under it, or takes nothing any more; the one in the data directory is still there.
      if (!isFolderError(error) && !refusesWrites(error)) throw error
      shelf = await folders.fallBack(error)
      entry = await make(shelf, options, watch)
    }
    if (shelf.folder === folders.wanted()) results.folderUsable()
    deps.log.info({ bytes: entry.bytes, rows: entry.end?.rows ?? 0 }, 'a backup was made and proven')
    await refresh()
    await tidy(shelf)
    return await one(entry.id, shelf)
  }

  /** One that we did not know becomes known by it. */
  function verify(id: string, given: GivenSecrets = {}): Promise<Backup> {
    return inTurn(() =>
      deps.board.run('verify', id, async (watch) => {
        const shelf = folders.now()
        await shelf.look()
        if (!shelf.has(id)) throw noBackup(id)
        const known = shelf.catalogue.find(id)
        const strange = known === undefined && shelf.strangers().some(({ name }) => name === id)
        try {
          const proof = await shelf.keeper.during(watch.signal, (signal) =>
            proveFile(deps, shelf, id, given, { ...watch, signal }),
          )
          if (strange) return { ...(await one(id, shelf)), verification: 'verified' as const, verified_at: now() }
          if (isOurs(shelf, proof.installation)) await shelf.catalogue.put(proof.entry)
          else await shelf.catalogue.estrange(id, proof.installation)
        } catch (error) {
          if (known !== undefined && known.claimed !== true && isDamagedBackup(error))
            await results.notProven(error, known, shelf.catalogue)
          throw error
        } finally {
          await refresh()
        }
        return one(id, shelf)
      }),
    )
  }

  /** Who made a file that is read for the first time. Where nobody else works, everything is of this installation that does not say otherwise. */
  function isOurs(shelf: Shelf, installation: string | null): boolean {
    const { id, previous } = deps.installation
    if (installation === id) return true
    return shelf.isExclusive() && (installation === null || previous.includes(installation))
  }

  /** There is no list of this installation: the files tell themselves what they are. What cannot be opened here stays unknown. */
  async function adopt(): Promise<void> {
    const shelf = folders.now()
    const names = shelf.unknown()
    // The list is in the order of making: what is dated ahead must not stand as the newest.
    const dated = viewOf(shelf, {
      installation: deps.installation.id,
      reasons: new Map(),
      neededUntil: () => null,
      now: now(),
    }).filter(({ id }) => names.includes(id))
    const ahead = dated.filter((backup) => backup.dated_ahead)
    const others = dated.filter((backup) => !backup.dated_ahead).toReversed()
    for (const { id } of [...ahead, ...others]) await verify(id).catch(() => undefined) // verify has told of it
  }
  function adoptUnknown(): void {
    const shelf = folders.now()
    const claimed = shelf.catalogue.entries().some((entry) => entry.claimed === true)
    if (!shelf.wasKnown() || claimed) void adopt()
  }

  /** Of this installation and there. */
  const own = (): Entry[] =>
    folders
      .now()
      .present()
      .filter(({ claimed }) => claimed !== true)
  const overdue = (): boolean => isOverdue(own(), deps.settings(), now())

  const drills = createDrills({
    path: join(dirname(deps.defaultFolder), 'drills.json'),
    database: deps.database,
    scratch: deps.scratch,
    appVersion: deps.appVersion,
    tasks: deps.tasks,
    secrets: deps.secrets,
    board: deps.board,
    clock: deps.clock,
    settings: deps.settings,
    newest: () => {
      const { folder } = folders.now()
      const look = {
        folder,
        dataDirectory: dirname(deps.defaultFolder),
        installation: deps.installation,
        tasks: deps.tasks,
        now,
      }
      const places = new Set([folder, folders.wanted(), ...folders.earlier().map((one) => one.folder)])
      return newestOfEach(look, [...places])
    },
  })
  const schedules = createSchedules({
    path: join(dirname(deps.defaultFolder), 'schedules.json'),
    clock: deps.clock,
    settings: deps.settings,
    folders,
    own,
    drills,
    backup: () => create({ reason: 'scheduled' }),
    verify,
    drill: () => inTurn(() => drills.run()),
    onUnwritten: results.notListed,
  })
  const daily = createDailyCheck({
    clock: deps.clock,
    last: () => folders.now().catalogue.times().rechecked_at,
    setLast: (at) => folders.now().catalogue.setTimes({ rechecked_at: at }).catch(results.notListed),
    async look() {
      await folders.glance()
      await schedules.drill.look()
    },
    unknown: () => folders.now().unknown(),
    entries: own,
    verify: async (id) => {
      await verify(id)
    },
    // Who has just installed the program is reminded by the page, not alarmed.
    overdue: () => overdue() && now() - deps.installation.since > deps.settings().backup.stale_after_hours * 3_600_000,
    notify: deps.notify,
  })

  return {
    /** Where backups are made now. */
    get folder(): string {
      return folders.now().folder
    },
    /** @throws BackupError that says why a folder cannot take backups */
    checkFolder: folders.check,
    /** After a change of the settings. */
    async settled(): Promise<void> {
      const before = folders.now()
      await inTurn(folders.follow).catch((error: unknown) => results.folderUnusable(error, null))
      if (folders.now() !== before) adoptUnknown()
    },
    /** The folder of the settings holds nothing of before, says the user: its disk may be another one. */
    async renewFolder(): Promise<BackupStatus> {
      await inTurn(folders.renew)
      return await this.status()
    },
    /** A recovery drill of the newest backup of each place. */
    drill: (given: GivenSecrets = {}) => inTurn(() => drills.run(given)),
    drills: drills.reports,
    async list(): Promise<Backup[]> {
      await folders.glance()
      return view()
    },
    create,
    verify,
    async pin(id: string, pinned: boolean): Promise<Backup> {
      const { catalogue } = folders.now()
      const entry = catalogue.find(id)
      if (entry === undefined) {
        if ((await this.list()).some((backup) => backup.id === id))
          throw refusal('backup-not-ours', id, 'pinned', NOT_OURS)
        throw noBackup(id)
      }
      await catalogue.put({ ...entry, pinned })
      deps.onChange()
      return one(id)
    },
    /** False: it is not there. The newest proven one goes only where somebody unpins and replaces it first. */
    remove(id: string): Promise<boolean> {
      return inTurn(async () => {
        const shelf = folders.now()
        await shelf.look()
        const entry = shelf.catalogue.find(id)
        if (!shelf.isOwn(id)) {
          if (shelf.has(id)) throw refusal('backup-not-ours', id, 'removed', NOT_OURS)
          return false
        }
        const reasons = judge(rules, shelf).find((verdict) => verdict.id === id)?.reasons ?? []
        for (const [reason, code, why] of LOCKS) if (reasons.includes(reason)) throw refusal(code, id, 'removed', why)
        const outcome = await shelf.remove(id)
        if (!outcome.removed) {
          if (entry !== undefined) await record(shelf, { ...entry, stuck: outcome.stuck })
          throw Object.assign(new Error(outcome.stuck.problem), { code: 'backup-undeletable' satisfies FailureCode })
        }
        await shelf.catalogue.forget(id)
        await refresh()
        return true
      })
    },
    async prune({ dryRun }: { dryRun: boolean }): Promise<z.infer<typeof PruneResult>> {
      const work = async () => {
        const shelf = folders.now()
        await shelf.look()
        const result = await prune(rules, shelf, { dryRun })
        if (dryRun) return result
        results.pruned(result.failed.map(({ id, problem, problem_code: code }) => ({ id, problem, code })))
        await refresh()
        return result
      }
      return dryRun ? await work() : await inTurn(work)
    },
    async status(): Promise<BackupStatus> {
      await folders.glance()
      const shelf = folders.now()
      const there = own()
      const problem = results.problem()
      const silent = shelf.keeper.silentSince()
      return {
        folder: shelf.folder,
        silent_since: silent,
        read_only: shelf.seen()?.readOnly === true,
        making: results.of('making'),
        proving: results.of('proving'),
        pruning: results.of('pruning'),
        present: there.length,
        gone: shelf.gone().length,
        dated_ahead: there.filter((entry) => isAhead(entry, now())).length,
        installation: shortId(deps.installation.id),
        others: othersOf(shelf),
        earlier: folders.earlier(),
        copied_by: shelf.seen()?.copiedBy ?? null,
        last_verified_at: lastProvenAt(there, now()),
        next_run_at: schedules.backup.next(),
        overdue: overdue(),
        problem: problem?.problem ?? null,
        ...(problem?.problem_code != null && { problem_code: problem.problem_code }),
        days: backupDays(there, now(), deps.settings().backup.schedule !== null),
      }
    },
    /** Undefined: there is none of that name, as far as was seen. */
    pathOf: (id: string): string | undefined => folders.now().pathOf(id),
    /** True for a file that this installation made: restored, it is its own also where the damaged database cannot say so. */
    isOwn(path: string): boolean {
      const name = folders.nameOf(path)
      return name !== undefined && folders.now().isOwn(name)
    },
    ...reading,
    /** For the doctor, who looks at a folder that may not answer. */
    doctor: (folder: string) => doctorOf(folders.keeperOf(folder), now),
    /** The identity of now, and those that the data directory had before. */
    identities: (): string[] => [deps.installation.id, ...deps.installation.previous],
    start(): void {
      schedules.backup.start()
      daily.start()
      adoptUnknown()
    },
    /** After wake-up: what was missed is made up for. */
    wake(): void {
      void schedules.backup.look()
    },
    /** The program ends: what is cancelled from now on is made up for after the next start. */
    halt: (): void => schedules.dispose(),
    async dispose(): Promise<void> {
      schedules.dispose()
      daily.dispose()
      await queue
      await schedules.ended()
      folders.dispose()
    },
  }
}
export type BackupService = Awaited<ReturnType<typeof createBackupService>>
