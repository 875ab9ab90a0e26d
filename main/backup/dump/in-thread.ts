import { on } from 'node:events'
import { Worker } from 'node:worker_threads'
import { type ErrorRecord, fromRecord } from '../../tasks/task-error.ts'
import { checkStructure } from '../snapshot.ts'
import { createSweep } from '../sweep.ts'
import type { Sink } from './dump.ts'
import { type Dumped, type DumpJob, dumpSnapshot } from './dump-snapshot.ts'
import type { CheckJob, ThreadJob } from './worker.ts'

export type FromDump =
  | { type: 'bytes'; bytes: Uint8Array; rows: number }
  | ({ type: 'end' } & Dumped)
  | { type: 'failed'; error: ErrorRecord }
export type FromCheck = { type: 'sound' } | { type: 'failed'; error: ErrorRecord }

/** Blocks of a megabyte that may lie between the two threads. */
export const MOST_AHEAD = 8

/** The thread's code: beside us while we run from source, the bundle's own entry once built. */
export const entry = (): URL => new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './dump.js', import.meta.url)

export interface ThreadOptions extends DumpJob {
  signal: AbortSignal
  /** Called with the number of rows that came with each block: reports progress, throws to stop. */
  between(rows: number): void
  /** Another file to start as the thread. */
  thread?: URL
}

/**
 * The dump of a snapshot that the thread takes: see dumpDatabase. Reading and compressing keep a core busy each, and a third looks whether the
 * structure is sound: before that is known, nothing ends well. Where no thread can be started, all of it is done here. Throws what openSnapshot throws, by its code.
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
  const worker = new Worker(thread, { workerData: { ...job, unchecked: true, ahead } satisfies ThreadJob })
  const check = checkInThread(thread, job.database)
  worker.once('error', (error) => {
    broken = error
  })
  try {
    for await (const [message] of on(worker, 'message', { signal, close: ['exit'] })) {
      began = true
      const told = message as FromDump
      if (told.type === 'failed') throw fromRecord(told.error)
      if (told.type === 'end') {
        await check.sound()
        return { end: told.end, userVersion: told.userVersion }
      }
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
    await Promise.all([worker.terminate(), check.end()])
  }
  return await dumpHere(sink, { signal, between, ...job })
}

/** `sound` rejects with what is wrong. Where the thread ends without a word, it is looked here. */
function checkInThread(thread: URL, database: string): { sound(): Promise<void>; end(): Promise<unknown> } {
  const worker = new Worker(thread, { workerData: { check: database } satisfies CheckJob })
  const told = new Promise<FromCheck | undefined>((resolve) => {
    worker.once('message', resolve)
    worker.once('error', () => resolve(undefined))
    worker.once('exit', () => resolve(undefined))
  })
  const look = async (): Promise<void> => {
    const answer = await told
    if (answer === undefined) checkStructure(database)
    else if (answer.type === 'failed') throw fromRecord(answer.error)
  }
  return { sound: look, end: () => worker.terminate() }
}

/** The same without a thread, which takes longer to start than a small database to be read. */
export function dumpHere(sink: Sink, { between, ...job }: Omit<ThreadOptions, 'thread'>): Promise<Dumped> {
  return dumpSnapshot(job, async (bytes, rows) => {
    await sink.write(bytes)
    between(rows)
  })
}
