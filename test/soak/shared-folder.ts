// Part of `npm run soak -- retention`: three installations in one folder, whose clocks jump and whose files sometimes cannot be deleted. What must still
// be there is judged from the files and from a record of what each one made, without a look at their lists.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Home, KEEP_NONE, makeHome } from '../../main/backup/service.test-kit.ts'

const DAY = 86_400_000
export interface SharedReport {
  made: number
  jumps: number
  stuck: number
  broken: string[]
}

/** `seed` decides everything. `steps`: backups that are made, by one or the other. */
export async function liveTogether(seed: number, steps: number): Promise<SharedReport> {
  mkdirSync('out', { recursive: true })
  const root = mkdtempSync(join(process.cwd(), 'out', 'soak-shared-'))
  const shared = join(root, 'share')
  const next = numbers(seed)
  const report: SharedReport = { made: 0, jumps: 0, stuck: 0, broken: [] }
  const homes: { home: Home; service: Awaited<ReturnType<Home['start']>>; made: string[]; last: number }[] = []
  const immutable = new Set<string>()
  const mark = (path: string, how: '+i' | '-i'): boolean => {
    try {
      execFileSync('chattr', [how, path], { stdio: 'ignore' })
      return true
    } catch {
      return false // not root, or a file system without such marks: then all files can be deleted
    }
  }
  try {
    for (const name of ['one', 'two', 'three']) {
      const last = 1 + next(3)
      const home = makeHome(join(root, name), {
        backup: { folder: shared, keep: { ...KEEP_NONE, last }, schedule: null },
      })
      homes.push({ home, service: await home.start(), made: [], last })
    }
    for (let step = 0; step < steps; step++) {
      const one = homes[next(homes.length)]
      if (one === undefined) continue
      one.home.now += DAY
      if (next(6) === 0) {
        one.home.now += (next(2) === 0 ? -1 : 1) * (1 + next(400)) * DAY
        report.jumps++
      }
      if (next(8) === 0) {
        // It starts anew, as after a crash.
        await one.home.stop()
        one.service = await one.home.start()
      }
      const victim = one.made[next(one.made.length + 1)]
      if (victim !== undefined && next(4) === 0 && existsSync(join(shared, victim))) {
        if (mark(join(shared, victim), '+i')) {
          immutable.add(victim)
          report.stuck++
        }
      }
      const { id } = await one.service.create({ reason: 'manual' })
      one.made.push(id)
      report.made++
      if (next(5) === 0) {
        for (const name of immutable) mark(join(shared, name), '-i')
        immutable.clear()
      }
      judge(step)
    }
  } finally {
    for (const name of immutable) mark(join(shared, name), '-i')
    for (const { home } of homes) await home.stop()
    rmSync(root, { recursive: true, force: true })
  }
  return report

  /** The last ones of each are there, whoever made a backup just now and whatever the clocks said. */
  function judge(step: number): void {
    const there = new Set(readdirSync(shared))
    for (const [index, { made, last }] of homes.entries()) {
      for (const name of made.slice(-last))
        if (!there.has(name) && report.broken.length < 5)
          report.broken.push(`step ${step}: ${name} of ${index} is gone`)
    }
    for (const name of immutable) if (!there.has(name)) report.broken.push(`step ${step}: ${name} could be deleted`)
  }
}

/** mulberry32, as whole numbers below an end. */
function numbers(seed: number): (end: number) => number {
  let state = seed | 0
  return (end) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end)
  }
}
