import type { FileHandle } from 'node:fs/promises'
import { createGzip } from 'node:zlib'
import Database from 'better-sqlite3'
import type { ExportFormat } from '../../../preload/contract/backups.ts'
import type { Language } from '../../../preload/contract/languages.ts'
import { createPrivateFile } from '../../files/unfinished.ts'
import { exportPython } from '../../store/python/export.ts'
import type { TaskContext } from '../../tasks/protocol.ts'
import { BackupError } from '../backup-error.ts'
import { dumpDatabase } from '../dump/dump.ts'
import { buildDurably, fileSink, writeDurably } from '../durable-file.ts'
import { csv } from './csv.ts'
import { EXPORT_WORDS } from './export-words.ts'
import { page } from './html-page.ts'
import { json } from './json.ts'
import { localTime } from './local-time.ts'
import { exportedOf } from './message-rows.ts'
import { transcript } from './transcript.ts'

export interface ExportInput {
  database: string
  /** Must not exist. */
  out: string
  format: ExportFormat
  chat?: string
  appVersion: string
  /** Of what an export for people says besides the messages. */
  language: Language
  /** IANA name of the zone of its times. */
  timeZone: string
}
export interface ExportOutput {
  path: string
  bytes: number
}

const TABLES = ['accounts', 'chats', 'bot_chat_assignments', 'messages', 'processed_messages', 'bots'] as const

/** Whoever asks for one chat must never get all of them. */
const OF_ONE_CHAT: ReadonlySet<string> = new Set(['csv', 'html', 'txt'])

/** Writes what is asked for from one read transaction, through a temporary file: nobody sees half of it. */
export async function exportTask(input: ExportInput, context: TaskContext): Promise<ExportOutput> {
  if (input.chat !== undefined && !OF_ONE_CHAT.has(input.format))
    throw Object.assign(
      new Error(`An export as ${input.format} holds everything. Choose csv, html or txt for one chat.`),
      { code: 'invalid' },
    )
  const db = new Database(input.database, { readonly: true, fileMustExist: true })
  let bytes = 0
  try {
    if (input.format === 'db' || input.format === 'python-db') {
      const make = input.format === 'db' ? copyInto(db) : (path: string) => void exportPython(input.database, path)
      return { path: input.out, bytes: await buildDurably(input.out, make, context.temporary) }
    }
    db.exec('BEGIN')
    const fill = async (file: FileHandle): Promise<void> => {
      const sink = fileSink(file)
      const write = async (chunk: Uint8Array): Promise<void> => {
        context.signal.throwIfAborted()
        bytes += chunk.length
        await sink.write(chunk)
      }
      const texts = input.format === 'sql' || input.format === 'sql.gz' ? undefined : parts(db, input)
      if (texts === undefined) {
        await dump(db, input, write)
      } else {
        for (const text of texts) await write(Buffer.from(text))
      }
      await sink.close()
    }
    await writeDurably(input.out, fill, context.temporary)
    return { path: input.out, bytes }
  } finally {
    db.close()
  }
}

const copyInto =
  (db: Database.Database) =>
  (path: string): void => {
    createPrivateFile(path)
    db.prepare('VACUUM INTO ?').run(path)
  }

function parts(db: Database.Database, input: ExportInput): Iterable<string> {
  if (input.format === 'json') return json(db, TABLES)
  const exported = exportedOf(db, input.chat)
  if (exported === undefined) throw new BackupError('MISSING', 'There is no such chat. Choose one of the list.')
  if (input.format === 'csv') return csv(exported)
  const words = EXPORT_WORDS[input.language]
  const time = localTime(input.timeZone, words.lang)
  return input.format === 'html' ? page(exported, words, time) : transcript(exported, words, time)
}

async function dump(
  db: Database.Database,
  input: ExportInput,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<void> {
  const gzip = input.format === 'sql.gz' ? createGzip() : undefined
  const target = gzip === undefined ? undefined : drain(gzip, write)
  const header = { app_version: input.appVersion, created_at: new Date().toISOString(), reason: 'manual' as const }
  await dumpDatabase(
    db,
    {
      write: async (chunk) => {
        if (gzip === undefined) await write(chunk)
        else if (!gzip.write(chunk)) await new Promise<void>((resolve) => gzip.once('drain', () => resolve()))
      },
      close: async () => undefined,
    },
    { header, settings: null, between: () => undefined },
  )
  gzip?.end()
  await target
}
async function drain(source: AsyncIterable<unknown>, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  for await (const chunk of source) await write(chunk as Uint8Array)
}
