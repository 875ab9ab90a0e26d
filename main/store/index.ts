import type Database from 'better-sqlite3'
import type { Clock } from '../ports.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { type Assignments, createAssignments } from './assignments.ts'
import { type Bots, createBots } from './bots.ts'
import { type ChangeListener, createChanges } from './changes.ts'
import { type Chats, createChats } from './chats.ts'
import type { StoreContext, Transact } from './context.ts'
import { createEarlierAnswers, type EarlierAnswers } from './earlier-answers.ts'
import { asStoreError } from './errors.ts'
import type { Replacement } from './file-watch.ts'
import { guardFile } from './guard-file.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { createMessages, type Messages } from './messages.ts'
import { createMeta, type Meta } from './meta.ts'
import { createModelUse, type ModelUse } from './model-use.ts'
import { inspectFile, type OpenFileOptions, openFile } from './open-file.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createProcessed, type Processed } from './processed.ts'
import { finishImport, type ImportReport, importPython } from './python/import.ts'
import { createRevisions, type Revisions } from './revisions.ts'
import { createTransactions } from './transaction.ts'

/** The little of a logger that the store needs. Never given a text, a number or a JID. */
export interface StoreLog {
  warn(facts: Record<string, unknown>, message: string): void
  error(facts: Record<string, unknown>, message: string): void
}
export interface OpenStoreOptions extends OpenFileOptions {
  path: string
  clock?: Pick<Clock, 'now'>
  log?: StoreLog
  /** The file became another one: nothing is written any more. Called once, in the middle of whatever noticed it. */
  onReplaced?: (how: Replacement) => void
}

export interface Store {
  readonly path: string
  /** What was taken over from the Python service's file that lay at the path until now. */
  readonly imported: ImportReport | undefined
  readonly accounts: Accounts
  readonly chats: Chats
  readonly assignments: Assignments
  readonly messages: Messages
  readonly revisions: Revisions
  readonly meta: Meta
  readonly jobs: Jobs
  readonly outbox: Outbox
  readonly processed: Processed
  readonly earlier: EarlierAnswers
  readonly bots: Bots
  readonly modelUse: ModelUse
  readonly changes: { on(listener: ChangeListener): () => void; listenerCount(): number }
  readonly transaction: Transact
  /** For repositories that live with their feature (answers, statistics). Not for SQL of one's own. */
  readonly context: StoreContext
  readonly db: Database.Database
  /** Moves the WAL into the file. Waits for nobody: what a reader elsewhere still needs stays in it until the next time. */
  checkpoint(): void
  /** Undefined: the file is still the one that was opened. Looked at before each write as well. */
  replaced(): Replacement | undefined
  close(): void
}

/**
 * Opens messages.db with its repositories. One store per process; the caller holds the owner lock (`takeOwnerLock`) unless `readOnly`.
 * Throws `StoreError`, whose message tells the user what to do.
 */
export function openStore(options: OpenStoreOptions): Store {
  const { clock = { now: () => Date.now() }, log } = options
  const imported = options.readOnly ? undefined : takeOver(options.path, clock.now())
  const db = openFile(options.path, options)
  try {
    const changes = createChanges((error) => log?.error({ err: error }, 'a listener to changes of the store failed'))
    const guard = guardFile(db, options)
    const { transaction, emit } = createTransactions(db, changes.tell, guard)
    const context: StoreContext = { db, clock, transaction, emit }
    const chats = createChats(context)
    return {
      path: db.name,
      imported,
      accounts: createAccounts(context),
      chats,
      assignments: createAssignments(context),
      messages: createMessages(context, chats),
      revisions: createRevisions(context, chats),
      meta: createMeta(context),
      jobs: createJobs(context),
      outbox: createOutbox(context),
      processed: createProcessed(context),
      earlier: createEarlierAnswers(context),
      bots: createBots(context),
      modelUse: createModelUse(context),
      changes,
      transaction,
      context,
      db,
      checkpoint() {
        guard.checkpoint(() => checkpoint(db))
      },
      replaced: guard.look,
      close() {
        if (!db.open) return
        try {
          if (!db.readonly && guard.look() === undefined) checkpoint(db)
        } catch (error) {
          // On a full disk, for example. Nothing is lost: the next start reads the WAL.
          log?.warn({ err: error }, 'the write-ahead log stays beside the database')
        } finally {
          guard.close()
        }
      },
    }
  } catch (error) {
    db.close()
    throw asStoreError(error, options.path)
  }
}
export { StoreError } from './errors.ts'
export type { Replacement } from './file-watch.ts'

function checkpoint(db: Database.Database): void {
  const patience = Number(db.pragma('busy_timeout', { simple: true }))
  db.pragma('busy_timeout = 0')
  try {
    db.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    db.pragma(`busy_timeout = ${patience}`)
  }
}

function takeOver(path: string, now: number): ImportReport | undefined {
  finishImport(path)
  return inspectFile(path).kind === 'python' ? importPython(path, { now }) : undefined
}

export { OwnedError, ownerOf, takeOwnerLock } from './owner-lock.ts'
