import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type ErrorRecord, fromRecord } from '../../tasks/task-error.ts'
import { createSweep } from '../sweep.ts'
import type { Sink } from './dump.ts'
import { type Dumped, type DumpJob, dumpSnapshot } from './dump-snapshot.ts'
import type { ThreadJob } from './worker.ts'

export type FromDump =
  | { type: 'bytes'; bytes: Uint8Array; rows: number }
  | ({ type: 'end' } & Dumped)
  | { type: 'failed'; error: ErrorRecord }

/** Blocks of a megabyte that may lie between the two threads. */
export const MOST_AHEAD = 8

/** The thread's code: beside us while we run from source, the bundle's own entry once built. */
const entry = (): URL => new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './dump.js', import.meta.url)

export interface ThreadOptions extends DumpJob {
  signal: AbortSignal
  /** Called with the number of rows that came with each block: reports progress, throws to stop. */
  between(rows: number): void
  /** Another file to start as the thread. */
  thread?: URL
}

/**
 * The dump of a snapshot that the thread takes: see dumpDatabase. Reading and compressing keep a core busy each. Where no thread
 * can be started, it is made here. Throws what openSnapshot throws, by its code.
 */
export async function dumpInThread(
  sink: Sink,
  { signal, between, thread = entry(), ...job }: ThreadOptions,
): Promise<Dumped> {
  const ahead = new SharedArrayBuffer(4)
  const count = new Int32Array(ahead)
  const sweep = createSweep()
  let broken: unknown
  let began = false
  const worker = new Worker(thread, { workerData: { ...job, ahead } satisfies ThreadJob })
  worker.once('error', (error) => {
    broken = error
  })
  try {
    for await (const [message] of on(worker, 'message', { signal, close: ['exit'] })) {
      began = true
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
    if (began || broken === undefined) throw error
  } finally {
    await worker.terminate()
  }
  return await dumpHere(sink, { signal, between, ...job })
}

/** The same without a thread, which takes longer to start than a small database to be read. */
export function dumpHere(sink: Sink, { between, ...job }: Omit<ThreadOptions, 'thread'>): Promise<Dumped> {
  return dumpSnapshot(job, async (bytes, rows) => {
    await sink.write(bytes)
    between(rows)
  })
}
