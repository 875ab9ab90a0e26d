import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { BackupFormat } from '../../preload/contract/backups.ts'
import { isCode } from '../files/codes.ts'
import { REMOVING, removeTree } from '../files/contained.ts'
import { readPlainFile } from '../files/plain-file.ts'
import { replaceFile } from '../files/replace-file.ts'
import { readBackupName } from './file-name.ts'
import { BackupReason, ManifestEnd } from './manifest.ts'

export const CATALOGUE = 'catalogue.json'

export const Entry = z.object({
  /** Becomes a path: only a name of a backup is one. */
  id: z.string().refine((id) => readBackupName(id) !== undefined),
  format: BackupFormat,
  encryption: z.enum(['none', 'passphrase', 'recipients']),
  created_at: z.number().int(),
  bytes: z.number().int(),
  sha256: z.string(),
  reason: BackupReason,
  verification: z.enum(['verified', 'drilled', 'unverified', 'failed']),
  verified_at: z.number().int().nullable(),
  problem: z.string().nullable(),
  problem_code: z.string().optional(),
  pinned: z.boolean(),
  app_version: z.string().nullable(),
  end: ManifestEnd.nullable(),
})
export type Entry = z.infer<typeof Entry>

/** The file lies in a folder that others may write into: what is no entry of ours is left out. */
const readEntry = (entry: unknown): Entry[] => {
  const read = Entry.safeParse(entry)
  return read.success ? [read.data] : []
}

/** A catalogue of thousands of backups is far smaller. */
const MAX_BYTES = 64 * 1024 * 1024

const Contents = z.object({
  version: z.literal(1),
  /** In the order of making. */
  entries: z.array(z.unknown()).transform((entries) => entries.flatMap(readEntry)),
  /** When the schedule last had its way (ms); the next run is reckoned from here. */
  scheduled_at: z.number().int().nullable(),
  rechecked_at: z.number().int().nullable(),
  /** Where backups were made before, newest first. */
  earlier: z.array(z.string()).default([]),
})
type Contents = z.infer<typeof Contents>

/** What we wrote into the folder and what became of it. The files themselves stay the truth: without this, they are read again. */
export async function openCatalogue(folder: string) {
  const path = join(folder, CATALOGUE)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { contents, found } = await read(path)
  let writing: Promise<void> = Promise.resolve()

  const save = (): Promise<void> => {
    const text = JSON.stringify(contents, null, 1)
    writing = writing.catch(() => undefined).then(() => replaceFile(path, text)) // the one before told its own caller
    return writing
  }
  return {
    /** False: there was none, or it could not be read. */
    found,
    entries: (): readonly Entry[] => contents.entries,
    find: (id: string): Entry | undefined => contents.entries.find((entry) => entry.id === id),
    times: (): { scheduled_at: number | null; rechecked_at: number | null } => contents,
    async put(entry: Entry): Promise<void> {
      const index = contents.entries.findIndex((other) => other.id === entry.id)
      if (index >= 0) contents.entries[index] = entry
      else contents.entries.push(entry)
      await save()
    },
    async forget(id: string): Promise<void> {
      contents.entries = contents.entries.filter((entry) => entry.id !== id)
      await save()
    },
    earlier: (): readonly string[] => contents.earlier,
    /** This folder takes the place of another one: what was due there is due here. */
    async follow(before: { earlier: readonly string[]; scheduled_at: number | null }): Promise<void> {
      contents.earlier = [...new Set([...before.earlier, ...contents.earlier])]
      contents.scheduled_at = Math.max(contents.scheduled_at ?? 0, before.scheduled_at ?? 0) || null
      await save()
    },
    async setTimes(times: { scheduled_at?: number; rechecked_at?: number }): Promise<void> {
      Object.assign(contents, times)
      await save()
    },
  }
}
export type Catalogue = Awaited<ReturnType<typeof openCatalogue>>

async function read(path: string): Promise<{ contents: Contents; found: boolean }> {
  const none: Contents = { version: 1, entries: [], scheduled_at: null, rechecked_at: null, earlier: [] }
  const text = await readPlainFile(path, MAX_BYTES)
  if (text === undefined) return { contents: none, found: false }
  try {
    return { contents: Contents.parse(JSON.parse(text)), found: true }
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error
    return { contents: none, found: false }
  }
}

const LEFT = /^(messages_.*\.partial|catalogue\.json\..*(\.partial|\.tmp))(-journal|-wal|-shm)?$/

/** Removes what a killed run left: unfinished files of ours and their companions. Returns their names. */
export async function sweep(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return []
    throw error
  })
  const left = names.filter((name) => LEFT.test(name) || name.startsWith(REMOVING))
  for (const name of left) await removeTree(join(folder, name), folder)
  return left
}
