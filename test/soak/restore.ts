// `npm run soak -- restore [--kills 2000] [--job restore] [--disk]`: kill -9 at random moments of backup, verify, restore, undo, import, migration,
// prune and vacuum, and of the recovery from such a kill. After each, the program's own start must find the old or the new state, by digest, within two
// seconds, and every backup that is listed as proven must verify. With --disk nobody is killed: the disk is full, after so and so many bytes or from a
// moment on, and each job fails by itself. One JSON line at the end.
import { cpSync, type FSWatcher, rmSync, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { fillDisks } from './restore-disk.ts'
import type { Reply } from './restore-hand.ts'
import { JOBS, type Job } from './restore-jobs.ts'
import { compare, type Hand, type Hands, type Plan, planJob, scratchFolder, startHands } from './restore-plan.ts'

const MESSAGES = 400
/** Two moments out of three are reckoned from what happens to the files; those of a swap are the shortest and matter most. */
const WHEN = ['any time', 'a change', 'a swap'] as const
type When = (typeof WHEN)[number]
const SWAP = /^restore\.json|before-restore|\.restored/
const SWAP_MS = 40
/** One kill in so many, by chance, is followed by another in the middle of the recovery. */
const TWICE = 6
const RECOVERY_MS = 50
const LONGEST_MS = 2000

export async function restore(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      kills: { type: 'string', default: '2000' },
      job: { type: 'string' },
      disk: { type: 'boolean', default: false },
    },
  })
  const root = scratchFolder('soak-restore-')
  const hands = await startHands()
  try {
    const plans: Plan[] = []
    for (const job of JOBS)
      if (values.job === undefined || values.job === job) plans.push(await planJob(job, root, hands, MESSAGES))
    return values.disk ? await fillDisks(plans, hands) : await kill(plans, Number(values.kills), root, hands)
  } finally {
    await hands.stop()
    rmSync(root, { recursive: true, force: true })
  }
}

async function kill(plans: Plan[], wanted: number, root: string, hands: Hands): Promise<boolean> {
  const started = performance.now()
  const seen: Record<string, number> = {}
  const broken: string[] = []
  const counts = { kills: 0, in_a_swap: 0, in_the_recovery: 0, too_late: 0 }
  const learned: Learned = new Map()
  let slowest = 0
  let spare: [Job, Hand] | undefined
  for (let round = 0; counts.kills < wanted; round++) {
    const plan = plans[round % plans.length]
    if (plan === undefined) break
    const folder = join(root, 'round')
    cpSync(plan.template, folder, { recursive: true })
    const hand = spare?.[0] === plan.job ? spare[1] : hands.start(plan.job)
    const when = WHEN[Math.floor(round / plans.length) % WHEN.length] ?? 'any time'
    const killed = await killAt(plan, folder, hand, when, learned)
    // The next one starts while this one is judged.
    const next = plans[(round + 1) % plans.length]
    spare = next && [next.job, hands.start(next.job)]
    counts[killed.ended ? 'too_late' : 'kills']++
    if (killed.inSwap) counts.in_a_swap++
    if (!killed.ended && spare && Math.random() * TWICE < 1) {
      // The recovery is what every start begins with.
      const again = plan.job === next?.job ? spare[1] : hands.start(plan.job)
      if (again === spare[1]) spare = undefined
      await again.ready
      void again.follow({ kind: 'run', job: 'import', folder })
      await sleep(Math.random() * RECOVERY_MS)
      await again.stop()
      counts.kills++
      counts.in_the_recovery++
    }
    const verdict = await hands.of(plan.job).judge(plan.job, folder)
    const result = compare(plan, verdict, killed.reported)
    // What a migration's start does is the migration itself, with its backup.
    if (plan.job !== 'migration') slowest = Math.max(slowest, verdict.recovery)
    if (round % 100 === 99) console.error(`${counts.kills} kills, ${broken.length} broken`)
    const what = `${plan.job} ${result.state}${killed.reported ? ', was done' : ''}`
    seen[what] = (seen[what] ?? 0) + 1
    broken.push(...result.broken.map((fault) => `round ${round}, ${plan.job}: ${fault}`))
    if (killed.failed !== undefined) broken.push(`round ${round}, ${plan.job} failed by itself: ${killed.failed}`)
    rmSync(folder, { recursive: true, force: true })
  }
  await spare?.[1].stop()
  const ok = broken.length === 0 && slowest < LONGEST_MS
  const seconds = Math.round((performance.now() - started) / 1000)
  const figures = { ...counts, seconds, slowest_recovery_ms: Math.round(slowest), seen }
  console.log(JSON.stringify({ soak: 'restore', ok, ...figures, broken: broken.slice(0, 20) }))
  return ok
}

interface Killed {
  /** It had come to its end before the kill. */
  ended: boolean
  reported: boolean
  inSwap: boolean
  failed: string | undefined
}

/** How many changes of files each job makes, how long it takes in a fresh process, and its swap within (ms): learned on the way. */
type Learned = Map<Job, { changes: number; takes: number; swap: number }>

async function killAt(plan: Plan, folder: string, hand: Hand, when: When, learned: Learned): Promise<Killed> {
  await hand.ready
  const known = learned.get(plan.job) ?? { changes: 20, takes: plan.takes * 2, swap: SWAP_MS }
  const killed: Killed = { ended: false, reported: false, inSwap: false, failed: undefined }
  const moment = new AbortController()
  const change = 1 + Math.floor(Math.random() * known.changes)
  let changes = 0
  let swapping: number | undefined
  const watchers = [folder, join(folder, 'backups')].flatMap((path) => {
    try {
      return [watch(path, (_event, name) => onChange(name ?? ''))]
    } catch {
      return [] as FSWatcher[] // an import has no backups yet
    }
  })
  const onChange = (name: string): void => {
    changes++
    if (SWAP.test(name)) swapping ??= performance.now()
    const swaps = plan.job.startsWith('restore') || plan.job === 'undo'
    const now = when === 'a swap' && swaps ? swapping !== undefined : when !== 'any time' && changes >= change
    if (now && !moment.signal.aborted) {
      killed.inSwap = swapping !== undefined
      moment.abort()
    }
  }
  const started = performance.now()
  hand.child.on('message', (reply: Reply) => {
    if (reply.kind === 'reported') {
      killed.reported = true
      if (swapping !== undefined)
        learned.set(plan.job, { ...known, swap: (known.swap * 3 + performance.now() - swapping) / 4 })
    }
    if (reply.kind === 'ended') {
      killed.ended = true
      learned.set(plan.job, {
        ...(learned.get(plan.job) ?? known),
        changes,
        takes: (known.takes * 3 + performance.now() - started) / 4,
      })
      moment.abort()
    }
    if (reply.kind === 'failed') {
      killed.failed = reply.message
      killed.ended = true
      moment.abort()
    }
  })
  hand.child.send({ kind: 'run', job: plan.job, folder })
  const limit = when === 'any time' ? Math.random() * known.takes : 10_000
  await sleep(limit, undefined, { signal: moment.signal }).catch(() => undefined)
  if (when === 'a swap' && killed.inSwap) await sleep(Math.random() * known.swap * 1.2)
  if (when === 'a change') await sleep(Math.random() * 3)
  await hand.stop()
  for (const watcher of watchers) watcher.close()
  return killed
}
