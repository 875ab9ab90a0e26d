import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backup } from '../../preload/contract/backups.ts'
import { type Entry, openCatalogue, sweep } from './catalogue.ts'
import { readBackupName } from './file-name.ts'

/** A folder of backups with its catalogue: what lies there, and what is known of it. */
export async function openShelf(folder: string) {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await sweep(folder)
  const catalogue = await openCatalogue(folder)
  let names = await filesIn(folder)
  let earlier = await leftIn(catalogue.earlier())

  return {
    folder,
    catalogue,
    /** Looks at the folder again: others put files there and take them away. */
    async look(): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      names = await filesIn(folder)
      earlier = await leftIn(catalogue.earlier())
    },
    has: (id: string): boolean => names.includes(id),
    pathOf: (id: string): string | undefined => (names.includes(id) ? join(folder, id) : undefined),
    isTaken: (name: string): boolean => names.includes(name) || catalogue.find(name) !== undefined,
    /** What is known and there. */
    present: (): Entry[] => catalogue.entries().filter((entry) => names.includes(entry.id)),
    /** What is there and not known. */
    unknown: (): string[] => names.filter((name) => catalogue.find(name) === undefined),
    /** Folders that were used before this one and still hold backups. */
    earlier: () => earlier,
    /** All of it, newest first. `reasons`: why retention keeps one. */
    async view(reasons: ReadonlyMap<string, string[]>): Promise<Backup[]> {
      const known = catalogue
        .entries()
        .map((entry) => toBackup(entry, names.includes(entry.id), reasons.get(entry.id) ?? []))
      const others = names.filter((name) => catalogue.find(name) === undefined)
      const foreign = await Promise.all(others.map((name) => foreignBackup(folder, name)))
      return [...known, ...foreign.filter((backup) => backup !== undefined)].sort((a, b) => b.created_at - a.created_at)
    },
  }
}
export type Shelf = Awaited<ReturnType<typeof openShelf>>

async function leftIn(folders: readonly string[]): Promise<{ folder: string; backups: number }[]> {
  const counted = await Promise.all(
    folders.map(async (folder) => ({
      folder,
      // One that cannot be read today (a disk that is not plugged in) has nothing to tell of.
      backups: (await filesIn(folder).catch(() => [])).length,
    })),
  )
  return counted.filter(({ backups }) => backups > 0)
}

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
