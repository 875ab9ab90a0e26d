// The thread that reads the database and writes its rows as SQL, while the task's own thread seals, compresses and saves what it gave.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { toRecord } from '../../tasks/task-error.ts'
import { asSourceError } from '../snapshot.ts'
import { type DumpJob, dumpSnapshot } from './dump-snapshot.ts'
import { type FromDump, MOST_AHEAD } from './in-thread.ts'

export interface ThreadJob extends DumpJob {
  /** How many blocks were given and not yet taken. */
  ahead: SharedArrayBuffer
}

if (parentPort !== null) await run(parentPort, workerData as ThreadJob)

async function run(port: MessagePort, { ahead, ...job }: ThreadJob): Promise<void> {
  const post = (message: FromDump, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  try {
    const written = await dumpSnapshot(job, (bytes, rows) => {
      waitForRoom(ahead)
      post({ type: 'bytes', bytes, rows }, [bytes.buffer])
    })
    post({ type: 'end', ...written })
  } catch (error) {
    post({ type: 'failed', error: toRecord(asSourceError(error, job.database)) })
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
