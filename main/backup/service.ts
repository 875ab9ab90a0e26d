import { randomUUID } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type * as z from 'zod'
import type { Backup, BackupStatus, PruneResult } from '../../preload/contract/backups.ts'
import type { FailureCode } from '../../preload/contract/codes.ts'
import { makeOwnFolder } from '../files/own-folder.ts'
import type { Clock, Notice } from '../ports.ts'
import { StoreError } from '../store/errors.ts'
import type { TaskBoard } from '../tasks/board.ts'
import type { Entry } from './catalogue.ts'
import { createDailyCheck } from './daily-check.ts'
import { doctorOf } from './doctor-of.ts'
import { createDrills } from './drills.ts'
import { shortId } from './file-name.ts'
import { createFolders, isFolderError, refusesWrites } from './folders.ts'
import type { Patience } from './keeper.ts'
import { type MakeDeps, type MakeOptions, makeBackup } from './make-backup.ts'
import type { BackupReason } from './manifest.ts'
import { newestOfEach } from './newest-backup.ts'
import { type GivenSecrets, proveFile } from './prove-file.ts'
import { judge, type Needed, prune } from './pruning.ts'
import { codeOf, createResults, isDamagedBackup } from './results.ts'
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
  const held = new Map<string, number>()
  const rules = {
    settings: deps.settings,
    clock: deps.clock,
    needed: () => deps.needed?.(),
    held: (name: string): boolean => held.has(name),
    ...(deps.refusal && { refusal: deps.refusal }),
  }
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
  /** The file is the backup; its line in the list is not. */
  async function record(shelf: Shelf, entry: Entry): Promise<void> {
    try {
      await shelf.catalogue.put(entry)
      results.listed()
    } catch (error) {
      results.notListed(error)
    }
  }

  type CreateOptions = Pick<MakeOptions, 'format' | 'encryption' | 'key'> & { reason: BackupReason }

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

  type Watch = Parameters<Parameters<BackupServiceDeps['board']['run']>[2]>[0]

  async function makeAndPrune(options: CreateOptions, watch: Watch): Promise<Backup> {
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

  /** Makes it and proves it. @throws what failed; where that is the proof, the file stays */
  async function make(shelf: Shelf, options: CreateOptions, watch: Watch): Promise<Entry> {
    let written: Entry | undefined
    shelf.catalogue.tick(now())
    try {
      const entry = await shelf.keeper.during(watch.signal, (signal) =>
        makeBackup(
          deps,
          {
            ...options,
            folder: shelf.place(),
            besideDatabase: shelf.folder === deps.defaultFolder,
            taken: shelf.isTaken,
          },
          { ...watch, signal },
          async (entry) => {
            written = { ...entry, lived: shelf.catalogue.lived() }
            results.made()
            watch.onFile(entry.id)
            await record(shelf, written)
          },
        ),
      )
      results.proven()
      await record(shelf, { ...written, ...entry })
      return entry
    } catch (error) {
      if (written === undefined) throw error
      await results.notProven(error, written, shelf.catalogue)
      throw new NotProven(written.id, error)
    }
  }

  /** Removing old ones is another matter than making one: it fails by itself. */
  async function tidy(shelf: Shelf): Promise<void> {
    try {
      const { failed } = await prune(rules, shelf, { dryRun: false })
      results.pruned(failed.map(({ id, problem, problem_code: code }) => ({ id, problem, code })))
    } catch (error) {
      results.notPruned(error)
    }
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
    /** Where a backup can be read for as long as that takes: a second name of it, or a copy. The caller removes it. */
    async checkout(id: string): Promise<string | undefined> {
      const shelf = folders.now()
      await folders.glance()
      const path = shelf.pathOf(id)
      if (path === undefined) return undefined
      await makeOwnFolder(deps.scratch)
      const target = join(deps.scratch, `out-${randomUUID()}`)
      await shelf.keeper.during(new AbortController().signal, (signal) =>
        deps.tasks.run('folder.checkout', { path, target }, { signal }),
      )
      return target
    },
    /** Whether a file can be restored, asked of a disk that may not answer. @throws RefusalError, BackupError NO_ANSWER */
    async checkSource(path: string, live: string, shelved: boolean): Promise<number> {
      const { bytes } = await folders.keeperOf(dirname(path)).ask('folder.source', { path, live, shelved })
      return bytes
    },
    /** False where a backup is surely not there. A folder that does not answer says nothing against it. */
    async isThere(path: string): Promise<boolean> {
      const name = folders.nameOf(path)
      if (name !== undefined) {
        await folders.glance()
        return folders.now().seen() === undefined || folders.now().has(name)
      }
      const keeper = folders.keeperOf(dirname(path))
      try {
        return (await keeper.ask('folder.has', { path }, keeper.patience.slow)).there
      } catch (error) {
        if (isFolderError(error)) return true
        throw error
      }
    },
    /** For the doctor, who looks at a folder that may not answer. */
    doctor: (folder: string) => doctorOf(folders.keeperOf(folder), now),
    /** The identity of now, and those that the data directory had before. */
    identities: (): string[] => [deps.installation.id, ...deps.installation.previous],
    /** True for a file in the folder of the backups, whoever made it. */
    isShelved: (path: string): boolean => folders.nameOf(path) !== undefined,
    /** Keeps a file of the folder from being removed until what is returned is called. */
    hold(path: string): () => void {
      const name = basename(path)
      if (folders.nameOf(path) === undefined) return () => undefined
      held.set(name, (held.get(name) ?? 0) + 1)
      return () => {
        const count = (held.get(name) ?? 1) - 1
        if (count === 0) held.delete(name)
        else held.set(name, count)
      }
    },
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

/** The file is there, and what is wrong with it is known. */
class NotProven extends Error {
  override readonly name = 'NotProven'
  readonly code: string
  constructor(id: string, cause: unknown) {
    super(`${id} was made, but could not be proven. ${cause instanceof Error ? cause.message : ''}`.trim(), { cause })
    this.code = codeOf(cause)
  }
}

const NOT_OURS = 'Another installation made it, which uses the same folder: only that one decides about it.'
const UNDO = 'The last restore can be undone with it. Wait until then, or set the days for undoing to 0.'
const LOCKS: readonly [string, FailureCode, string][] = [
  ['pinned', 'backup-pinned', 'It is pinned: unpin it first.'],
  ['in-use', 'backup-in-use', 'It is being restored: wait until that has ended.'],
  ['undo', 'backup-needed', UNDO],
  ['restored-from', 'backup-needed', UNDO],
  ['last-verified', 'backup-last-verified', 'It is the newest verified backup: make another one first.'],
]
const refusal = (code: FailureCode, id: string, what: 'removed' | 'pinned', why: string) =>
  Object.assign(new Error(`${id} was not ${what}. ${why}`), { code })
const noBackup = (id: string) => new StoreError('not-found', id, `There is no backup named ${id}. Reload the list.`)
