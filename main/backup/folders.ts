import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '../../preload/contract/settings.ts'
import type { Tasks } from '../ports.ts'
import { createFolderMemory } from './folder-memory.ts'
import { createKeepers, type Patience } from './keeper.ts'
import { codeOf, type Results } from './results.ts'
import { createShelf, type Identity, type Shelf } from './shelf.ts'

export interface FoldersDeps {
  /** <data directory>/backups; the settings may name another. */
  defaultFolder: string
  /** Scratch databases lie there; no place for backups. */
  scratch: string
  database: string
  tasks: Tasks
  settings(): Settings
  installation: Identity
  results: Results
  patience?: Patience
  /** What is known of the folder has changed. */
  onChange(): void
  /** A folder that did not answer may be asked `again`, between two pieces of work. */
  onRetry(): void
  log: { warn(facts: Record<string, unknown>, message: string): void }
}

/** How long a count of the folders that were used before is good for (ms). */
const COUNT_FOR = 60_000

/** Which folder backups are made in: the one that the settings name, or another one while that cannot be used. */
export function createFolders(deps: FoldersDeps) {
  const { defaultFolder, results } = deps
  const dataDirectory = dirname(defaultFolder)
  const memory = createFolderMemory(join(dataDirectory, 'backup-folders.json'))
  const shelves = new Map<string, Shelf>()
  const keepers = createKeepers({
    ...deps,
    onChange: (folder) => {
      if (folder === shelf.folder || folder === wanted()) deps.onChange()
    },
    onRetry: (folder) => {
      if (folder === shelf.folder || folder === wanted()) deps.onRetry()
    },
  })
  const wanted = (): string => deps.settings().backup.folder ?? defaultFolder
  let shelf = shelfOf(defaultFolder)
  let counts: { folder: string; backups: number }[] = []
  let countedAt = Number.NEGATIVE_INFINITY

  function shelfOf(folder: string): Shelf {
    const known = shelves.get(folder)
    if (known !== undefined) return known
    const made = createShelf({
      folder,
      dataDirectory,
      keeper: keepers.of(folder),
      installation: deps.installation,
      memory,
      log: deps.log,
    })
    shelves.set(folder, made)
    return made
  }

  /** @throws BackupError that says why a folder cannot take backups */
  async function check(folder: string, milliseconds?: number): Promise<void> {
    await keepers.of(folder).ask(
      'folder.check',
      {
        folder,
        defaultFolder,
        swept: [deps.scratch, join(dirname(deps.database), 'restore')],
        installation: deps.installation.id,
        mountedAt: memory.of(folder)?.mountedAt ?? null,
        diskId: memory.of(folder)?.diskId ?? null,
      },
      milliseconds,
    )
  }

  /** False, and told, where the folder cannot take backups today. */
  async function usable(folder: string, instead: string, milliseconds?: number): Promise<boolean> {
    try {
      if (folder !== defaultFolder) await check(folder, milliseconds)
      return true
    } catch (error) {
      if (!isFolderError(error)) throw error
      results.folderUnusable(error, instead)
      return false
    }
  }

  /** Works in the folder that the settings name from now on. What lies in the one before stays there, and is told of. */
  async function follow(): Promise<void> {
    const folder = wanted()
    if (folder !== shelf.folder && !(await usable(folder, shelf.folder))) return
    if (folder === shelf.folder) return results.folderUsable()
    const next = shelfOf(folder)
    await next.look()
    results.folderUsable()
    const { catalogue } = shelf
    const earlier = [shelf.folder, ...catalogue.earlier()].filter((before) => before !== folder)
    await next.catalogue.follow({ earlier, scheduled_at: catalogue.times().scheduled_at })
    shelf = next
    countedAt = Number.NEGATIVE_INFINITY
    await count()
    deps.onChange()
  }

  /** How many backups lie in folders that were used before. One that cannot be read today has nothing to tell of. */
  async function count(): Promise<void> {
    if (performance.now() - countedAt < COUNT_FOR) return
    countedAt = performance.now()
    const counted = await Promise.all(
      shelf.catalogue.earlier().map(async (folder) => {
        const known = counts.find((one) => one.folder === folder)?.backups ?? 0
        const answer = await keepers
          .of(folder)
          .ask('folder.count', { folder })
          .catch(() => ({ backups: known }))
        return { folder, backups: answer.backups }
      }),
    )
    counts = counted.filter(({ backups }) => backups > 0)
  }

  return {
    wanted,
    /** For a file anywhere: any disk may be away. */
    keeperOf: keepers.of,
    now: (): Shelf => shelf,
    check: (folder: string): Promise<void> => check(folder),
    follow,
    shelfOf,
    /** The user says that the folder of the settings holds nothing of before: what is remembered of its disk and of its list is dropped. */
    async renew(): Promise<void> {
      const folder = wanted()
      memory.forget(folder)
      shelves.delete(folder)
      if (shelf.folder !== folder) return await follow()
      shelf = shelfOf(folder)
      await shelf.look()
      results.folderUsable()
      deps.onChange()
    },
    /** Looks at the folder for as long as a page waits; a folder that takes longer is told of by `silentSince`. */
    async glance(at = shelf): Promise<void> {
      const looked = at
        .look()
        .then(count)
        .catch(() => undefined) // what was seen last is told
      const enough = new AbortController()
      const waited = sleep(at.keeper.patience.slow + 50, undefined, { signal: enough.signal }).catch(() => undefined) // no longer waited for
      await Promise.race([looked, waited])
      enough.abort()
    },
    /** Asks the folders that did not answer. Whether they do is all that is asked: a refusal is known. */
    async again(): Promise<void> {
      if (shelf.folder === wanted()) await shelf.look().catch(() => undefined)
      else await follow().catch(() => undefined)
    },
    /** At the start of the program, which does not wait for a folder that hangs. */
    async begin(): Promise<void> {
      const folder = wanted()
      const { slow } = shelf.keeper.patience
      if (await usable(folder, defaultFolder, slow)) shelf = shelfOf(folder)
      await this.glance()
    },
    /** The folder for a backup that is to be made now. @throws BackupError NO_ANSWER, NO_FOLDER where none can be used */
    async ready(): Promise<Shelf> {
      // A disk that was not there comes back.
      if (shelf.folder !== wanted()) await follow()
      try {
        await shelf.look()
      } catch (error) {
        if (!isFolderError(error)) throw error
        return await this.fallBack(error)
      }
      return shelf
    },
    /** The folder in the data directory, until the other one can be used again. @throws `error` where it is that one itself */
    async fallBack(error: unknown): Promise<Shelf> {
      if (shelf.folder === defaultFolder) throw error
      results.folderUnusable(error, defaultFolder)
      shelf = shelfOf(defaultFolder)
      await shelf.look()
      return shelf
    },
    earlier: (): { folder: string; backups: number }[] => counts,
    /** A backup of any folder, by its path; the file may be away for now. */
    nameOf: (path: string): string | undefined =>
      [shelf.folder, shelf.place()].includes(dirname(path)) ? basename(path) : undefined,
    dispose: () => keepers.dispose(),
  }
}
export type Folders = ReturnType<typeof createFolders>

export const isFolderError = (error: unknown): boolean =>
  ['NO_FOLDER', 'NOT_MOUNTED', 'NO_ANSWER'].includes(codeOf(error))

/** The disk or the rights of the folder: another one may take what this one does not. */
export const refusesWrites = (error: unknown): boolean =>
  ['EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOTCONN', 'ESTALE', 'EHOSTDOWN'].includes(codeOf(error))
