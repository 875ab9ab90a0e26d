import { join } from 'node:path'
import type { Tasks } from '../ports.ts'
import type { Entry } from './catalogue.ts'
import type { KnownDisk } from './folder/file-system.ts'
import type { ReadFolderOutput } from './folder/read-task.ts'
import { isFolderError } from './folders.ts'
import { createKeepers, type Keepers } from './keeper.ts'
import { isAhead } from './status.ts'

export interface LookDeps {
  /** The folder of the backups, as the settings have it. */
  folder: string
  dataDirectory: string
  /** Undefined: the data directory has none yet. */
  installation: { readonly id: string; readonly previous: readonly string[] } | undefined
  tasks: Tasks
  now(): number
}
export interface NewestBackup {
  id: string
  path: string
  created_at: number
  rows: number
  entry: Entry
}

/** A folder as a program that does not run sees it; undefined: it does not answer, or cannot be read. */
export async function readFolder(
  deps: Pick<LookDeps, 'folder' | 'dataDirectory' | 'installation'> & { disk?: KnownDisk },
  keepers: Keepers,
  folder = deps.folder,
): Promise<ReadFolderOutput | undefined> {
  const keeper = keepers.of(folder)
  try {
    return await keeper.ask(
      'folder.read',
      {
        folder,
        dataDirectory: deps.dataDirectory,
        installation: deps.installation?.id ?? null,
        previous: [...(deps.installation?.previous ?? [])],
        ...(deps.disk && { disk: deps.disk }),
      },
      2 * keeper.patience.slow,
    )
  } catch (error) {
    if (isFolderError(error) || isSystemError(error)) return undefined
    throw error
  }
}

/** Paths of the backups in the folder that this installation made. */
export async function ownBackups(deps: LookDeps): Promise<string[]> {
  const keepers = createKeepers({ tasks: deps.tasks, onChange: () => undefined, onRetry: () => undefined })
  try {
    const entries = (await readFolder(deps, keepers))?.contents.entries ?? []
    return entries.flatMap(({ id, claimed }) => (claimed === true ? [] : [join(deps.folder, id)]))
  } finally {
    keepers.dispose()
  }
}

/** The newest proven backup of each folder, also one that this machine cannot open; null: there is none, or the folder does not answer. */
export async function newestOfEach(
  deps: LookDeps,
  folders: readonly string[],
): Promise<{ folder: string; backup: NewestBackup | null }[]> {
  const keepers = createKeepers({ tasks: deps.tasks, onChange: () => undefined, onRetry: () => undefined })
  try {
    const found = []
    for (const folder of folders) {
      const read = await readFolder(deps, keepers, folder)
      found.push({ folder, backup: read === undefined ? null : newestIn(folder, read, deps.now(), { sealed: true }) })
    }
    return found
  } finally {
    keepers.dispose()
  }
}

/** The newest proven backup of this installation that this machine can open, without reading it; else of the folders that were used before. */
export async function newestBackup(deps: LookDeps): Promise<NewestBackup | null> {
  const keepers = createKeepers({ tasks: deps.tasks, onChange: () => undefined, onRetry: () => undefined })
  try {
    const first = await readFolder(deps, keepers)
    for (const folder of [deps.folder, ...(first?.contents.earlier ?? [])]) {
      const read = folder === deps.folder ? first : await readFolder(deps, keepers, folder)
      const found = read === undefined ? null : newestIn(folder, read, deps.now())
      if (found !== null) return found
    }
    return null
  } finally {
    keepers.dispose()
  }
}

/** The one that was made last. What is dated ahead comes after all others, and what may be of another installation after these. */
function newestIn(
  folder: string,
  { files, contents }: ReadFolderOutput,
  now: number,
  { sealed = false } = {},
): NewestBackup | null {
  const there = new Set(files)
  const rank = (entry: Entry): number => (entry.claimed === true ? 2 : 0) + (isAhead(entry, now) ? 1 : 0)
  const [entry] = contents.entries
    .filter(
      ({ id, verification }) =>
        (verification === 'verified' || (sealed && verification === 'drilled')) && there.has(id),
    )
    .toSorted((a, b) => rank(a) - rank(b) || b.created_at - a.created_at)
  if (entry === undefined) return null
  return { id: entry.id, path: join(folder, entry.id), created_at: entry.created_at, rows: entry.end?.rows ?? 0, entry }
}

const isSystemError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^E[A-Z]+$/.test(String(error.code))
