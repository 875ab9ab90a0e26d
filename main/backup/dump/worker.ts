// The thread that reads the database and writes its rows as SQL, while the task's own thread seals, compresses and saves what it gave.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { toRecord } from '../../tasks/task-error.ts'
import { asSourceError, openSnapshot } from '../snapshot.ts'
import { createSweep } from '../sweep.ts'
import { dumpDatabase, type Sink } from './dump.ts'
import { type DumpJob, type FromDump, MOST_AHEAD } from './in-thread.ts'

const BLOCK = 1024 * 1024

if (parentPort !== null) await run(parentPort, workerData as DumpJob)

async function run(port: MessagePort, job: DumpJob): Promise<void> {
  const post = (message: FromDump, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  try {
    const written = await dump(job, (bytes, rows) => {
      waitForRoom(job.ahead)
      post({ type: 'bytes', bytes, rows }, [bytes.buffer])
    })
    post({ type: 'end', ...written })
  } catch (error) {
    post({ type: 'failed', error: toRecord(asSourceError(error, job.database)) })
  }
}

async function dump(job: DumpJob, give: (bytes: Uint8Array<ArrayBuffer>, rows: number) => void) {
  const snapshot = openSnapshot(job.database)
  try {
    let rows = 0
    const sweep = createSweep()
    const sink = blocks((bytes) => {
      const { length } = bytes
      give(bytes, rows)
      rows = 0
      sweep(length)
    })
    const end = await dumpDatabase(snapshot.db, sink, {
      header: job.header,
      settings: job.settings,
      between: (more) => {
        rows += more
      },
    })
    await sink.close()
    return { end, userVersion: Number(snapshot.db.pragma('user_version', { simple: true })) }
  } finally {
    snapshot.close() // before the end is told: the thread ends with that
  }
}

/** Stands still while enough is on its way: a thread may, and a row is never half-way written then. */
function waitForRoom(ahead: SharedArrayBuffer): void {
  const count = new Int32Array(ahead)
  for (;;) {
    const now = Atomics.load(count, 0)
    if (now < MOST_AHEAD) break
    Atomics.wait(count, 0, now)
  }
  Atomics.add(count, 0, 1)
}

/** Collects what is small, in memory that can change hands. */
function blocks(give: (bytes: Uint8Array<ArrayBuffer>) => void): Sink {
  let block = new Uint8Array(BLOCK)
  let used = 0
  const flush = () => {
    if (used === block.length) give(block)
    else if (used > 0) give(block.slice(0, used))
    used = 0
  }
  return {
    async write(bytes) {
      for (let from = 0; from < bytes.length; ) {
        const part = bytes.subarray(from, from + block.length - used)
        block.set(part, used)
        used += part.length
        from += part.length
        if (used < block.length) continue
        flush()
        block = new Uint8Array(BLOCK)
      }
    },
    async close() {
      flush()
    },
  }
}
