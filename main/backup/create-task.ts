import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import type { BackupFormat } from '../../preload/contract/backups.ts'
import { removeTree } from '../files/contained.ts'
import { makeOwnFolder } from '../files/own-folder.ts'
import { createPrivateFile } from '../files/unfinished.ts'
import type { TaskContext } from '../tasks/protocol.ts'
import type { AgeKey } from './age/key.ts'
import { gzipSink } from './container/gzip.ts'
import { sealing } from './container/seal.ts'
import { zstdSink } from './container/zstd.ts'
import { writeManifest } from './database-manifest.ts'
import { digestTables } from './dump/digest.ts'
import { type DumpOptions, headerOf, type Sink } from './dump/dump.ts'
import { dumpHere, dumpInThread } from './dump/in-thread.ts'
import { quoteName } from './dump/names.ts'
import { planDump } from './dump/plan.ts'
import { fileSink, requireSpace, writeDurably } from './durable-file.ts'
import type { BackupReason, ManifestEnd } from './manifest.ts'
import { asSourceError, openSnapshot } from './snapshot.ts'

export interface CreateBackupInput {
  database: string
  /** The finished file; it must not exist. */
  target: string
  /** The folder of the program's temporary files; made where it is missing. */
  scratch: string
  format: BackupFormat
  reason: BackupReason
  appVersion: string
  /** ISO 8601. */
  createdAt: string
  /** Whose backup it is. */
  installation?: string
  /** What travels beside the database; no secrets. */
  settings: unknown
  key?: AgeKey
}
export interface CreateBackupOutput {
  /** Of the finished file. */
  bytes: number
  sha256: string
  userVersion: number
  /** What the snapshot held: the measure for every later verification. */
  end: ManifestEnd
}

/** Snapshot -> encode -> compress -> encrypt -> temporary file -> fsync -> rename -> fsync of the folder. */
export async function createBackupTask(input: CreateBackupInput, context: TaskContext): Promise<CreateBackupOutput> {
  try {
    const counted: Counted = { bytes: 0, hash: createHash('sha256') }
    const { appVersion, createdAt, reason, installation } = input
    const header = {
      app_version: appVersion,
      created_at: createdAt,
      reason,
      ...(installation !== undefined && { installation }),
    }
    const write = input.format === 'db' ? copyDatabase : dumpAs(input.format)
    let written: Written | undefined
    const fill = async (file: FileHandle): Promise<void> => {
      const bottom = counting(fileSink(file), counted)
      const sink = input.key === undefined ? bottom : await encrypted(input.key, bottom)
      written = await write(input, header, sink, context)
    }
    await writeDurably(input.target, fill, context.temporary)
    if (written === undefined) throw new Error('A backup was written without its manifest.')
    return { bytes: counted.bytes, sha256: counted.hash.digest('hex'), ...written }
  } catch (error) {
    throw asSourceError(error, input.database)
  }
}

type Written = Pick<CreateBackupOutput, 'end' | 'userVersion'>
type Header = DumpOptions['header']
type Write = (input: CreateBackupInput, header: Header, next: Sink, context: TaskContext) => Promise<Written>

const WORTH_A_THREAD = 16 * 1024 * 1024

/** The rows as SQL, by a thread of their own where there are many. */
const dumpAs =
  (format: Exclude<BackupFormat, 'db'>): Write =>
  async (input, header, next, context) => {
    const { database, settings } = input
    const { bytes, rows } = await ahead(input)
    const compressed = format === 'sql.gz' ? gzipSink(next) : format === 'sql.zst' ? zstdSink(next) : next
    const sink = sealing('sql', compressed)
    const { signal } = context
    const dump = bytes < WORTH_A_THREAD ? dumpHere : dumpInThread
    const written = await dump(sink, { database, header, settings, signal, between: reporter(rows, context) })
    await sink.close()
    return written
  }

/** What the file will need must be there before anything is written; how many rows are to come is only told to somebody who waits. */
async function ahead(input: CreateBackupInput): Promise<{ bytes: number; rows: number }> {
  const db = new Database(input.database, { readonly: true, fileMustExist: true, timeout: 30_000 })
  try {
    await requireSpace(dirname(input.target), estimate(db, input.format))
    return { bytes: sizeOf(db), rows: expectedRows(db) }
  } finally {
    db.close()
  }
}

/** The pages of the snapshot, search index included, with the manifest as one more table. */
const copyDatabase: Write = async (input, header, next, context) => {
  await makeOwnFolder(input.scratch)
  const folder = join(input.scratch, randomUUID())
  context.temporary(folder)
  const snapshot = openSnapshot(input.database, { pages: true })
  const { db } = snapshot
  try {
    await requireSpace(dirname(input.target), estimate(db, input.format))
    await requireSpace(input.scratch, sizeOf(db))
    await mkdir(folder, { mode: 0o700 })
    const copy = join(folder, 'copy.db')
    createPrivateFile(copy)
    await db.backup(copy, {
      progress: ({ totalPages, remainingPages }) => {
        context.signal.throwIfAborted()
        context.progress({ step: 'pages', done: totalPages - remainingPages, total: totalPages })
        return 2000
      },
    })
    const tables = await digestTables(db, reporter(expectedRows(db), context))
    const end = { rows: Object.values(tables).reduce((sum, table) => sum + table.rows, 0), tables }
    writeManifest(copy, { header: headerOf(db, planDump(db), header), settings: input.settings, end })
    const sink = sealing('sqlite', next)
    for await (const bytes of createReadStream(copy, { highWaterMark: 512 * 1024 })) await sink.write(bytes as Buffer)
    await sink.close()
    return { end, userVersion: Number(db.pragma('user_version', { simple: true })) }
  } finally {
    snapshot.close()
    await removeTree(folder, input.scratch)
  }
}

/** The library is large: it is loaded only where a key asks for it. */
const encrypted = async (key: AgeKey, next: Sink): Promise<Sink> =>
  await (await import('./age/encrypt.ts')).ageSink(key, next)

interface Counted {
  bytes: number
  hash: ReturnType<typeof createHash>
}
function counting(next: Sink, counted: Counted): Sink {
  return {
    async write(bytes) {
      counted.bytes += bytes.length
      counted.hash.update(bytes)
      await next.write(bytes)
    },
    close: () => next.close(),
  }
}

/** Roughly what the file will need; the first guess of a person is better than a full disk half-way. */
function estimate(db: Database.Database, format: BackupFormat): number {
  const factor = { 'sql.gz': 0.4, 'sql.zst': 0.4, sql: 1.1, db: 1.05 }[format]
  return sizeOf(db) * factor + 1024 * 1024
}
const sizeOf = (db: Database.Database): number =>
  Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }))

const TELL_EVERY_ROWS = 20_000

/** Reports rows against the highest rowids, which cost nothing to know; stops where the task was cancelled. */
export function reporter(total: number, context: TaskContext): (rows: number) => void {
  let done = 0
  let told = 0
  return (rows) => {
    context.signal.throwIfAborted()
    done += rows
    if (done - told < TELL_EVERY_ROWS) return
    told = done
    context.progress({ step: 'rows', done, total: Math.max(done, total) })
  }
}
export function expectedRows(db: Database.Database): number {
  let sum = 0
  for (const { name, key } of planDump(db).tables) {
    if (key.kind !== 'rowid') continue
    sum += Number(
      db
        .prepare(`SELECT max(${key.column}) FROM ${quoteName(name)}`)
        .pluck()
        .get() ?? 0,
    )
  }
  return sum
}

/** Encrypts a finished file to recipients, after it was drilled: nobody here can open it afterwards. */
export interface EncryptBackupInput {
  source: string
  target: string
  key: AgeKey
}
export async function encryptBackupTask(
  input: EncryptBackupInput,
  context: TaskContext,
): Promise<{ bytes: number; sha256: string }> {
  const counted: Counted = { bytes: 0, hash: createHash('sha256') }
  const source = await open(input.source, 'r')
  try {
    const fill = async (file: FileHandle): Promise<void> => {
      const sink = await encrypted(input.key, counting(fileSink(file), counted))
      for await (const bytes of source.createReadStream({ highWaterMark: 512 * 1024, autoClose: false })) {
        context.signal.throwIfAborted()
        await sink.write(bytes as Buffer)
      }
      await sink.close()
    }
    await writeDurably(input.target, fill, context.temporary)
  } finally {
    await source.close()
  }
  return { bytes: counted.bytes, sha256: counted.hash.digest('hex') }
}
