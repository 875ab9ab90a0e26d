import type { TaskBoard } from '../tasks/board.ts'
import type { Entry } from './catalogue.ts'
import { type MakeDeps, type MakeOptions, makeBackup } from './make-backup.ts'
import type { BackupReason } from './manifest.ts'
import { type JudgeDeps, prune } from './pruning.ts'
import { NotProven } from './refusals.ts'
import type { Results } from './results.ts'
import type { Shelf } from './shelf.ts'

export type CreateOptions = Pick<MakeOptions, 'format' | 'encryption' | 'key'> & { reason: BackupReason }
type Watch = Parameters<Parameters<TaskBoard['run']>[2]>[0]

export interface MakingDeps extends MakeDeps {
  /** <data directory>/backups. */
  defaultFolder: string
  results: Results
  rules: JudgeDeps
  now(): number
}

/** What a run does on one shelf: making, proving and pruning, each with a result of its own. */
export function createMaking(deps: MakingDeps) {
  const { results, rules, now } = deps

  /** The file is the backup; its line in the list is not. */
  async function record(shelf: Shelf, entry: Entry): Promise<void> {
    try {
      await shelf.catalogue.put(entry)
      results.listed()
    } catch (error) {
      results.notListed(error)
    }
  }

  /** Makes it and proves it. @throws what failed; where that is the proof, the file stays */
  async function make(shelf: Shelf, options: CreateOptions, watch: Watch): Promise<Entry> {
    let written: Entry | undefined
    shelf.catalogue.tick(now())
    try {
      const entry = await shelf.keeper.during(watch.signal, (signal) =>
        makeBackup(
          deps,
          {
            ...options,
            folder: shelf.place(),
            besideDatabase: shelf.folder === deps.defaultFolder,
            taken: shelf.isTaken,
          },
          { ...watch, signal },
          async (entry) => {
            written = { ...entry, lived: shelf.catalogue.lived() }
            results.made()
            watch.onFile(entry.id)
            await record(shelf, written)
          },
        ),
      )
      results.proven()
      await record(shelf, { ...written, ...entry })
      return entry
    } catch (error) {
      if (written === undefined) throw error
      await results.notProven(error, written, shelf.catalogue)
      throw new NotProven(written.id, error)
    }
  }

  /** Removing old ones is another matter than making one: it fails by itself. */
  async function tidy(shelf: Shelf): Promise<void> {
    try {
      const { failed } = await prune(rules, shelf, { dryRun: false })
      results.pruned(failed.map(({ id, problem, problem_code: code }) => ({ id, problem, code })))
    } catch (error) {
      results.notPruned(error)
    }
  }

  return { record, make, tidy }
}
