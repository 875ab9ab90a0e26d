import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleHand } from './restore-bundle.ts'
import type { Order, Reply } from './restore-hand.ts'
import type { Job } from './restore-jobs.ts'
import type { Verdict } from './restore-judge.ts'

const MEMORY_DISK = '/dev/shm'

/** Where what is thrown away at once lies: a disk in memory where there is one, so that fsync costs nothing. */
export const scratchFolder = (name: string): string =>
  mkdtempSync(join(existsSync(MEMORY_DISK) ? MEMORY_DISK : tmpdir(), name))

/** A process that follows orders, one at a time. */
function startHand(file: string, execArgv: string[]) {
  const child: ChildProcess = fork(file, {
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'whatslang-soak-cache') },
  })
  let listener: (reply: Reply) => void = () => undefined
  child.on('message', (reply: Reply) => listener(reply))
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const until = (kind: Reply['kind']) =>
    new Promise<Reply>((resolve) => {
      listener = (reply) => {
        if (reply.kind === kind || reply.kind === 'failed') resolve(reply)
      }
    })
  const ready = until('ready')
  const follow = async (order: Order): Promise<Reply> => {
    await ready
    const ended = until('ended')
    child.send(order)
    const gone = exited.then((): Reply => ({ kind: 'failed', message: 'The process ended by itself.' }))
    return await Promise.race([ended, gone])
  }
  return {
    child,
    ready,
    exited,
    follow,
    async judge(job: Job, folder: string): Promise<Verdict> {
      const reply = await follow({ kind: 'judge', job, folder })
      if (reply.kind === 'ended' && reply.verdict) return reply.verdict
      const message = reply.kind === 'failed' ? reply.message : 'The judge said nothing.'
      return { digest: 'lost', recovery: 0, proven: 0, undo: false, broken: [message] }
    },
    async stop(): Promise<void> {
      child.kill('SIGKILL')
      await exited
    },
  }
}
export type Hand = ReturnType<typeof startHand>

/** Two processes that live on, one of this version and one of the next, and as many others as are wanted. */
export async function startHands() {
  const { hand, nextVersion, dispose } = await bundleHand()
  const options = (job: Job): string[] => (job === 'migration' ? ['--import', nextVersion] : [])
  const start = (job: Job): Hand => startHand(hand, options(job))
  const plain = start('backup')
  const next = start('migration')
  return {
    plain,
    of: (job: Job): Hand => (job === 'migration' ? next : plain),
    /** One to be killed. */
    start,
    /** What runs a job alone; `version`: as the version that another job needs. */
    command: (job: Job, folder: string, version = job): string[] => [
      process.execPath,
      ...options(version),
      hand,
      job,
      folder,
    ],
    stop: async (): Promise<void> => {
      await Promise.all([plain.stop(), next.stop()])
      dispose()
    },
  }
}
export type Hands = Awaited<ReturnType<typeof startHands>>

export interface Plan {
  job: Job
  /** The data directory that each round starts from. */
  template: string
  /** What a start makes of it before and after the job. */
  old: Verdict
  new: Verdict
  /** ms that the job takes when nobody disturbs it. */
  takes: number
}

/** Prepares a job's directory, and does the job once undisturbed to know what it makes of it. */
export async function planJob(job: Job, root: string, hands: Hands, messages: number): Promise<Plan> {
  const name = job.replaceAll(' ', '-')
  const [template, before, after] = ['template', 'before', 'after'].map((what) => join(root, `${what}-${name}`))
  if (template === undefined || before === undefined || after === undefined) throw new Error('No folders.')
  mkdirSync(template)
  expectEnd(await hands.plain.follow({ kind: 'prepare', job, folder: template, messages }))
  cpSync(template, before, { recursive: true })
  cpSync(template, after, { recursive: true })
  // Once to warm up, once to take the time.
  const again = join(root, `again-${name}`)
  cpSync(template, again, { recursive: true })
  expectEnd(await hands.of(job).follow({ kind: 'run', job, folder: again }))
  const takes = expectEnd(await hands.of(job).follow({ kind: 'run', job, folder: after }))
  const plan = {
    job,
    template,
    takes,
    old: await hands.of(job).judge(job, before),
    new: await hands.of(job).judge(job, after),
  }
  const broken = [...plan.old.broken, ...plan.new.broken]
  if (job !== 'import' && job !== 'migration' && broken.length > 0)
    throw new Error(`"${job}" is not sound even undisturbed: ${broken.join('; ')}`)
  return plan
}

function expectEnd(reply: Reply): number {
  if (reply.kind === 'ended') return reply.ms
  throw new Error(reply.kind === 'failed' ? reply.message : 'It did not end.')
}

/** `reported`: the program had said that the job is done. */
export function compare(plan: Plan, verdict: Verdict, reported: boolean): { state: string; broken: string[] } {
  const { job } = plan
  const broken = [...verdict.broken]
  const isNew = verdict.digest === plan.new.digest
  const state = isNew ? 'new' : verdict.digest === plan.old.digest ? 'old' : 'neither'
  if (state === 'neither') broken.push('neither the old nor the new state')
  if (reported && !isNew) broken.push('it was reported done, and the old state is back')
  if (reported && job !== 'migration' && verdict.proven !== plan.new.proven)
    broken.push(`it was reported done, and ${verdict.proven} of ${plan.new.proven} proven backups are listed`)
  if (isNew && plan.new.digest !== plan.old.digest && !verdict.undo) broken.push('the restore cannot be taken back')
  return { state, broken }
}
