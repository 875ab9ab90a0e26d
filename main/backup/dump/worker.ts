// The thread that reads the database and writes its rows as SQL, while the task's own thread seals, compresses and saves what it gave;
// or, in another one, the thread that checks the structure meanwhile.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { toRecord } from '../../tasks/task-error.ts'
import { asSourceError, checkStructure } from '../snapshot.ts'
import { type DumpJob, dumpSnapshot } from './dump-snapshot.ts'
import { type FromCheck, type FromDump, MOST_AHEAD } from './in-thread.ts'

export interface ThreadJob extends DumpJob {
  /** How many blocks were given and not yet taken. */
  ahead: SharedArrayBuffer
}
export interface CheckJob {
  check: string
}

if (parentPort !== null) await run(parentPort, workerData as ThreadJob | CheckJob)

async function run(port: MessagePort, job: ThreadJob | CheckJob): Promise<void> {
  try {
    if ('check' in job) {
      checkStructure(job.check)
      port.postMessage({ type: 'sound' } satisfies FromCheck)
    } else await dump(port, job)
  } catch (error) {
    const path = 'check' in job ? job.check : job.database
    port.postMessage({ type: 'failed', error: toRecord(asSourceError(error, path)) } satisfies FromDump & FromCheck)
  }
}

async function dump(port: MessagePort, { ahead, ...job }: ThreadJob): Promise<void> {
  const post = (message: FromDump, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  const written = await dumpSnapshot(job, (bytes, rows) => {
    waitForRoom(ahead)
    post({ type: 'bytes', bytes, rows }, [bytes.buffer])
  })
  post({ type: 'end', ...written })
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
