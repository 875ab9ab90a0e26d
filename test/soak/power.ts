// `npm run soak -- power [--states 120] [--job restore] [--seed 1] [--without-fsync wal] [--disorderly]`: what a power cut can leave. The writes,
// renames and fsyncs of each job are recorded (strace); from every moment of it states of the disk are built in which what no fsync covered is missing,
// torn or out of order; the program starts on each and must find the old or the new state, and every backup that it calls proven. Recovery itself
// is recorded and cut as well. Then each kind of fsync is left out of the recording in turn, and a state must break.
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { anyState, CORNERS, type Random, seeded } from './power-choices.ts'
import { build, type Cut, cuts } from './power-disk.ts'
import { type Node, type Recording, record, type Step } from './power-record.ts'
import { canTrace, trace } from './power-trace.ts'
import { REPORTED } from './restore-hand.ts'
import { JOBS, type Job } from './restore-jobs.ts'
import { compare, type Hands, type Plan, planJob, scratchFolder, startHands } from './restore-plan.ts'

type Sync = Extract<Step, { kind: 'sync' }>
const MESSAGES = 150
/** States of a file that say nothing new are told apart from those that do by drawing more than are tried. */
const DRAWS = 6

/** What an fsync was for. */
const KINDS: [kind: string, path: RegExp][] = [
  ['wal', /^messages\.db-wal$/],
  ['database', /^messages\.db$/],
  ['backup', /^backups\/messages_.*\.partial$/],
  ['catalogue', /^backups\/catalogue(-[0-9a-f-]+)?\.json\..*\.tmp$/],
  ['journal', /^restore\.json\..*\.tmp$/],
  ['candidate', /^messages\.db\.restored$/],
  ['undo', /^restore\/undo\.json\..*\.tmp$/],
  ['import', /^messages\.db\.imported/],
  ['folder', /^$/],
  ['backups-folder', /^backups$/],
  ['restore-folder', /^restore$/],
]
/** What the program may lose: its keys, its identity, its settings and its audit log are no matter of these jobs, scratch files are thrown away, a rollback journal of one page is read or not. */
const UNDEMANDED: [kind: string, path: RegExp][] = [
  ['session', /^session\.db/],
  ['identity', /^(installation|backup-folders)\.json/],
  ['settings', /^settings/],
  ['audit', /^audit\.log/],
  ['scratch', /^(scratch|restore)\//],
  ['rollback-journal', /-journal$/],
]
const kindOf = (sync: Sync): string =>
  [...KINDS, ...UNDEMANDED].find(([, path]) => path.test(sync.path))?.[0] ?? sync.path

export interface PowerOptions {
  states: number
  seed: number
  jobs: readonly Job[]
  disorderly: boolean
  /** States that are tried for each kind of fsync that is left out. */
  missing: number
  /** Leaves out this kind only, and nothing else is tried. */
  withoutFsync?: string | undefined
}
export interface PowerReport {
  ok: boolean
  states: number
  seen: Record<string, number>
  broken: string[]
  /** How often each kind of fsync is in the recordings. */
  fsyncs: Record<string, number>
  /** For each kind of fsync: what broke without it, or undefined where nothing did. */
  without: Record<string, string | undefined>
  slowest: number
}

export async function power(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      states: { type: 'string', default: '120' },
      missing: { type: 'string', default: '200' },
      seed: { type: 'string' },
      job: { type: 'string' },
      disorderly: { type: 'boolean', default: false },
      'without-fsync': { type: 'string' },
    },
  })
  const started = performance.now()
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6))
  const report = await runPower({
    states: Number(values.states),
    missing: Number(values.missing),
    seed,
    jobs: JOBS.filter((job) => values.job === undefined || values.job === job),
    disorderly: values.disorderly,
    withoutFsync: values['without-fsync'],
  })
  if (report === undefined) {
    console.log(JSON.stringify({ soak: 'power', skipped: 'strace is missing, or may not trace here' }))
    return true
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(JSON.stringify({ soak: 'power', seed, seconds, ...report, broken: report.broken.slice(0, 20) }))
  return report.ok
}

/** Undefined where nothing can be recorded. */
export async function runPower(options: PowerOptions): Promise<PowerReport | undefined> {
  if (!canTrace()) return undefined
  const root = scratchFolder('soak-power-')
  const hands = await startHands()
  const report: PowerReport = { ok: true, states: 0, seen: {}, broken: [], fsyncs: {}, without: {}, slowest: 0 }
  const random = seeded(options.seed)
  const without = options.withoutFsync
  try {
    const recorded: Recorded[] = []
    for (const job of options.jobs) recorded.push(await recordJob(job, root, hands))
    for (const { recording } of recorded)
      for (const sync of syncsOf(recording)) report.fsyncs[kindOf(sync)] = (report.fsyncs[kindOf(sync)] ?? 0) + 1
    const kinds = Object.keys(report.fsyncs).filter((kind) => !UNDEMANDED.some(([name]) => name === kind))
    if (without === undefined) {
      for (const one of recorded) {
        console.error(`${one.name}: ${one.recording.steps.length} steps`)
        const middles = await tryStates(one, options, random, { root, hands, report })
        for (const folder of middles) {
          const recovery = await recordRecovery(one, folder, root, hands)
          await tryStates(recovery, { ...options, states: Math.ceil(options.states / 4) }, random, {
            root,
            hands,
            report,
          })
        }
      }
    }
    for (const kind of without === undefined ? kinds : [without]) {
      if (options.missing === 0) break
      console.error(`without the fsyncs of ${kind}`)
      report.without[kind] = await firstBreak(recorded, kind, options, random, { root, hands, report })
    }
    const unnoticed = Object.entries(report.without).filter(([, what]) => what === undefined)
    report.ok = report.broken.length === 0 && (without === undefined ? unnoticed.length === 0 : unnoticed.length === 1)
    return report
  } finally {
    await hands.stop()
    rmSync(root, { recursive: true, force: true })
  }
}

interface Recorded {
  plan: Plan
  recording: Recording
  name: string
  /** Of a recovery: what it leads to when it is not cut off. */
  leadsTo?: string
}
interface Bench {
  root: string
  hands: Hands
  report: PowerReport
}
const syncsOf = ({ steps }: Recording): Sync[] => steps.filter((step) => step.kind === 'sync')

async function recordJob(job: Job, root: string, hands: Hands): Promise<Recorded> {
  const plan = await planJob(job, root, hands, MESSAGES)
  const folder = join(root, 'state')
  cpSync(plan.template, folder, { recursive: true })
  const calls = await trace(hands.command(job, folder), join(root, 'trace'))
  const recording = record(calls, folder, plan.template, REPORTED)
  rmSync(folder, { recursive: true })
  if (!recording.steps.some(({ kind }) => kind === 'reported'))
    throw new Error(`The end of "${job}" is not in its trace.`)
  return { plan, recording, name: job }
}

/** A start on what a cut in the middle of a restore left. The import's job is nothing but a start. */
async function recordRecovery(one: Recorded, folder: string, root: string, hands: Hands): Promise<Recorded> {
  const [traced, whole] = [join(root, 'state'), join(root, 'whole')]
  for (const copy of [traced, whole]) cpSync(folder, copy, { recursive: true, preserveTimestamps: true })
  const calls = await trace(hands.command('import', traced, one.plan.job), join(root, 'trace'))
  const recording = record(calls, traced, folder, REPORTED)
  const verdict = await hands.of(one.plan.job).judge(one.plan.job, whole)
  for (const copy of [traced, whole]) rmSync(copy, { recursive: true })
  return { plan: one.plan, recording, name: `recovery of ${one.name}`, leadsTo: verdict.digest }
}

const keepAll = (): boolean => false

function drawCuts(
  one: Recorded,
  states: number,
  random: Random,
  disorderly: boolean,
  ignore: (sync: Sync) => boolean,
): Cut[] {
  const anything = Array.from({ length: DRAWS }, () => anyState(random, disorderly))
  const list = cuts(one.recording, [...CORNERS, ...anything], ignore)
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const [a, b] = [list[at], list[other]]
    if (a && b) [list[at], list[other]] = [b, a]
  }
  return list.slice(0, states)
}

/** Returns folders with different unfinished swaps that were met on the way. */
async function tryStates(one: Recorded, options: PowerOptions, random: Random, bench: Bench): Promise<string[]> {
  const { report, root } = bench
  const middles = new Map<string, string>()
  for (const cut of drawCuts(one, options.states, random, options.disorderly, keepAll)) {
    const folder = join(root, 'state')
    build(one.recording, cut, keepAll, folder)
    keepTime(folder, random)
    const shape = swapShape(folder)
    if (one.leadsTo === undefined && shape !== undefined && !middles.has(shape) && middles.size < 5) {
      const kept = join(root, `middle-${one.name.replaceAll(' ', '-')}-${middles.size}`)
      cpSync(folder, kept, { recursive: true, preserveTimestamps: true })
      middles.set(shape, kept)
    }
    const { state, broken } = await tryOne(one, cut, folder, bench)
    report.states++
    report.seen[`${one.name} ${state}`] = (report.seen[`${one.name} ${state}`] ?? 0) + 1
    report.broken.push(...broken.map((what) => `${one.name}, ${tell(one, cut)}: ${what}`))
  }
  return [...middles.values()]
}

async function tryOne(one: Recorded, cut: Cut, folder: string, { hands, report }: Bench) {
  const { plan, leadsTo } = one
  const verdict = await hands.of(plan.job).judge(plan.job, folder)
  rmSync(folder, { recursive: true, force: true })
  report.slowest = Math.max(report.slowest, Math.round(verdict.recovery))
  const result = compare(plan, verdict, cut.reported && leadsTo === undefined)
  if (cut.reported && leadsTo !== undefined && verdict.digest !== leadsTo)
    result.broken.push('what was recovered has changed again')
  return result
}

async function firstBreak(
  recorded: Recorded[],
  kind: string,
  options: PowerOptions,
  random: Random,
  bench: Bench,
): Promise<string | undefined> {
  const ignore = (sync: Sync): boolean => kindOf(sync) === kind
  const concerned = recorded.filter(({ recording }) => syncsOf(recording).some(ignore))
  const lists = concerned.map((one) => {
    // The fsync is missed only from its own moment on, and only where something of its file is not on the disk.
    const missedFrom = new Map<Node, number>()
    one.recording.steps.forEach((step, index) => {
      if (step.kind === 'sync' && ignore(step) && !missedFrom.has(step.node)) missedFrom.set(step.node, index)
    })
    const missed = ({ at, incomplete }: Cut): boolean =>
      [...incomplete].some((node) => at > (missedFrom.get(node) ?? Number.POSITIVE_INFINITY))
    const list = drawCuts(one, Number.POSITIVE_INFINITY, random, options.disorderly, ignore)
    return { one, list: list.filter(missed) }
  })
  for (let turn = 0; turn < options.missing; turn++) {
    for (const { one, list } of lists) {
      const cut = list[turn]
      if (cut === undefined) continue
      const folder = join(bench.root, 'state')
      build(one.recording, cut, ignore, folder)
      keepTime(folder, random)
      const { broken } = await tryOne(one, cut, folder, bench)
      if (broken[0] !== undefined) return `${one.name}, state ${turn + 1}: ${broken[0]}`
    }
  }
  return undefined
}

/** The last step before the cut, so that a broken state can be found again. */
function tell({ recording }: Recorded, cut: Cut): string {
  const step = recording.steps[cut.at - 1]
  const where =
    step === undefined || step.kind === 'reported'
      ? ''
      : `${step.node.path || '.'}${'name' in step ? `/${step.name}` : ''}`
  return `cut after step ${cut.at} (${step?.kind ?? 'none'} ${where})`
}

/** Which files of an unfinished swap there are. */
function swapShape(folder: string): string | undefined {
  const journal = join(folder, 'restore.json')
  if (!existsSync(journal)) return undefined
  const files = [
    'messages.db',
    'messages.db-wal',
    'messages.db.before-restore',
    'messages.db.before-restore-wal',
    'messages.db.restored',
  ]
  return [
    /"phase":"(\w+)"/.exec(readFileSync(journal, 'utf8'))?.[1],
    ...files.filter((name) => existsSync(join(folder, name))),
  ].join(' ')
}

/** The journal remembers when the old file was last written. Building the state made it now: as often as not, the two agree again. */
function keepTime(folder: string, random: Random): void {
  const [journal, database] = [join(folder, 'restore.json'), join(folder, 'messages.db')]
  if (random() < 0.5 || !existsSync(journal) || !existsSync(database)) return
  const text = readFileSync(journal, 'utf8')
  writeFileSync(journal, text.replace(/"changed_at":[\d.]+/, `"changed_at":${statSync(database).mtimeMs}`))
}
