import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { RestoreOptions, RestorePreview } from '../../../preload/contract/backups.ts'
import type { Clock, Tasks } from '../../ports.ts'
import { isCode } from '../durable-file.ts'
import { type DamagedFiles, isDamage, keepDamaged, markSalvaged, shareInstallation } from './damaged.ts'
import { RefusalError } from './refusal.ts'
import type { SalvageOutput } from './salvage.ts'
import { checkSource } from './source.ts'
import { swapDatabase, UndoRecord, undoFile } from './swap.ts'

export interface RestoreDeps {
  /** The resolved messages.db. Uploads and candidates lie in `restore/` beside it: one disk, so that renaming is enough. */
  database: string
  tasks: Tasks
  clock: Clock
  /** The server's time where it is known; the machine's clock may be wrong. */
  serverNow(): number
  /** Resolves when nothing writes to the database any more: bots, outbox and the socket. */
  pause(): Promise<void>
  resume(): Promise<void>
  closeStore(): void
  /** Opens messages.db again with its schema check; throws where it cannot. */
  openStore(): void
  /** Makes a verified backup; returns its path. */
  backup(reason: 'before-restore'): Promise<string>
  knownBots(): string[]
  passphrase(): Promise<string | undefined>
  /** True for a file of our own backups folder: it belongs to this installation even where the damaged database cannot say so. */
  isOwn?(path: string): boolean
  log: {
    info(facts: Record<string, unknown>, message: string): void
    error(facts: Record<string, unknown>, message: string): void
  }
}
export interface RestoreDone {
  restored_at: number
  safety_backup: string
  tables: Record<string, number>
  switched_off: number
}

interface Upload {
  path: string
  name: string
  owned: boolean
  prepared?: { key: string; candidate: string }
}

type Only = NonNullable<RestoreOptions['only']>
/** Without the keys that are there and undefined. */
const onlyOf = ({ assignments, chats }: Only): { assignments?: boolean; chats?: string[] } => ({
  ...(assignments !== undefined && { assignments }),
  ...(chats !== undefined && { chats }),
})

/** Files to restore, their previews, the restore itself, and its undoing. One at a time. */
export function createRestoreService(deps: RestoreDeps) {
  const folder = join(dirname(deps.database), 'restore')
  const uploads = new Map<string, Upload>()
  let busy = false

  const find = (handle: string): Upload => {
    const upload = uploads.get(handle)
    if (upload === undefined) throw new RefusalError('not-found', 'This file is no longer at hand. Choose it again.')
    return upload
  }
  const work = (handle: string): string => join(folder, handle)

  async function alone<T>(run: () => Promise<T>): Promise<T> {
    if (busy) throw new RefusalError('conflict', 'Another restore is running. Wait until it has ended.')
    busy = true
    try {
      return await run()
    } finally {
      busy = false
    }
  }

  async function prepare(
    handle: string,
    options: RestoreOptions,
  ): Promise<{ candidate: string; preview: RestorePreview }> {
    const upload = find(handle)
    const passphrase = options.passphrase ?? (await deps.passphrase())
    const size = await stat(deps.database).then(
      (info) => info.size,
      () => 0,
    )
    const result = await deps.tasks.run(
      'restore.prepare',
      {
        file: upload.path,
        fileName: upload.name,
        upload: handle,
        work: work(handle),
        live: deps.database,
        mode: options.mode,
        switchOn: options.switch_on,
        ...(options.only !== undefined && { only: onlyOf(options.only) }),
        ...(passphrase !== undefined && { passphrase }),
        limits: { plainBytes: Math.max(4 * 2 ** 30, 20 * size) },
        knownBots: deps.knownBots(),
      },
      { limits: { milliseconds: 60 * 60_000, memoryBytes: 2 ** 30 } },
    )
    upload.prepared = { key: 'ready', candidate: result.candidate }
    return result
  }

  /** `undo`: what came since the restore that is taken back. `salvaged`: the candidate is what could be read of the damaged database. */
  async function carryAndSwap(
    candidate: string,
    options: Pick<RestoreOptions, 'mode' | 'switch_on' | 'only'>,
    how: { undo?: { afterMessage: number; since: number }; own?: boolean; salvaged?: true } = {},
  ): Promise<RestoreDone> {
    const next = join(dirname(deps.database), `${basename(deps.database)}.restored`)
    const scratch = join(folder, `salvage-${randomUUID()}`)
    await deps.pause()
    let open = true
    let kept: DamagedFiles | undefined
    let done: RestoreDone
    try {
      const safety = how.salvaged === true ? undefined : await safetyBackup()
      deps.closeStore()
      open = false
      let live = deps.database
      if (how.salvaged === true) live = candidate
      else if (safety === undefined) {
        // What was answered is carried over as far as it can be read; the floor answers for the rest.
        await mkdir(scratch, { recursive: true, mode: 0o700 })
        live = join(scratch, 'live.db')
        await salvage(live, join(scratch, 'damaged.db'))
        if (how.own === true) shareInstallation(candidate, live)
      }
      if (safety === undefined) kept = await keepDamaged(deps.database, deps.clock.now())
      const finished = await deps.tasks.run('restore.finish', {
        candidate,
        live,
        out: next,
        mode: options.mode,
        switchOn: options.switch_on,
        ...(options.only !== undefined && { only: onlyOf(options.only) }),
        now: deps.serverNow(),
        ...(how.undo !== undefined && { undo: how.undo }),
      })
      const restoredAt = deps.clock.now()
      await swapDatabase(
        deps.database,
        next,
        async () => {
          deps.openStore()
          open = true
        },
        () => {
          if (open) deps.closeStore()
          open = false
        },
        safety === undefined ? null : { safety_backup: safety, restored_at: restoredAt, floor: finished.floor },
      )
      deps.log.info({ tables: finished.tables }, 'restored')
      done = {
        restored_at: restoredAt,
        safety_backup: basename(safety ?? kept?.path ?? ''),
        tables: finished.tables,
        switched_off: finished.switchedOff,
      }
    } catch (error) {
      await kept?.forget()
      await goOn(open)
      throw error
    } finally {
      await rm(next, { force: true })
      await rm(scratch, { recursive: true, force: true })
    }
    await deps.resume()
    return done
  }

  /** Never hides why the restore failed. */
  async function goOn(open: boolean): Promise<void> {
    try {
      if (!open) deps.openStore()
      await deps.resume()
    } catch (error) {
      deps.log.error({ err: error }, 'the database could not be opened again')
    }
  }

  /** Undefined: the running database is damaged, so that no backup of it can be made; its files are set aside instead. */
  async function safetyBackup(): Promise<string | undefined> {
    try {
      return await deps.backup('before-restore')
    } catch (error) {
      if (!isDamage(error)) throw error
      return undefined
    }
  }
  async function salvage(out: string, scratch: string) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return await deps.tasks.run('restore.salvage', { damaged: deps.database, scratch, out })
  }

  async function inScratch<T>(run: (scratch: string) => Promise<T>): Promise<T> {
    const scratch = join(folder, `salvage-${randomUUID()}`)
    await mkdir(scratch, { recursive: true, mode: 0o700 })
    try {
      return await run(scratch)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }

  async function undoRecord(): Promise<UndoRecord | undefined> {
    try {
      const undo = UndoRecord.parse(JSON.parse(await readFile(undoFile(deps.database), 'utf8')))
      await stat(undo.safety_backup)
      return undo
    } catch (error) {
      if (!isCode(error, 'ENOENT')) deps.log.error({ err: error }, 'the record for undoing a restore cannot be read')
      return undefined
    }
  }

  const service = {
    /** Where an upload may be streamed to before it is registered. */
    async uploadPath(): Promise<string> {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return join(folder, `upload-${randomUUID()}`)
    },
    /** A file by its path; the caller got it from a dialog, the CLI or the list of backups. `owned`: removed when discarded. */
    async register(
      path: string,
      options: { name?: string; owned?: boolean } = {},
    ): Promise<{ upload: string; bytes: number; name: string }> {
      const bytes = await checkSource(path, deps.database)
      const handle = randomUUID()
      const name = options.name ?? basename(path)
      uploads.set(handle, { path, name, owned: options.owned === true })
      return { upload: handle, bytes, name }
    },
    preview: (handle: string, options: RestoreOptions): Promise<RestorePreview> =>
      alone(async () => (await prepare(handle, options)).preview),
    apply: (handle: string, options: RestoreOptions): Promise<RestoreDone> =>
      alone(async () => {
        const upload = find(handle)
        const ready = upload.prepared?.candidate ?? (await prepare(handle, options)).candidate
        const done = await carryAndSwap(ready, options, { own: deps.isOwn?.(upload.path) === true })
        await service.discard(handle)
        return done
      }),
    async canUndo(): Promise<{ possible: boolean; restored_at: number | null; safety_backup: string | null }> {
      const undo = await undoRecord()
      return {
        possible: undo !== undefined,
        restored_at: undo?.restored_at ?? null,
        safety_backup: undo === undefined ? null : basename(undo.safety_backup),
      }
    },
    /** What could be read of a damaged database, without replacing anything. */
    look: (): Promise<SalvageOutput> =>
      alone(() => inScratch((scratch) => salvage(join(scratch, 'look.db'), join(scratch, 'damaged.db')))),
    /** Puts what can be read of the damaged database in its place. The damaged files stay beside it. */
    salvage: (): Promise<RestoreDone & { salvaged: SalvageOutput }> =>
      alone(() =>
        inScratch(async (scratch) => {
          const candidate = join(scratch, 'salvaged.db')
          const salvaged = await salvage(candidate, join(scratch, 'damaged.db'))
          markSalvaged(candidate, deps.clock.now())
          const done = await carryAndSwap(candidate, { mode: 'replace', switch_on: true }, { salvaged: true })
          return { ...done, salvaged }
        }),
      ),
    /** Again a restore, of the safety backup; what came since is carried over, and it can itself be undone. */
    undo: (): Promise<RestoreDone> =>
      alone(async () => {
        const undo = await undoRecord()
        if (undo === undefined)
          throw new RefusalError('not-found', 'There is no restore to undo, or its safety backup is gone.')
        const { upload } = await service.register(undo.safety_backup)
        try {
          const options: RestoreOptions = { mode: 'replace', switch_on: true }
          const { candidate } = await prepare(upload, options)
          return await carryAndSwap(candidate, options, {
            undo: { afterMessage: undo.floor, since: undo.restored_at },
          })
        } finally {
          await service.discard(upload)
        }
      }),
    async discard(handle: string): Promise<boolean> {
      const upload = uploads.get(handle)
      uploads.delete(handle)
      await rm(work(handle), { recursive: true, force: true })
      if (upload?.owned === true) await rm(upload.path, { force: true })
      return upload !== undefined
    },
    async dispose(): Promise<void> {
      for (const handle of [...uploads.keys()]) await service.discard(handle)
    },
  }
  return service
}
export type RestoreService = ReturnType<typeof createRestoreService>
