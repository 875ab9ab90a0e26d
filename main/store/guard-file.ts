import type Database from 'better-sqlite3'
import { StoreError } from './errors.ts'
import { type FileWatch, type Replacement, watchFile } from './file-watch.ts'

const WORDS: Readonly<Record<Replacement, string>> = {
  replaced: 'another file was put in its place',
  gone: 'it was removed',
  overwritten: 'another program wrote over it',
  emptied: 'another program emptied it',
  'log-gone': 'its write-ahead log (-wal) was removed',
}

/** What is said wherever something cannot be done because of it. */
export const sayReplaced = (path: string, how: Replacement): string =>
  `${path} is not the file any more that Whatslang opened: ${WORDS[how]}. Whatslang writes nothing and answers nothing until it is started again.`

/** Stands before each write of a store. A file that became another one stays lost for this store, whatever becomes of it later. */
export function guardFile(
  db: Database.Database,
  options: { readOnly?: boolean; onReplaced?: (how: Replacement) => void },
) {
  const watch: FileWatch | undefined = db.memory || options.readOnly ? undefined : watchFile(db, db.name)
  let lost: Replacement | undefined

  function note(how: Replacement | undefined): Replacement | undefined {
    if (how === undefined || lost !== undefined) return lost
    lost = how
    options.onReplaced?.(how)
    return how
  }
  const look = (): Replacement | undefined => lost ?? note(watch?.check())
  return {
    look,
    /** @throws StoreError `file-replaced` */
    before(): void {
      const how = look()
      if (how !== undefined) throw new StoreError('file-replaced', db.name, sayReplaced(db.name, how))
    },
    /** The commit itself is in the log, and is saved with it. */
    after(): void {
      look()
    },
    checkpoint(run: () => void): void {
      this.before()
      if (watch) note(watch.checkpoint(run))
      else run()
    },
    close(): void {
      if (lost !== undefined && watch?.disarm(lost) === false) {
        // Closing it would write its log into a file of another: it is held until the process ends.
        process.once('exit', () => void db.open)
        return
      }
      db.close()
      watch?.release(lost)
    },
  }
}
