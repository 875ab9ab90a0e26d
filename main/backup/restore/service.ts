import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import type { RestoreOptions, RestorePreview } from '../../../preload/contract/backups.ts'
import type { Clock, Tasks } from '../../ports.ts'
import { isCode, writeDurably } from '../durable-file.ts'
import { RefusalError } from './refusal.ts'
import { checkSource } from './source.ts'
import { swapDatabase } from './swap.ts'

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

/** What undo needs, also after a restart. */
const Undo = z.object({ safety_backup: z.string(), restored_at: z.number(), floor: z.number() })
type Undo = z.infer<typeof Undo>
interface Upload {
  path: string
  name: string
  owned: boolean
  prepared?: { key: string; candidate: string }
}

/** Files to restore, their previews, the restore itself, and its undoing. One at a time. */
export function createRestoreService(deps: RestoreDeps) {
  const folder = join(dirname(deps.database), 'restore')
  const undoFile = join(folder, 'undo.json')
  const uploads = new Map<string, Upload>()
  let busy = false

  const find = (handle: string): Upload => {
    const upload = uploads.get(handle)
    if (upload === undefined) throw new RefusalError('not-a-file', 'This file is no longer at hand. Choose it again.')
    return upload
  }
  const work = (handle: string): string => join(folder, handle)

  async function alone<T>(run: () => Promise<T>): Promise<T> {
    if (busy) throw new RefusalError('not-a-file', 'Another restore is running. Wait until it has ended.')
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
        ...(passphrase !== undefined && { passphrase }),
        limits: { plainBytes: Math.max(4 * 2 ** 30, 20 * size) },
        knownBots: deps.knownBots(),
      },
      { limits: { milliseconds: 60 * 60_000, memoryBytes: 2 ** 30 } },
    )
    upload.prepared = { key: 'ready', candidate: result.candidate }
    return result
  }

  async function carryAndSwap(
    candidate: string,
    options: Pick<RestoreOptions, 'mode' | 'switch_on' | 'only'>,
    undo?: { afterMessage: number; since: number },
  ): Promise<RestoreDone> {
    const next = join(dirname(deps.database), `${basename(deps.database)}.restored`)
    await deps.pause()
    let open = true
    try {
      const safety = await deps.backup('before-restore')
      deps.closeStore()
      open = false
      const now = deps.serverNow()
      const only =
        options.only === undefined
          ? undefined
          : {
              ...(options.only.assignments !== undefined && { assignments: options.only.assignments }),
              ...(options.only.chats !== undefined && { chats: options.only.chats }),
            }
      const finished = await deps.tasks.run('restore.finish', {
        candidate,
        live: deps.database,
        out: next,
        mode: options.mode,
        switchOn: options.switch_on,
        ...(only !== undefined && { only }),
        now,
        ...(undo !== undefined && { undo }),
      })
      const restoredAt = deps.clock.now()
      await swapDatabase(
        deps.database,
        next,
        async () => {
          deps.openStore()
          open = true
          await rm(undoFile, { force: true })
          const record: Undo = { safety_backup: safety, restored_at: restoredAt, floor: finished.floor }
          await writeDurably(undoFile, async (file) => {
            await file.writeFile(JSON.stringify(record))
          })
        },
        () => {
          if (open) deps.closeStore()
          open = false
        },
      )
      deps.log.info({ tables: finished.tables }, 'restored')
      return {
        restored_at: restoredAt,
        safety_backup: basename(safety),
        tables: finished.tables,
        switched_off: finished.switchedOff,
      }
    } finally {
      await rm(next, { force: true })
      if (!open) deps.openStore()
      await deps.resume()
    }
  }

  async function undoRecord(): Promise<Undo | undefined> {
    try {
      const undo = Undo.parse(JSON.parse(await readFile(undoFile, 'utf8')))
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
        const ready = find(handle).prepared?.candidate ?? (await prepare(handle, options)).candidate
        const done = await carryAndSwap(ready, options)
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
    /** Again a restore, of the safety backup; what came since is carried over, and it can itself be undone. */
    undo: (): Promise<RestoreDone> =>
      alone(async () => {
        const undo = await undoRecord()
        if (undo === undefined)
          throw new RefusalError('not-a-file', 'There is no restore to undo, or its safety backup is gone.')
        const { upload } = await service.register(undo.safety_backup)
        try {
          const options: RestoreOptions = { mode: 'replace', switch_on: true }
          const { candidate } = await prepare(upload, options)
          return await carryAndSwap(candidate, options, { afterMessage: undo.floor, since: undo.restored_at })
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
