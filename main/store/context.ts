import type Database from 'better-sqlite3'
import type { Clock } from '../ports.ts'

/** What changed, told after the commit; a subset of the contract's ChangeEvent. */
export type StoreChange =
  | { type: 'chat'; jid: string }
  | { type: 'chats' }
  | { type: 'message'; jid: string; id: number }
  | { type: 'activity'; jid: string }
  | { type: 'bots' }

/** Keeps a transaction from spanning an await: an async callback does not compile (and is refused at run time). */
export type NotPromise<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Runs `fn` in one immediate transaction. Called inside another one, it becomes a savepoint of that one: it can fail
 * and be caught on its own. Events of what was rolled back are never told.
 */
export type Transact = <T>(fn: () => NotPromise<T>) => T

/**
 * What each repository gets: `createJobs(context)` returns the methods, its statements prepared once. A write method
 * is one `context.transaction(...)`, so that callers can combine several in a `store.transaction` of their own.
 */
export interface StoreContext {
  readonly db: Database.Database
  readonly clock: Pick<Clock, 'now'>
  readonly transaction: Transact
  /** Told to the listeners after the commit; equal events of one transaction are told once. */
  emit(change: StoreChange): void
}
