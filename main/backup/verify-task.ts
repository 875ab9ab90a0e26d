import { mkdtemp, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { removeTree } from '../files/contained.ts'
import { makeOwnFolder } from '../files/own-folder.ts'
import type { TaskContext } from '../tasks/protocol.ts'
import type { AgeSecrets } from './age/key.ts'
import { BackupError } from './backup-error.ts'
import { expectedRows, reporter } from './create-task.ts'
import { readManifest } from './database-manifest.ts'
import { digestTables } from './dump/digest.ts'
import { fileSink } from './durable-file.ts'
import type { Manifest, ManifestEnd, TableDigest } from './manifest.ts'
import { type OpenBackup, openBackup, type Proof } from './read-backup.ts'
import { boundedContent } from './restore/bounded-content.ts'
import { openHostile } from './restore/hostile.ts'
import { RefusalError } from './restore/refusal.ts'
import { asLoaded, type Loaded, loadScratch } from './scratch-load.ts'

export interface VerifyBackupInput {
  path: string
  secrets: AgeSecrets
  /** A folder of ours for the scratch database; made where it is missing. */
  scratch: string
  /** What the snapshot held, where that is still known; the file's own manifest counts otherwise. */
  expected?: ManifestEnd
}
export interface VerifyBackupOutput extends Omit<Proof, 'manifest'> {
  manifest: Manifest
  /** Whose backup it is; null: it does not tell. */
  installation: string | null
}

/**
 * Restores the file into a scratch database and compares every table with what the snapshot held, by count and by digest.
 * Throws BackupError: what openBackup throws, or MISMATCH with the name of the table.
 */
export async function verifyBackupTask(input: VerifyBackupInput, context: TaskContext): Promise<VerifyBackupOutput> {
  await makeOwnFolder(input.scratch)
  const folder = await mkdtemp(join(input.scratch, 'verify-'))
  context.temporary(folder)
  try {
    const scratch = join(folder, 'restored.db')
    const opened = openBackup(input.path, input.secrets)
    const size = await sizeOf(input.path)
    const content = watched(boundedContent(opened.content, size, folder), context)
    const [first, rest] = await isDatabase(content)
    const loaded = first
      ? asLoaded(await adopt(rest, scratch, input.path))
      : await loadScratch(rest, scratch, { size, context })
    try {
      return await compare(loaded, opened, input, context)
    } finally {
      await loaded.close()
    }
  } finally {
    await removeTree(folder, input.scratch)
  }
}

/** Nothing where it cannot be read: reading it says why. */
const sizeOf = async (path: string): Promise<number> =>
  await stat(path).then(
    (info) => info.size,
    () => 0,
  )

async function* watched(content: AsyncIterable<Buffer>, context: TaskContext): AsyncGenerator<Buffer> {
  for await (const bytes of content) {
    context.signal.throwIfAborted()
    yield bytes
  }
}

async function isDatabase(content: AsyncGenerator<Buffer>): Promise<[boolean, AsyncGenerator<Buffer>]> {
  const first = await content.next()
  async function* all(): AsyncGenerator<Buffer> {
    if (first.done === true) return
    yield first.value
    yield* content
  }
  return [first.done !== true && first.value.subarray(0, 15).toString('latin1') === 'SQLite format 3', all()]
}

async function adopt(content: AsyncIterable<Buffer>, scratch: string, path: string): Promise<Database.Database> {
  const file = await open(scratch, 'wx', 0o600)
  try {
    const sink = fileSink(file)
    for await (const bytes of content) await sink.write(bytes)
    await sink.close()
  } finally {
    await file.close()
  }
  try {
    return openHostile(scratch)
  } catch (error) {
    if (!(error instanceof RefusalError && error.code === 'damaged')) throw error
    throw new BackupError(
      'MISMATCH',
      `The database in ${path} does not pass SQLite's own check. Use another backup.`,
      {},
      { cause: error },
    )
  }
}

async function compare(
  { db, digests }: Loaded,
  opened: OpenBackup,
  input: VerifyBackupInput,
  context: TaskContext,
): Promise<VerifyBackupOutput> {
  const proof = opened.proof()
  const manifest = proof.manifest ?? readManifest(db, input.path)
  if (manifest === undefined) throw new BackupError('NOT_OURS', `${input.path} holds no manifest of Whatslang.`)
  const wanted = [manifest.end, ...(input.expected === undefined ? [] : [input.expected])]
  const digest = (known?: Loaded['digests']) => digestTables(db, reporter(expectedRows(db), context), known)
  let found = await digest(digests)
  // Before anything is called wrong, all of it is read from the finished database.
  if (digests.size > 0 && differenceOf(wanted, found) !== undefined) found = await digest()
  const difference = differenceOf(wanted, found)
  if (difference !== undefined) {
    const { name, want, got } = difference
    throw new BackupError(
      'MISMATCH',
      `${input.path} does not restore to what was saved: table "${name}" has ${got?.rows ?? 'no'} rows where ${want?.rows ?? 'no'} were saved, or other contents. Make a new backup now.`,
      { table: name },
    )
  }
  const versions = [
    Number(db.pragma('user_version', { simple: true })),
    Number(db.pragma('application_id', { simple: true })),
  ]
  if (versions[0] !== manifest.header.user_version || versions[1] !== manifest.header.application_id) {
    throw new BackupError(
      'MISMATCH',
      `${input.path} restores with other version marks than were saved. Make a new backup now.`,
    )
  }
  return { ...proof, manifest, installation: manifest.header.installation ?? installationIn(db) }
}

/** The first table that does not hold what one of them says; undefined where all do. */
function differenceOf(wanted: readonly ManifestEnd[], found: Record<string, TableDigest>) {
  for (const { tables } of wanted) {
    for (const name of new Set([...Object.keys(tables), ...Object.keys(found)])) {
      const [want, got] = [tables[name], found[name]]
      if (want === undefined || got === undefined || want.rows !== got.rows || want.sha256 !== got.sha256)
        return { name, want, got }
    }
  }
  return undefined
}

/** Files of earlier versions tell it only in the database. */
function installationIn(db: Database.Database): string | null {
  try {
    const value: unknown = db.prepare("SELECT value FROM meta WHERE key = 'installation'").pluck().get()
    return typeof value === 'string' && value.length <= 64 ? value : null
  } catch (error) {
    if (error instanceof Database.SqliteError) return null // no such table in this version
    throw error
  }
}
