// The thread that reads the database and writes its rows as SQL, while the task's own thread seals, compresses and saves what it gave;
// or, in another one, the thread that checks the structure meanwhile; or the one that digests what a proof has loaded while it loads more.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { toRecord } from '../../tasks/task-error.ts'
import { asSourceError, checkStructure } from '../snapshot.ts'
import { type DumpJob, dumpSnapshot } from './dump-snapshot.ts'
import { createFollowing, type FollowJob, type FromFollower, type ToFollower } from './follow.ts'
import { type FromCheck, type FromDump, MOST_AHEAD } from './in-thread.ts'

export interface ThreadJob extends DumpJob {
  /** How many blocks were given and not yet taken. */
  ahead: SharedArrayBuffer
}
export interface CheckJob {
  check: string
}

if (parentPort !== null) {
  const job = workerData as ThreadJob | CheckJob | FollowJob
  if ('follow' in job) follow(parentPort, job)
  else await run(parentPort, job)
}

/** Errors need no words: the caller then reads the tables itself, and meets them. */
function follow(port: MessagePort, { follow: path }: FollowJob): void {
  let following: ReturnType<typeof createFollowing> | undefined
  let failed = false
  port.on('message', (message: ToFollower) => {
    try {
      following ??= createFollowing(path)
      if (!failed) following.read()
    } catch {
      failed = true
    }
    if (message === 'more') return
    const answer: FromFollower = failed || following === undefined ? { failed: true } : { digests: following.digests() }
    port.postMessage(answer)
  })
}

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
