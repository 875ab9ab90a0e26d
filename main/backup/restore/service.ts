import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FileChat, RestoreOptions, RestorePreview } from '../../../preload/contract/restore.ts'
import type { Settings, SettingsPatch } from '../../../preload/contract/settings.ts'
import { compareWithFile, patchOf, stillGiven } from '../../config/setting-differences.ts'
import { showValue } from '../../config/setting-path.ts'
import { removeTree } from '../../files/contained.ts'
import type { Clock, TaskOptions, Tasks } from '../../ports.ts'
import type { TaskBoard } from '../../tasks/board.ts'
import { neededSecrets } from '../age/needed-secrets.ts'
import { chosenSettings } from './chosen-settings.ts'
import { markSalvaged } from './damaged.ts'
import { fileChats } from './file-chats.ts'
import { RefusalError } from './refusal.ts'
import { createReplacement, selectionOf } from './replacement.ts'
import { mostPlain, readLimits } from './room.ts'
import type { SalvageOutput } from './salvage.ts'
import { readUndoRecord, type UndoRecord } from './undo-record.ts'
import { createUploads } from './uploads.ts'

export interface RestoreDeps {
  /** The resolved messages.db. Uploads and candidates lie in `restore/` beside it: one disk, so that renaming is enough. */
  database: string
  tasks: Tasks
  /** Shows the work and lets somebody cancel it. */
  board?: Pick<TaskBoard, 'run'>
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
  /** Why nothing may be restored now. */
  refusal?(): Error | undefined
  passphrase(): Promise<string | undefined>
  /** True for a backup that this installation made: it belongs here even where the damaged database cannot say so. */
  isOwn?(path: string): boolean
  /** This installation's identity, and those that it had before. */
  identities?(): readonly string[]
  /** True for a file in the folder of the backups, whoever made it. Default: isOwn. */
  isShelved?(path: string): boolean
  /** `checkSource` for a file that may lie on a disk that does not answer. Default: checkSource itself. */
  checkFile?(path: string, live: string, shelved: boolean): Promise<number>
  /** Keeps a file of the folder of the backups from being removed until what is returned is called. */
  hold?(path: string): () => void
  /** False where a file of that path is surely not there. Default: a look at the disk. */
  isThere?(path: string): Promise<boolean>
  /** How long the undo's files are kept (days). Default: 30. */
  undoDays?(): number
  /** Undefined: settings are neither compared nor taken. */
  settings?: RestorableSettings
  log: {
    info(facts: Record<string, unknown>, message: string): void
    error(facts: Record<string, unknown>, message: string): void
  }
}
/** The settings as the restore service needs them. */
export interface RestorableSettings {
  get(): Settings
  /** @throws where one is not valid; nothing is changed then */
  update(patch: SettingsPatch): Settings
  /** Names of those that are set from outside: the environment wins over any file. */
  fixed(): readonly string[]
}
export interface RestoreDone {
  restored_at: number
  safety_backup: string
  tables: Record<string, number>
  switched_off: number
  /** How many were taken. */
  settings?: number
  settings_taken?: { key: string; before: string; after: string }[]
  /** What did not work although the restore did. */
  problem?: string
}

export interface UndoFacts {
  possible: boolean
  restored_at: number | null
  safety_backup: string | null
  /** Until then no rule removes the safety backup; null: no longer than any other. */
  kept_until: number | null
}

type TakenSettings = Pick<RestoreDone, 'settings' | 'settings_taken' | 'problem'>

/** How often unused files are looked for. */
const SWEEP_MS = 10 * 60_000

/** Files to restore, their previews, the restore itself, and its undoing. One at a time. */
export function createRestoreService(deps: RestoreDeps) {
  const folder = join(dirname(deps.database), 'restore')
  const uploads = createUploads({ ...deps, folder })
  const { replace, salvage, inScratch } = createReplacement(deps, folder)
  let busy = false
  let looking: Promise<unknown> = Promise.resolve()
  const sweeping = setInterval(() => {
    if (!busy) inTurn(uploads.sweep).catch((error) => deps.log.error({ err: error }, 'unused files were not removed'))
  }, SWEEP_MS)
  sweeping.unref()

  /** A look waits for the one before it: somebody who tries what a choice would change asks faster than it can be told. */
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    if (busy) return alone(run)
    const look = looking.then(run, run)
    looking = look.catch(() => undefined) // told to its own caller
    return look
  }
  /** What changes the database; looks are always possible. */
  async function change<T>(run: () => Promise<T>): Promise<T> {
    const refused = deps.refusal?.()
    if (refused) throw refused
    return alone(run)
  }
  async function alone<T>(run: () => Promise<T>): Promise<T> {
    if (busy) throw new RefusalError('conflict', 'Another restore is running. Wait until it has ended.')
    busy = true
    try {
      await looking
      return await run()
    } finally {
      busy = false
    }
  }
  const watched = <T>(kind: 'preview' | 'restore', title: string, work: (watch: TaskOptions) => Promise<T>) =>
    deps.board === undefined ? work({}) : deps.board.run(kind, title, work)

  /** What of a file's settings would change here. */
  const settingsOf = (file: unknown) =>
    deps.settings === undefined ? [] : compareWithFile(file, deps.settings.get(), deps.settings.fixed()).differences

  /** Reads the file; `compare`: and says what applying it would change, which takes as long again for large ones. */
  async function prepare(
    handle: string,
    options: RestoreOptions,
    watch: TaskOptions,
    { compare, undo = false }: { compare: boolean; undo?: boolean },
  ) {
    const upload = uploads.find(handle)
    const secrets = await neededSecrets(upload.path, {
      passphrase: () => options.passphrase ?? deps.passphrase(),
      identity: options.identity,
    })
    const size = await stat(deps.database).then(
      (info) => info.size,
      () => 0,
    )
    const work = uploads.work(handle)
    const limits = await readLimits(upload.path, work, size)
    const prepared = deps.tasks.run(
      'restore.prepare',
      {
        file: upload.path,
        fileName: upload.name,
        shelved: upload.shelved,
        own: identitiesOf(upload.path),
        upload: handle,
        work,
        live: deps.database,
        mode: options.mode,
        switchOn: options.switch_on,
        ...selectionOf(options),
        secrets,
        limits: { plainBytes: mostPlain(size) },
        knownBots: deps.knownBots(),
        compare,
        ...(undo && { undo }),
        ...(upload.ready !== undefined && { ready: upload.ready }),
      },
      { ...watch, limits: { ...limits, milliseconds: 60 * 60_000 } },
    )
    const { ready, preview } = await prepared.catch(async (error: unknown) => {
      // What was read until then is of no use, and may be large.
      if (upload.ready === undefined) await removeTree(work, folder)
      throw error
    })
    upload.ready = ready
    return { ready, preview }
  }

  async function previewOf(handle: string, options: RestoreOptions, watch: TaskOptions): Promise<RestorePreview> {
    const { ready, preview } = await prepare(handle, options, watch, { compare: true })
    if (preview === null) throw new Error('A comparison was asked for, and none was made.')
    const differences = settingsOf(ready.settings)
    chosenSettings(differences, options.settings)
    const settings = differences.map(({ key, inFile, here, consequence }) => ({
      key,
      in_file: showValue(inFile),
      here: showValue(here),
      ...(consequence !== undefined && { consequence }),
    }))
    return { ...preview, settings }
  }

  const identitiesOf = (path: string): string[] => (deps.isOwn?.(path) === true ? [...(deps.identities?.() ?? [])] : [])
  const isThere =
    deps.isThere ??
    ((path: string) =>
      stat(path).then(
        () => true,
        () => false,
      ))
  type Given = NonNullable<UndoRecord['settings']>
  /** The database is in place: whatever happens to the settings, the restore was done. */
  function takeSettings(values: Given): TakenSettings {
    if (values.length === 0) return {}
    try {
      deps.settings?.update(patchOf(values.map(({ key, after }) => ({ key, value: after }))))
      const shown = values.map(({ key, before, after }) => ({
        key,
        before: showValue(before),
        after: showValue(after),
      }))
      return { settings: values.length, settings_taken: shown }
    } catch (error) {
      deps.log.error({ err: error }, 'the settings of a backup could not be taken')
      const why = error instanceof Error ? error.message : ''
      return { problem: `The data was restored; the settings were not taken. ${why}`.trim() }
    }
  }

  async function undoRecord(): Promise<UndoRecord | undefined> {
    try {
      const undo = readUndoRecord(deps.database)
      return undo !== undefined && (await isThere(undo.safety_backup)) ? undo : undefined
    } catch (error) {
      deps.log.error({ err: error }, 'the record for undoing a restore cannot be read')
      return undefined
    }
  }

  return {
    uploadPath: uploads.path,
    register: uploads.register,
    discard: uploads.discard,
    preview: (handle: string, options: RestoreOptions): Promise<RestorePreview> =>
      inTurn(async () => {
        const { name } = uploads.find(handle)
        return await watched('preview', name, async (watch) => await previewOf(handle, options, watch))
      }),
    /** The chats of a file that was previewed. */
    chats(handle: string, query: { query?: string | undefined; limit: number }): { total: number; chats: FileChat[] } {
      const { ready } = uploads.find(handle)
      if (ready === undefined)
        throw new RefusalError('conflict', 'The file was not read yet. Ask for its preview first.')
      return fileChats(ready.candidate.path, query)
    },
    apply: (handle: string, options: RestoreOptions): Promise<RestoreDone> =>
      change(async () => {
        const upload = uploads.find(handle)
        const release = deps.hold?.(upload.path)
        const done = await watched('restore', upload.name, async (watch) => {
          // A selection that the file does not hold is told by the comparison.
          const compare = options.only !== undefined
          const ready = upload.ready ?? (await prepare(handle, options, watch, { compare })).ready
          const given = chosenSettings(settingsOf(ready.settings), options.settings)
          let taken: TakenSettings = {}
          const replaced = await replace(ready.candidate.path, options, {
            own: deps.isOwn?.(upload.path) === true,
            identities: identitiesOf(upload.path),
            ...(upload.shelved && { from: upload.path }),
            ...(given.length > 0 && { settings: given }),
            beforeResume: () => {
              taken = takeSettings(given)
            },
            watch,
          })
          return { ...replaced, ...taken }
        }).finally(() => release?.())
        await uploads.discard(handle)
        return done
      }),
    async canUndo(): Promise<UndoFacts> {
      const undo = await undoRecord()
      if (undo === undefined) return { possible: false, restored_at: null, safety_backup: null, kept_until: null }
      const days = deps.undoDays?.() ?? 30
      return {
        possible: true,
        restored_at: undo.restored_at,
        safety_backup: basename(undo.safety_backup),
        kept_until: days === 0 ? null : undo.restored_at + days * 86_400_000,
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
          const done = await replace(candidate, { mode: 'replace', switch_on: true }, { salvaged: true })
          return { ...done, salvaged }
        }),
      ),
    /** Again a restore, of the safety backup; what came since is carried over, and it can itself be undone. */
    undo: (secrets: Pick<RestoreOptions, 'passphrase' | 'identity'> = {}): Promise<RestoreDone> =>
      change(async () => {
        const undo = await undoRecord()
        if (undo === undefined)
          throw new RefusalError('not-found', 'There is no restore to undo, or its safety backup is gone.')
        const release = deps.hold?.(undo.safety_backup)
        const { upload, name } = await uploads.register(undo.safety_backup)
        try {
          return await watched('restore', name, async (watch) => {
            const options: RestoreOptions = { ...secrets, mode: 'replace', switch_on: true }
            const { ready } = await prepare(upload, options, watch, { compare: false, undo: true })
            const today = deps.settings?.get()
            const back =
              today === undefined
                ? []
                : stillGiven(undo.settings ?? [], today).map(({ key, before, after }) => ({
                    key,
                    before: after,
                    after: before,
                  }))
            let taken: TakenSettings = {}
            const replaced = await replace(ready.candidate.path, options, {
              undo: { afterMessage: undo.floor, since: undo.restored_at },
              ...(back.length > 0 && { settings: back }),
              beforeResume: () => {
                taken = takeSettings(back)
              },
              watch,
            })
            return { ...replaced, ...taken }
          })
        } finally {
          release?.()
          await uploads.discard(upload)
        }
      }),
    async dispose(): Promise<void> {
      clearInterval(sweeping)
      await uploads.dispose()
    },
  }
}
export type RestoreService = ReturnType<typeof createRestoreService>
