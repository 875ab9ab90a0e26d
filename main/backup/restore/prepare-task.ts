import { rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import type { RestorePreview } from '../../../preload/contract/restore.ts'
import { removeTree } from '../../files/contained.ts'
import { makeOwnFolder } from '../../files/own-folder.ts'
import { createPrivateFile } from '../../files/unfinished.ts'
import { SCHEMA_VERSION } from '../../store/schema.ts'
import type { TaskContext } from '../../tasks/protocol.ts'
import type { AgeSecrets } from '../age/key.ts'
import type { SourceLimits } from './bounded-content.ts'
import { buildCandidate, type Candidate } from './candidate.ts'
import { type FinishInput, type FinishOutput, finishRestore } from './finish.ts'
import { type PreviewFacts, previewRestore } from './preview.ts'
import { bring } from './reference.ts'
import { checkSource, readSource } from './source.ts'

export interface PrepareRestoreInput {
  file: string
  fileName: string
  /** It lies in the folder of the backups. */
  shelved?: boolean
  /** Identities whose files are of this installation: a data directory that was moved has a new one. */
  own?: readonly string[]
  upload: string
  /** A folder of this upload alone, on the disk of the database. */
  work: string
  live: string
  mode: 'replace' | 'merge'
  switchOn: boolean
  only?: { assignments?: boolean; chats?: string[] }
  secrets?: AgeSecrets
  limits: SourceLimits
  knownBots: string[]
  /** The file is the safety backup of a restore that is taken back. */
  undo?: boolean
  /** Of an earlier look at the same file: it is only compared again, with these options. */
  ready?: Prepared
  /** False: the comparison is not made, because the caller does not show it. */
  compare?: boolean
}
/** A file that was read: nothing of it is hostile any more. */
export interface Prepared {
  candidate: Candidate
  proven: boolean
  createdAt: number | null
  /** What the file's own manifest carries, as it stands there. */
  settings: unknown
}
export interface PrepareRestoreOutput {
  ready: Prepared
  /** Null where none was asked for. */
  preview: RestorePreview | null
}

/** Reads a file from outside into a candidate, and says what applying it would change. */
export async function prepareRestoreTask(
  input: PrepareRestoreInput,
  context: TaskContext,
): Promise<PrepareRestoreOutput> {
  const ready = input.ready ?? (await read(input, context))
  if (input.compare === false) return { ready, preview: null }
  context.progress({ step: 'compare', done: 0, total: null })
  const preview = compare(ready.candidate, input, {
    upload: input.upload,
    fileName: input.fileName,
    mode: input.mode,
    switchOn: input.switchOn,
    proven: ready.proven,
    createdAt: ready.createdAt,
    knownBots: input.knownBots,
    own: input.own ?? [],
    ...(input.only !== undefined && { only: input.only }),
  })
  return { ready, preview }
}

async function read(input: PrepareRestoreInput, context: TaskContext): Promise<Prepared> {
  const size = await checkSource(input.file, input.live, input.shelved)
  await makeOwnFolder(dirname(input.work))
  await removeTree(input.work, dirname(input.work))
  await mkdir(input.work, { mode: 0o700 })
  const scratch = join(input.work, 'source.db')
  context.temporary(scratch)
  const source = await readSource(input.file, scratch, {
    secrets: input.secrets ?? {},
    limits: input.limits,
    signal: context.signal,
    onBytes: (bytes) => context.progress({ step: 'read', done: bytes, total: Math.max(bytes, size) }),
  })
  context.signal.throwIfAborted()
  context.progress({ step: 'load', done: 0, total: null })
  const candidate = await buildCandidate(source, join(input.work, 'candidate.db'), input.undo)
  await rm(scratch, { force: true })
  return {
    candidate,
    proven: source.proven,
    createdAt: source.manifest === undefined ? null : Date.parse(source.manifest.header.created_at),
    settings: source.manifest?.settings ?? null,
  }
}

/** Beside a damaged database the file is still shown, only not what it would change. */
function compare(candidate: Candidate, input: PrepareRestoreInput, facts: PreviewFacts): RestorePreview {
  try {
    return previewRestore(candidate, input.live, facts)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && UNREADABLE.test(String(error.code)))) throw error
  }
  const empty = join(input.work, 'empty.db')
  createPrivateFile(empty)
  const db = new Database(empty)
  bring(db, 0, SCHEMA_VERSION)
  db.close()
  try {
    const preview = previewRestore(candidate, empty, facts)
    return {
      ...preview,
      warnings: [...preview.warnings, 'The database here is damaged: what the file lacks of it cannot be told.'],
    }
  } finally {
    for (const end of ['', '-journal']) rmSync(empty + end, { force: true })
  }
}
const UNREADABLE = /^SQLITE_(CORRUPT|NOTADB|CANTOPEN|ERROR)/

export async function finishRestoreTask(input: FinishInput, context: TaskContext): Promise<FinishOutput> {
  context.progress({ step: 'carry over', done: 0, total: null })
  return await finishRestore(input)
}
