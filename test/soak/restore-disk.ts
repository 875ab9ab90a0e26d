import { cpSync, rmSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { Reply } from './restore-hand.ts'
import type { Job } from './restore-jobs.ts'
import { compare, type Hand, type Hands, type Plan } from './restore-plan.ts'
import { mountSmallDisk } from './small-disk.ts'

type Disk = NonNullable<ReturnType<typeof mountSmallDisk>>
const DISK_MB = 24
/** A filesystem in memory gives space by the page: each step is one write more that has room. */
const PAGE = 4096
/** Past this many bytes every job has come to its end. */
const ENOUGH = 16 * 2 ** 20
const ROUNDS_OF_A_HAND = 40

/**
 * Two ways to be full, for each job: from no room at all to as much as it needs, page by page; and full from a moment on, at each change of a file,
 * because a job that looks for room before it begins never meets the first. Whatever fails must have changed nothing.
 */
export async function fillDisks(plans: readonly Plan[], hands: Hands): Promise<boolean> {
  const disk = mountSmallDisk(DISK_MB)
  if (disk === undefined) {
    console.log(JSON.stringify({ soak: 'restore', run: 'full-disk', skipped: 'no right to mount a small disk' }))
    return true
  }
  let good = true
  try {
    for (const plan of plans) {
      const report = await fillUnder(plan, disk, hands)
      good &&= report.broken.length === 0
      const ok = report.broken.length === 0
      console.log(
        JSON.stringify({
          soak: 'restore',
          run: 'full-disk',
          job: plan.job,
          ok,
          ...report,
          broken: report.broken.slice(0, 20),
        }),
      )
    }
  } finally {
    disk.dispose()
  }
  return good
}

async function fillUnder(plan: Plan, disk: Disk, hands: Hands) {
  const seen: Record<string, number> = {}
  const broken: string[] = []
  const worker = createWorker(plan.job, () => hands.start(plan.job))
  let rounds = 0
  const round = async (
    left: number | undefined,
    change: number | undefined,
  ): Promise<{ done: boolean; changes: number }> => {
    rounds++
    const folder = join(disk.path, 'data')
    cpSync(plan.template, folder, { recursive: true })
    if (left !== undefined) disk.fill(left)
    const { done, reported, changes, filled } = await worker.run(folder, change, () => disk.fill())
    if (left !== undefined || filled) disk.free()
    const verdict = await hands.of(plan.job).judge(plan.job, folder)
    const { state, broken: faults } = compare(plan, verdict, reported)
    if (!reported && state === 'new' && plan.new.digest !== plan.old.digest)
      faults.push('it failed and changed all the same')
    const what = `${reported ? 'done' : 'failed'} ${state}`
    seen[what] = (seen[what] ?? 0) + 1
    const where = left === undefined ? `full from change ${change}` : `${left} bytes left`
    broken.push(...faults.map((fault) => `${where}: ${fault}`))
    rmSync(folder, { recursive: true, force: true })
    return { done, changes }
  }
  for (let left = 0; left < ENOUGH; left += PAGE) if ((await round(left, undefined)).done) break
  const { changes } = await round(undefined, undefined)
  for (let change = 1; change <= changes; change++) await round(undefined, change)
  await worker.stop()
  return { rounds, seen, broken }
}

/** A process that does the job again and again, and is a new one now and then. */
function createWorker(job: Job, start: () => Hand) {
  let hand: Hand | undefined
  let used = 0
  return {
    async run(folder: string, change: number | undefined, fill: () => void) {
      if (used++ % ROUNDS_OF_A_HAND === 0) {
        await hand?.stop()
        hand = undefined
      }
      hand ??= start()
      await hand.ready
      const result = { done: false, reported: false, changes: 0, filled: false }
      const watchers = (job === 'import' ? [folder] : [folder, join(folder, 'backups')]).map((path) =>
        watch(path, () => {
          result.changes++
          if (result.filled || result.changes !== change) return
          result.filled = true
          fill()
        }),
      )
      const note = (reply: Reply): void => {
        if (reply.kind === 'reported') result.reported = true
      }
      hand.child.on('message', note)
      result.done = (await hand.follow({ kind: 'run', job, folder })).kind === 'ended'
      hand.child.off('message', note)
      for (const watcher of watchers) watcher.close()
      return result
    },
    stop: async () => await hand?.stop(),
  }
}
