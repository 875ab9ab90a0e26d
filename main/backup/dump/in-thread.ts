import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type ErrorRecord, fromRecord } from '../../tasks/task-error.ts'
import type { ManifestEnd } from '../manifest.ts'
import { createSweep } from '../sweep.ts'
import type { DumpOptions, Sink } from './dump.ts'

export interface DumpJob extends Pick<DumpOptions, 'header' | 'settings'> {
  database: string
  /** How many blocks were given and not yet taken. */
  ahead: SharedArrayBuffer
}
export type FromDump =
  | { type: 'bytes'; bytes: Uint8Array; rows: number }
  | { type: 'end'; end: ManifestEnd; userVersion: number }
  | { type: 'failed'; error: ErrorRecord }

/** Blocks of a megabyte that may lie between the two threads. */
export const MOST_AHEAD = 4

/** The thread's code: beside us while we run from source, the bundle's own entry once built. */
const entry = (): URL => new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './dump.js', import.meta.url)

export interface ThreadOptions extends Omit<DumpJob, 'ahead'> {
  signal: AbortSignal
  /** Called with the number of rows that came with each block: reports progress, throws to stop. */
  between(rows: number): void
}

/**
 * The dump of a snapshot that the thread takes: see dumpDatabase. Reading and compressing keep a core busy each. Throws what
 * openSnapshot throws, by its code.
 */
export async function dumpInThread(
  sink: Sink,
  { signal, between, ...job }: ThreadOptions,
): Promise<{ end: ManifestEnd; userVersion: number }> {
  const ahead = new SharedArrayBuffer(4)
  const count = new Int32Array(ahead)
  const sweep = createSweep()
  const worker = new Worker(entry(), { workerData: { ...job, ahead } satisfies DumpJob })
  try {
    for await (const [message] of on(worker, 'message', { signal, close: ['exit'] })) {
      const told = message as FromDump
      if (told.type === 'failed') throw fromRecord(told.error)
      if (told.type === 'end') return { end: told.end, userVersion: told.userVersion }
      await sink.write(told.bytes)
      Atomics.sub(count, 0, 1)
      Atomics.notify(count, 0)
      between(told.rows)
      sweep(told.bytes.length)
    }
    throw new Error('The thread that reads the database ended without a word.')
  } catch (error) {
    signal.throwIfAborted() // the reason says more than that the wait was aborted
    throw error
  } finally {
    await worker.terminate()
  }
}
