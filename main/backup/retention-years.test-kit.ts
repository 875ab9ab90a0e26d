// Ten years of a machine that backs up on a schedule, sleeps, fails, and whose clock jumps. What must still be there is judged by a
// list of every backup that was ever made and by the words of the guide, without a look at the code that keeps and removes.
import { runsAfter } from '../../preload/contract/schedule.ts'
import { judgeBackups, type RetentionItem, type RetentionPolicy } from './retention.ts'
import { createSchedule } from './schedule.ts'
import type { Remembered } from './schedule-memory.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const YEARS = 10
/** How often it is judged: at every backup would take hours. */
const JUDGE_EVERY = 40

/** Daylight saving of an hour in either hemisphere, of half an hour, at midnight, and none. */
export const ZONES = ['Europe/Lisbon', 'America/Santiago', 'Australia/Lord_Howe', 'America/Havana', 'UTC']
/** Each with how far apart the looks at the clock are: it sleeps in between. */
const PLANS = [
  { expression: '30 1 * * *', look: 12 * HOUR, daily: true },
  { expression: '0 2 * * *', look: 12 * HOUR, daily: true },
  { expression: '0 3 * * 0', look: 2 * DAY, daily: false },
  { expression: '0 2 1,15 * *', look: 2 * DAY, daily: false },
  { expression: '15 */8 * * 1', look: 8 * HOUR, daily: false },
]

interface Made extends RetentionItem {
  number: number
  /** Of the local date: its day, ISO week, month and year, as numbers that differ where they do. */
  periods: Record<Rule, number>
}
type Rule = 'daily' | 'weekly' | 'monthly' | 'yearly'
const RULES: readonly Rule[] = ['daily', 'weekly', 'monthly', 'yearly']

export interface YearsReport {
  zone: string
  made: number
  failed: number
  jumps: number
  pauses: number
  mostKept: number
  judged: number
  broken: string[]
}

/** `seed` and `zone` decide everything. The process's time zone is changed meanwhile. */
export async function liveThroughYears(seed: number, zone: string): Promise<YearsReport> {
  const before = process.env.TZ
  process.env.TZ = zone
  try {
    return await live(seed, zone)
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
}

async function live(seed: number, zone: string): Promise<YearsReport> {
  const random = createRandom(seed)
  const plan = PLANS[random.below(PLANS.length)] ?? PLANS[0]
  if (plan === undefined) throw new Error('There is no plan.')
  const policy = somePolicy(random)
  const dates = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const report: YearsReport = { zone, made: 0, failed: 0, jumps: 0, pauses: 0, mostKept: 0, judged: 0, broken: [] }
  const ever: Made[] = []
  let present: Made[] = []
  let clock = Date.UTC(2026, random.below(12), 1 + random.below(28), random.below(24))
  let remembered: Remembered = { last: null, owed: null }
  let runs = 0
  let newestProven = -1
  const say = (what: string) => {
    if (report.broken.length < 5) report.broken.push(`${new Date(clock).toISOString()}: ${what}`)
  }

  function add(ours: boolean): void {
    const proven = random.below(12) > 0
    const number = ever.length
    const made: Made = {
      id: String(number),
      number,
      at: clock,
      proven,
      pinned: random.below(150) === 0,
      ours,
      periods: periodsOf(dates.format(clock)),
    }
    ever.push(made)
    present.push(made)
    report.made++
    if (!proven) report.failed++
    const verdicts = judgeBackups(present, policy)
    present = present.filter((_, index) => (verdicts[index]?.reasons.length ?? 0) > 0)
    report.mostKept = Math.max(report.mostKept, present.length)
    if (ours && proven) newestProven = number
    if (newestProven >= 0 && !present.some((one) => one.number === newestProven)) say('the newest proven one is gone')
    if (number % JUDGE_EVERY === 0) judge()
  }

  /** Whatever was removed on the way, this much is there. */
  function judge(): void {
    report.judged++
    const there = new Set(present.map(({ number }) => number))
    for (const { number, why } of floorOf(ever, policy)) if (!there.has(number)) say(`backup ${number} is gone: ${why}`)
  }

  const schedule = createSchedule({
    clock: { now: () => clock },
    memory: {
      get: () => remembered,
      set: async (next) => {
        remembered = next
      },
      restart: () => undefined,
    },
    dueAfter: (last) => runsAfter(plan.expression, last, 1)[0] ?? null,
    run: async () => {
      runs++
      // A full disk, or a source that cannot be read: no file at all, and again soon after.
      if (random.below(25) === 0) throw new Error('The backup failed.')
      add(true)
    },
  })

  const end = YEARS * 365 * DAY
  let quietSince = 0
  let wrongBy = 0
  for (let passed = 0; passed < end; ) {
    let step = plan.look
    if (random.below(200) === 0) {
      step = random.below(60) * DAY
      report.pauses++
      quietSince = passed + step
    }
    passed += step
    clock += step
    if (wrongBy !== 0 && random.below(2) === 0) {
      clock -= wrongBy
      wrongBy = 0
      quietSince = passed
    } else if (random.below(150) === 0) {
      // Flat batteries, a wrong century, somebody's hand; often it is set right soon after.
      const jump = random.one([-1, 1, 1]) * random.one([HOUR, DAY, 40 * DAY, 400 * DAY, 4000 * DAY])
      clock = Math.max(clock + jump, Date.UTC(1990, 0, 1))
      wrongBy = random.below(2) === 0 ? jump : 0
      report.jumps++
      quietSince = passed
    }
    if (random.below(200) === 0) add(random.below(4) > 0)
    const before = runs
    await schedule.look()
    // One look may find one run due, however many were missed.
    if (runs > before + 1) say('two runs at one look')
    if (plan.daily && passed - quietSince > 3 * DAY && remembered.last !== null && clock - remembered.last > 2 * DAY)
      say('no run for two days, awake and with a clock that went on')
  }
  judge()
  schedule.dispose()
  return report
}

/** What the guide promises to keep, of all that was ever made. */
function floorOf(ever: readonly Made[], policy: RetentionPolicy): { number: number; why: string }[] {
  const floor: { number: number; why: string }[] = []
  const own = ever.filter(({ ours }) => ours)
  const proven = own.filter((one) => one.proven)
  for (const one of ever) if (!one.ours) floor.push({ number: one.number, why: 'another program wrote it' })
  for (const one of own) if (one.pinned) floor.push({ number: one.number, why: 'it is pinned' })
  const newest = proven.at(-1)
  if (newest) floor.push({ number: newest.number, why: 'it is the newest proven one' })
  const late = policy.last > 0 ? proven.slice(-policy.last) : []
  for (const one of late) floor.push({ number: one.number, why: `one of the last ${policy.last}` })
  for (const rule of RULES) {
    const newestOf = new Map<number, number>()
    for (const one of proven) {
      // Set anew at the end: periods in the order in which they were seen last.
      newestOf.delete(one.periods[rule])
      newestOf.set(one.periods[rule], one.number)
    }
    const wanted = policy[rule] > 0 ? [...newestOf.values()].slice(-policy[rule]) : []
    for (const number of wanted) floor.push({ number, why: `${rule}, ${policy[rule]} of them` })
  }
  if (policy.days > 0) {
    let age = 0
    for (let n = own.length - 1; n >= 0; n--) {
      const one = own[n]
      const next = own[n + 1]
      if (one === undefined) continue
      // Longer than a week without a backup, or a clock that jumped, ages nothing by more than eight days.
      if (next !== undefined) age += Math.min(8 * DAY, Math.abs(next.at - one.at))
      if (age > policy.days * DAY) break
      floor.push({ number: one.number, why: `younger than ${policy.days} days` })
    }
  }
  return floor
}

/** `date`: YYYY-MM-DD where the machine stands. */
function periodsOf(date: string): Record<Rule, number> {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  const days = Date.UTC(year, month - 1, day) / DAY
  // 1970 began on a Thursday, weeks begin on Monday.
  return { daily: days, weekly: Math.floor((days + 3) / 7), monthly: year * 12 + month, yearly: year }
}

function somePolicy(random: ReturnType<typeof createRandom>): RetentionPolicy {
  // Nothing at all, the program's own, and any other.
  if (random.below(8) === 0) return { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, days: 0 }
  if (random.below(4) === 0) return { last: 3, daily: 0, weekly: 0, monthly: 0, yearly: 0, days: 30 }
  const upTo = (most: number) => random.below(most + 1) * random.below(2)
  return { last: upTo(5), daily: upTo(10), weekly: upTo(6), monthly: upTo(14), yearly: upTo(6), days: upTo(40) }
}

/** mulberry32 */
function createRandom(seed: number) {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number): number => Math.floor(next() * end)
  return { below, one: (items: readonly number[]): number => items[below(items.length)] ?? 0 }
}
