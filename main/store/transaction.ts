import type Database from 'better-sqlite3'
import type { StoreChange, Transact } from './context.ts'
import { asStoreError } from './errors.ts'

/**
 * Synchronous transactions, nested by savepoints, with the events of each held back until the outermost commit. A transaction that would span an
 * await is refused twice: by its type, and here, where an async function's promise rolls everything back. `guard` looks at the file before each write,
 * and takes note of it after.
 */
export function createTransactions(
  db: Database.Database,
  tell: (change: StoreChange) => void,
  guard: { before(): void; after(): void } = { before: () => undefined, after: () => undefined },
) {
  let depth = 0
  let pending: StoreChange[] = []
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  const rollback = db.prepare('ROLLBACK')
  const savepoint = db.prepare('SAVEPOINT nested')
  const release = db.prepare('RELEASE nested')
  const rollbackTo = db.prepare('ROLLBACK TO nested')

  function flush(): void {
    const told = new Set<string>()
    const changes = pending
    pending = []
    for (const change of changes) {
      const key = JSON.stringify(change)
      if (told.has(key)) continue
      told.add(key)
      tell(change)
    }
  }

  const transaction: Transact = (fn) => {
    // A transaction that somebody opened below us (better-sqlite3's own wrapper) is joined, too.
    const outermost = !db.inTransaction
    const mark = pending.length
    if (outermost) guard.before()
    try {
      ;(outermost ? begin : savepoint).run()
    } catch (error) {
      throw asStoreError(error, db.name)
    }
    depth += 1
    try {
      const result = fn()
      if (typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function') {
        throw new TypeError('A store transaction must be synchronous: it may not return a promise.')
      }
      ;(outermost ? commit : release).run()
      if (outermost) guard.after()
      return result
    } catch (error) {
      pending.length = mark
      // SQLite rolls back by itself on some errors (a full disk, for one).
      if (db.inTransaction) {
        if (outermost) rollback.run()
        else {
          rollbackTo.run()
          release.run()
        }
      }
      throw asStoreError(error, db.name)
    } finally {
      depth -= 1
      if (outermost && depth === 0 && pending.length > 0) flush()
    }
  }

  function emit(change: StoreChange): void {
    if (db.inTransaction) pending.push(change)
    else tell(change)
  }
  return { transaction, emit }
}
