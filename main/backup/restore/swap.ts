import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import * as z from 'zod'
import { isCode } from '../../files/codes.ts'
import { emptyFolder, removeFile } from '../../files/contained.ts'
import { move } from '../../files/move.ts'
import { makeOwnFolder } from '../../files/own-folder.ts'
import { replaceFile, syncFolder } from '../../files/replace-file.ts'
import { UndoRecord, undoFile } from './undo-record.ts'

const Journal = z.object({
  version: z.literal(1),
  /** swapping: files may stand on either side; swapped: the new one is in place and was not opened yet. */
  phase: z.enum(['swapping', 'swapped']),
  /** All in the folder of the journal. */
  database: z.string(),
  aside: z.string(),
  next: z.string(),
  sha256: z.string(),
  /** Of the old file when the swap began: where it differs, somebody wrote to it since, and it stays. */
  old: z.object({ bytes: z.number(), changed_at: z.number(), wal: z.number() }).nullable(),
  /** What undo will need, once the new file is in place; null: this swap cannot be undone. */
  undo: UndoRecord.nullable().default(null),
})
type Journal = z.infer<typeof Journal>

const COMPANIONS = ['-wal', '-shm', '-journal'] as const
export const JOURNAL = 'restore.json'

const asideOf = (database: string): string => `${basename(database)}.before-restore`

export type Recovery = 'none' | 'finished' | 'undone'

export async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

async function facts(path: string): Promise<Journal['old']> {
  const info = await stat(path).catch(() => undefined)
  if (info === undefined) return null
  const wal = await stat(`${path}-wal`).catch(() => undefined)
  return { bytes: info.size, changed_at: info.mtimeMs, wal: wal?.size ?? 0 }
}

const writeJournal = (folder: string, journal: Journal): Promise<void> =>
  replaceFile(join(folder, JOURNAL), JSON.stringify(journal))

/** The new file is in place for good: from now on this swap is the one that undo takes back. */
async function keepUndo(folder: string, journal: Journal): Promise<void> {
  const path = undoFile(join(folder, journal.database))
  if (journal.undo === null) await rm(path, { force: true })
  else {
    await makeOwnFolder(dirname(path))
    await replaceFile(path, JSON.stringify(journal.undo))
  }
}

/** Moves the old database away with everything that belongs to it: a `-wal` left behind would silently undo the restore. */
async function setAside(folder: string, journal: Journal): Promise<void> {
  const database = join(folder, journal.database)
  const aside = join(folder, journal.aside)
  if (existsSync(database)) await move(database, aside)
  for (const end of COMPANIONS) if (existsSync(database + end)) await move(database + end, aside + end)
}
async function putBack(folder: string, journal: Journal): Promise<void> {
  const database = join(folder, journal.database)
  const aside = join(folder, journal.aside)
  if (!existsSync(aside)) return
  // Where the database's own name is free, companions beside it are the old ones that were not moved yet, or moved back already.
  if (existsSync(database)) for (const end of [...COMPANIONS, '']) await rm(database + end, { force: true })
  // The companions first: the database must not be there for a moment without its newest commits.
  for (const end of COMPANIONS) if (existsSync(aside + end)) await move(aside + end, database + end)
  await move(aside, database)
  await syncFolder(folder)
}
async function forget(folder: string, journal: Journal): Promise<void> {
  await rm(join(folder, JOURNAL), { force: true })
  await syncFolder(folder)
  await removeAside(folder, journal)
  for (const end of ['', ...COMPANIONS]) await rm(join(folder, journal.next) + end, { force: true })
}
/** A `-wal` of an earlier swap must never come back with the file of a later one. */
async function removeAside(folder: string, { aside }: Pick<Journal, 'aside'>): Promise<void> {
  for (const end of ['', ...COMPANIONS]) await rm(join(folder, aside) + end, { force: true })
}

/**
 * Puts `next` in the place of `database`; both lie in one folder, and nobody has either open. `prove` opens the new file and
 * throws where it is not what it should be: then `release` closes it, and everything is as before. A crash at any moment is finished or undone by
 * `recoverSwap`.
 */
export async function swapDatabase(
  database: string,
  next: string,
  prove: () => Promise<void>,
  release: () => void = () => undefined,
  undo: UndoRecord | null = null,
): Promise<void> {
  const folder = dirname(database)
  const journal: Journal = {
    version: 1,
    phase: 'swapping',
    database: basename(database),
    aside: asideOf(database),
    next: basename(next),
    sha256: await digestFile(next),
    old: await facts(database),
    undo,
  }
  await removeAside(folder, journal)
  await writeJournal(folder, journal)
  try {
    await setAside(folder, journal)
    await syncFolder(folder)
    await move(next, database)
    await syncFolder(folder)
    await writeJournal(folder, { ...journal, phase: 'swapped' })
    await prove()
    await keepUndo(folder, journal)
  } catch (error) {
    release()
    await putBack(folder, journal)
    await forget(folder, journal)
    throw error
  }
  await forget(folder, journal)
}

/** To be called at start, under the owner lock and before messages.db is opened: ends an interrupted swap, and sweeps what it left. */
export async function recoverSwap(
  database: string,
  onLeft: (name: string, error: unknown) => void = () => undefined,
): Promise<Recovery> {
  const recovery = await endSwap(database)
  for (const end of ['', ...COMPANIONS]) await rm(`${database}.restored${end}`, { force: true })
  await sweepRestores(database, onLeft)
  return recovery
}

/** Removes uploads and candidates: they belong to a program that ended. What undo needs stays. */
async function sweepRestores(database: string, onLeft: (name: string, error: unknown) => void): Promise<void> {
  const undo = undoFile(database)
  if (!existsSync(dirname(undo))) return
  await makeOwnFolder(dirname(undo))
  for (const { name, error } of await emptyFolder(dirname(undo), (name) => name === basename(undo))) onLeft(name, error)
}

async function endSwap(database: string): Promise<Recovery> {
  const folder = dirname(database)
  const path = join(folder, JOURNAL)
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${JOURNAL}.`) && name.endsWith('.tmp')) await removeFile(join(folder, name), folder)
  }
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (text === undefined) {
    // Without a journal the swap had come to its end; only the tidying up had not.
    if (existsSync(database)) await removeAside(folder, { aside: asideOf(database) })
    return 'none'
  }
  const journal = Journal.parse(JSON.parse(text))
  const name = (file: string): string => join(folder, basename(file))
  const current = name(journal.database)
  const isNext = async (file: string): Promise<boolean> =>
    existsSync(file) && (await digestFile(file)) === journal.sha256
  const moved = existsSync(name(journal.aside))
  if (journal.phase === 'swapping' && !moved && existsSync(current) && !(await isNext(current))) {
    // Nothing was moved yet. Where the old file was written since, its newer rows matter more than the restore.
    const untouched = JSON.stringify(await facts(current)) === JSON.stringify(journal.old)
    if (!untouched || !(await isNext(name(journal.next)))) {
      await forget(folder, journal)
      return 'undone'
    }
  }
  if (journal.phase === 'swapped' && existsSync(current)) {
    // It may have been opened and written since: its digest says nothing any more, its pages must hold together.
    if (holdsTogether(current)) {
      await keepUndo(folder, journal)
      await forget(folder, journal)
      return 'finished'
    }
  } else if (await isNext(current)) {
    await setAsideCompanions(folder, journal)
    await keepUndo(folder, journal)
    await forget(folder, journal)
    return 'finished'
  } else if (await isNext(name(journal.next))) {
    await setAside(folder, journal)
    await syncFolder(folder)
    await move(name(journal.next), current)
    await syncFolder(folder)
    await keepUndo(folder, journal)
    await forget(folder, journal)
    return 'finished'
  }
  await putBack(folder, journal)
  await forget(folder, journal)
  return 'undone'
}

async function setAsideCompanions(folder: string, journal: Journal): Promise<void> {
  for (const end of COMPANIONS) {
    const file = join(folder, journal.database) + end
    if (existsSync(file)) await move(file, join(folder, journal.aside) + end)
  }
}

function holdsTogether(path: string): boolean {
  try {
    const db = new Database(path)
    try {
      return db.pragma('quick_check(1)', { simple: true }) === 'ok'
    } finally {
      db.close()
    }
  } catch {
    return false // no database at all: the old one goes back
  }
}
