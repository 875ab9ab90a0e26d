import { lstat, open, realpath, stat } from 'node:fs/promises'
import { dirname, sep } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import { copyPrivately, createPrivateFile } from '../../files/unfinished.ts'
import type { AgeSecrets } from '../age/key.ts'
import { BackupError } from '../backup-error.ts'
import { readManifest } from '../database-manifest.ts'
import { digestTables } from '../dump/digest.ts'
import type { Manifest } from '../manifest.ts'
import { openBackup } from '../read-backup.ts'
import { boundedContent, type SourceLimits } from './bounded-content.ts'
import { openHostile } from './hostile.ts'
import { everyOwnSchema } from './reference.ts'
import { RefusalError } from './refusal.ts'
import { mostPlain } from './room.ts'
import { type LoadReport, loadSql } from './sql/load.ts'

export interface Source {
  /** A scratch database with what the file holds; nothing in it is trusted yet. */
  path: string
  form: 'sql' | 'sqlite'
  /** True: seal and manifest of ours, every byte as it was written. */
  proven: boolean
  manifest: Manifest | undefined
  report: LoadReport | undefined
  /** That came out of the file. */
  bytes: number
}

/**
 * Refuses what is not a plain file, by what it is and not by its name. `live` is the running database. `shelved`: it lies in the folder of the
 * backups, which may be any folder of the data directory but the directory itself.
 */
export async function checkSource(path: string, live: string, shelved = false): Promise<number> {
  const info = await lstat(path).catch((error: unknown) => {
    throw new RefusalError('not-a-file', `${path} cannot be read. Choose a file.`, { cause: error })
  })
  const not = (what: string) =>
    new RefusalError('not-a-file', `${path} is ${what}, not a file. Choose the file itself.`)
  if (info.isSymbolicLink()) throw not('a link')
  if (info.isDirectory()) throw not('a folder')
  if (!info.isFile()) throw not('a device or a pipe')
  const real = await realpath(path)
  const home = await realpath(dirname(live))
  const same = await stat(live).then(
    (other) => other.ino === info.ino && other.dev === info.dev,
    () => false,
  )
  const inside =
    real.startsWith(home + sep) &&
    !(shelved && dirname(real) !== home) &&
    !/[\\/](backups|restore)[\\/][^\\/]+([\\/][^\\/]+)?$/.test(real.slice(home.length))
  if (same || inside) {
    throw new RefusalError(
      'inside-data-directory',
      `${path} is one of the files that Whatslang is using. Choose a backup, or a copy in another folder.`,
    )
  }
  if (info.size === 0) throw new RefusalError('empty', `${path} is empty (0 bytes). Choose another file.`)
  return info.size
}

/** Decrypts, decompresses and loads the file into `scratch`. Stops at the limits; throws RefusalError or BackupError. */
export async function readSource(
  path: string,
  scratch: string,
  options: { secrets: AgeSecrets; limits: SourceLimits; signal?: AbortSignal; onBytes?: (bytes: number) => void },
): Promise<Source> {
  const size = (await stat(path)).size
  const backup = openBackup(path, options.secrets)
  let foreign = false
  async function* content(): AsyncGenerator<Buffer> {
    try {
      yield* boundedContent(backup.content, size, dirname(scratch), options.limits, options.onBytes)
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
      if (error.code !== 'NOT_OURS') throw asRefusal(error)
      foreign = true
    }
  }
  const reader = content()
  const first: Buffer[] = []
  let held = 0
  while (held < 16) {
    const next = await reader.next()
    if (next.done === true) break
    first.push(next.value)
    held += next.value.length
  }
  const head = Buffer.concat(first)
  async function* all(): AsyncGenerator<Buffer> {
    yield head
    yield* reader
  }
  const magic = head.subarray(0, 16).toString('latin1')
  if (magic === 'SQLite format 3\0') {
    await writeAll(all(), scratch)
    let bytes = (await stat(scratch)).size
    if (size === bytes) bytes += await copyCompanions(path, scratch, options.limits)
    const manifest = await manifestOf(scratch, path, foreign)
    return { path: scratch, form: 'sqlite', proven: !foreign, manifest, report: undefined, bytes }
  }
  if (ARCHIVES.some((start) => magic.startsWith(start))) {
    throw new RefusalError(
      'unknown-kind',
      `${path} is no backup: it holds another archive or a file of another kind. Unpack it first, then choose the database or the dump.`,
    )
  }
  createPrivateFile(scratch)
  const db = new Database(scratch)
  try {
    quick(db)
    const report = await loadSql(all(), db, {
      own: everyOwnSchema(),
      ...(options.signal && { signal: options.signal }),
    })
    const manifest = foreign ? undefined : (backup.proof().manifest ?? undefined)
    return { path: scratch, form: 'sql', proven: !foreign, manifest, report, bytes: report.bytes }
  } finally {
    db.close()
  }
}

/** A backup whose seal is gone still carries what every table held: where they disagree, it is not what was written. */
async function manifestOf(scratch: string, path: string, foreign: boolean): Promise<Manifest | undefined> {
  try {
    const db = openHostile(scratch)
    try {
      const manifest = readManifest(db, path)
      if (manifest === undefined || !foreign) return manifest
      if (!isDeepStrictEqual(await digestTables(db), manifest.end.tables)) throw changed(path)
      return manifest
    } finally {
      db.close()
    }
  } catch (error) {
    if (error instanceof BackupError) throw asRefusal(error)
    // A table of that name that is none of ours.
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_')) return undefined
    throw error
  }
}
const changed = (path: string) =>
  new RefusalError('damaged', `${path} was changed after it was written as a backup. Choose another backup.`)

/** zip, gzip, zstd, 7z, bzip2, xz, PDF, ELF: what a layer more, or no backup at all, begins with. */
const ARCHIVES = ['PK\x03\x04', '\x1f\x8b', '\x28\xb5\x2f\xfd', '7z\xbc\xaf', 'BZh', '\xfd7zXZ', '%PDF', '\x7fELF']

/** For scratch files, which are thrown away after a crash. */
export function quick(db: Database.Database): void {
  db.pragma('journal_mode = OFF')
  db.pragma('synchronous = OFF')
  db.pragma('locking_mode = EXCLUSIVE')
  db.pragma('cache_size = -32768')
  db.pragma('trusted_schema = OFF')
  db.pragma('foreign_keys = OFF')
}

async function writeAll(source: AsyncIterable<Buffer>, path: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of source) {
      let done = 0
      while (done < chunk.length) done += (await file.write(chunk, done)).bytesWritten
    }
  } finally {
    await file.close()
  }
}

/** A database that was copied with its `-wal` keeps its newest commits there; without it they would silently be missing. Returns how many bytes they are. */
async function copyCompanions(path: string, scratch: string, limits: SourceLimits): Promise<number> {
  let bytes = 0
  for (const end of ['-wal', '-journal']) {
    const info = await lstat(path + end).catch(() => undefined)
    if (info?.isFile() !== true || info.size === 0) continue
    bytes += info.size
    if (bytes > (limits.plainBytes ?? mostPlain(0)))
      throw new RefusalError('too-large', `${path + end} is larger than any database of ours. It was not taken.`)
    await copyPrivately(path + end, scratch + end)
  }
  return bytes
}

const REFUSED: Partial<Record<BackupError['code'], RefusalError['code']>> = {
  TRUNCATED: 'truncated',
  ALTERED: 'damaged',
  WRONG_PASSPHRASE: 'wrong-passphrase',
  NO_SECRET: 'passphrase-needed',
  KEY_NEEDED: 'key-needed',
  WRONG_KEY: 'wrong-key',
}
function asRefusal(error: BackupError): Error {
  const code = REFUSED[error.code]
  return code === undefined ? error : new RefusalError(code, error.message, { cause: error })
}
