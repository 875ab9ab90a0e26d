import { createHash, type Hash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { TableDigest } from '../manifest.ts'
import { createSweep } from '../sweep.ts'
import { entry } from './in-thread.ts'
import { planDump, type TablePlan } from './plan.ts'
import { pages, prepareText } from './rows.ts'

export interface FollowJob {
  /** In WAL mode: what is committed is read while more is written. */
  follow: string
}
export type ToFollower = 'more' | 'end'
export type FromFollower = { digests: ReadonlyMap<string, TableDigest> } | { failed: true }

export interface Follower {
  /** More rows were committed. */
  more(): void
  /** All of them. Resolves with the digests of what was read; with none where the thread could not do it. */
  end(): Promise<ReadonlyMap<string, TableDigest>>
  /** Leaves the file. Until then the last writer's close does not copy the log into it. */
  stop(): Promise<unknown>
}

/** Digests the tables of a database while another thread fills them: see createFollowing. */
export function followInThread(path: string, thread: URL = entry()): Follower {
  const worker = new Worker(thread, {
    workerData: { follow: path } satisfies FollowJob,
    resourceLimits: { maxYoungGenerationSizeMb: 4 }, // nearly all that it handles is used once
  })
  const told = new Promise<FromFollower>((resolve) => {
    worker.once('message', resolve)
    worker.once('error', () => resolve({ failed: true }))
    worker.once('exit', () => resolve({ failed: true }))
  })
  const post = (message: ToFollower) => worker.postMessage(message)
  return {
    more: () => post('more'),
    async end() {
      post('end')
      const answer = await told
      return 'digests' in answer ? answer.digests : new Map()
    },
    stop: () => worker.terminate(),
  }
}

/**
 * Reads each table with rowids once, in their order, up to what is committed by then. It does not see rows that come later
 * with smaller rowids. The caller compares the number of rows before it trusts a digest.
 */
export function createFollowing(path: string): { read(): void; digests(): ReadonlyMap<string, TableDigest> } {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 30_000 })
  db.pragma('cache_size = -4000')
  prepareText(db)
  const sweep = createSweep()
  const states = new Map<string, { hash: Hash; rows: number; last?: bigint }>()
  let tables: TablePlan[] = []
  let version: unknown

  function readOn(table: TablePlan): void {
    const state = states.get(table.name) ?? { hash: createHash('sha256'), rows: 0 }
    states.set(table.name, state)
    for (const { bytes, rows, last } of pages(db, table, state.last)) {
      state.hash.update(bytes)
      state.rows += rows
      if (last !== undefined) state.last = last
      sweep(bytes.length)
    }
  }
  return {
    read() {
      const now = db.pragma('schema_version', { simple: true })
      if (now !== version) tables = planDump(db).tables.filter(({ key }) => key.kind === 'rowid')
      version = now
      for (const table of tables) readOn(table)
    },
    digests: () =>
      new Map([...states].map(([name, { hash, rows }]) => [name, { rows, sha256: hash.copy().digest('hex') }])),
  }
}
