// `npm run soak -- retention [schedules] [first] [shared]`: ten years of each of 1,000 schedules; then `shared` lives (20) of three installations in one
// folder. One JSON line in the end.
import { liveThroughYears, ZONES } from '../../main/backup/retention-years.test-kit.ts'
import { liveTogether } from './shared-folder.ts'

export async function retention([schedules = '1000', first = '1', shared = '20']: string[]): Promise<boolean> {
  const started = performance.now()
  const sums = { made: 0, failed: 0, jumps: 0, pauses: 0, judged: 0 }
  let mostKept = 0
  const broken: string[] = []
  for (let seed = Number(first); seed < Number(first) + Number(schedules); seed++) {
    const report = await liveThroughYears(seed, ZONES[seed % ZONES.length] ?? 'UTC')
    for (const name of ['made', 'failed', 'jumps', 'pauses', 'judged'] as const) sums[name] += report[name]
    mostKept = Math.max(mostKept, report.mostKept)
    broken.push(...report.broken.map((what) => `seed ${seed}, ${report.zone}: ${what}`))
  }
  const together = { made: 0, jumps: 0, stuck: 0 }
  for (let seed = Number(first); seed < Number(first) + Number(shared); seed++) {
    const report = await liveTogether(seed, 40)
    for (const name of ['made', 'jumps', 'stuck'] as const) together[name] += report[name]
    broken.push(...report.broken.map((what) => `shared folder, seed ${seed}: ${what}`))
  }
  const seconds = Math.round((performance.now() - started) / 1000)
  const ok = broken.length === 0
  const facts = { soak: 'retention', ok, schedules: Number(schedules), years: 10, ...sums, mostKept, together }
  console.log(JSON.stringify({ ...facts, broken: broken.slice(0, 20), seconds }))
  return ok
}
