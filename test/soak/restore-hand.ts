// The hand of the soaks of data safety: a process that prepares data directories, does jobs on them and judges them. Told by messages, or, to be
// traced alone, by `restore-hand.ts <job> <folder>`.
import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { handlers } from '../../main/tasks/handlers.ts'
import { JOBS, type Job, prepare, runJob } from './restore-jobs.ts'
import { judge, type Verdict } from './restore-judge.ts'

export type Order =
  | { kind: 'prepare'; job: Job; folder: string; messages: number }
  | { kind: 'run'; job: Job; folder: string }
  | { kind: 'judge'; job: Job; folder: string }
export type Reply =
  | { kind: 'ready' }
  /** The program said that the job is done; it is not at its end yet. */
  | { kind: 'reported' }
  | { kind: 'ended'; ms: number; verdict?: Verdict }
  | { kind: 'failed'; message: string }

/** Asked for in vain when the job is reported done, so that a trace of the system calls shows the moment. */
export const REPORTED = 'reported-done'

const tell = (reply: Reply): void => {
  process.send?.(reply)
}

async function follow(order: Order): Promise<Verdict | undefined> {
  if (order.kind === 'prepare') await prepare(order.job, order.folder, order.messages)
  if (order.kind === 'run') await runJob(order.job, order.folder, () => tell({ kind: 'reported' }))
  return order.kind === 'judge' ? await judge(order.job, order.folder) : undefined
}

function markReported(folder: string): void {
  try {
    unlinkSync(join(folder, REPORTED))
  } catch {
    // It is never there.
  }
}

if (import.meta.main) {
  // Everything is loaded before the clock of a kill starts.
  for (const load of Object.values(handlers)) await load()
  const [, , name, folder] = process.argv
  const job = JOBS.find((one) => one === name)
  if (job !== undefined && folder !== undefined) await runJob(job, folder, () => markReported(folder))
  process.on('message', (order: Order) => {
    const started = performance.now()
    follow(order).then(
      (verdict) => tell({ kind: 'ended', ms: performance.now() - started, ...(verdict && { verdict }) }),
      (error: unknown) => tell({ kind: 'failed', message: error instanceof Error ? error.message : 'failed' }),
    )
  })
  // It lives no longer than whoever gives the orders.
  process.on('disconnect', () => process.exit())
  tell({ kind: 'ready' })
}
