import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../../emulator/demo/app-process.ts'
import { type FuzzReport, fuzz, type Lane, linkLane, newReport, restLane } from '../fuzz/attack.ts'
import { fingerprint } from '../fuzz/fingerprint.ts'
import { createFuzzer } from '../fuzz/inputs.ts'
import type { Link } from '../fuzz/link.ts'
import { MARK, SECRET_MARK } from '../fuzz/odd.ts'
import { proceduresOfContract } from '../fuzz/procedures.ts'
import { type AttackedDesktop, type AttackedHeadless, attackedDesktop, attackedHeadless } from '../security/attacked.ts'
import { createKnown } from './api-known.ts'
import { createHeapWatch, inspectable, type Look } from './heap.ts'

/** Each of these starts a process: as often as the others they would leave no time for them. */
const HEAVY =
  /^(backups\.(create|verify)|exports\.|data\.vacuum|restore\.(preview|apply|undo)|health\.re|settings\.testModel)/
const HEAVY_ONCE_IN = 12
const QUIET_MS = 60_000
/** Calls of each slice that are made one by one, with a look at everything before and after. */
const SINGLE_CALLS = 30

export interface TargetOptions {
  kind: 'headless' | 'desktop'
  seed: number
  modelUrl: string
}

/** One host under fuzzed calls, and what is looked at between them. */
export async function createTarget({ kind, seed, modelUrl }: TargetOptions) {
  const inspector = await freePort()
  const env = { WHATSLANG_LOG_LEVEL: 'debug', ...inspectable(inspector) }
  const host: AttackedHeadless | AttackedDesktop =
    kind === 'headless' ? await attackedHeadless({ env }) : await attackedDesktop({ env })
  const pid = host.kind === 'headless' ? host.app.pid : host.host.child.pid
  const heap = await createHeapWatch(pid ?? 0, inspector)
  let own: Promise<Link> | undefined
  const link = async () => {
    if (own === undefined || (await own).closed) own = host.link()
    return own
  }
  const known = createKnown(link, modelUrl)
  const all = proceduresOfContract()
  const fuzzer = createFuzzer({ seed, procedures: all, known: known.now })
  const pick = () => {
    let procedure = fuzzer.one(all)
    while (HEAVY.test(procedure.name) && !fuzzer.chance(HEAVY_ONCE_IN)) procedure = fuzzer.one(all)
    return procedure
  }
  const light = { ...fuzzer, next: () => fuzzer.next(pick()) }
  const lanes: Lane[] =
    host.kind === 'headless'
      ? [restLane(host.rest), linkLane('socket', () => host.link()), linkLane('socket 2', () => host.link())]
      : [linkLane('port', () => host.link())]
  const report: FuzzReport = newReport()
  const changed: string[] = []
  const leaks: string[] = []
  const looks: Look[] = []
  const outside = host.sandbox.outside()
  const escaped = new Set<string>()
  let finished = false

  /** Until no task runs any more. */
  async function quiet(): Promise<void> {
    const end = performance.now() + QUIET_MS
    while (performance.now() < end) {
      const { body } = await (await link()).call('/tasks/list')
      const tasks = (body as { json: { state: string }[] }).json
      if (!tasks.some(({ state }) => state === 'running')) return
      await sleep(50)
    }
    report.faults.push('A task never ended.')
  }
  // The pages sign in all the while, beside the calls.
  const files = () => host.sandbox.inside().filter((line) => !line.startsWith('signed-in.json '))
  const state = () => ({ ...fingerprint(host.sandbox.data), files: JSON.stringify(files()) })

  return {
    kind,
    host,
    person: host.emulator.contact({ name: 'Ana', pn: '15550007101', lid: '70007111' }),
    report,
    changed,
    leaks,
    looks,
    escaped,
    link,
    known,
    /** Calls side by side for this long, then some one by one, and a look at what they left. */
    async slice(ms: number): Promise<void> {
      await known.refresh()
      const end = performance.now() + ms
      await fuzz({ fuzzer: light, lanes, parallel: 8, report, enough: () => performance.now() > end })
      await quiet()
      const most = report.calls + SINGLE_CALLS
      await fuzz({
        fuzzer: light,
        lanes,
        parallel: 1,
        report,
        enough: ({ calls }) => calls >= most,
        async around({ procedure, input }, run) {
          const before: Record<string, string> = state()
          const answer = await run()
          if (answer.status < 400) return answer
          for (const [part, mark] of Object.entries(state())) {
            if (mark === before[part]) continue
            const what = part === 'files' ? differenceOf(before.files, mark) : part
            changed.push(
              `${procedure.name} (${answer.status}) changed ${what}: ${JSON.stringify(input)?.slice(0, 300)}`,
            )
          }
          return answer
        },
      })
      await quiet()
      looks.push(await heap.look())
      for (const line of host.sandbox.outside()) if (!outside.includes(line)) escaped.add(line)
      for (const line of outside) if (!host.sandbox.outside().includes(line)) escaped.add(`gone: ${line}`)
      if (!(await host.alive())) report.faults.push('The program does not answer.')
    },
    finished: () => finished,
    /** Ends the program in order, and reads its logs. */
    async finish(): Promise<void> {
      finished = true
      heap.close()
      const logs = join(host.sandbox.data, 'logs')
      const kept = readdirSync(logs).map((name) => readFileSync(join(logs, name), 'utf8'))
      const audit = readdirSync(host.sandbox.data)
        .filter((name) => name.startsWith('audit.log'))
        .map((name) => readFileSync(join(host.sandbox.data, name), 'utf8'))
      const token = host.kind === 'headless' ? [host.token] : []
      for (const secret of [MARK, SECRET_MARK, ...token]) {
        for (const line of [...kept, ...audit].join('\n').split('\n')) {
          // The audit log names things, and a caller may name them as it likes; it holds no texts and no secrets.
          if (line.includes(secret) && (secret !== MARK || !line.startsWith('{"at"'))) leaks.push(line.slice(0, 300))
        }
      }
      await host.close()
    },
  }
}
export type Target = Awaited<ReturnType<typeof createTarget>>

/** The lines that only one of two listings has. */
function differenceOf(before = '[]', after = '[]'): string {
  const [old, now] = [JSON.parse(before) as string[], JSON.parse(after) as string[]]
  return [...old.filter((line) => !now.includes(line)), ...now.filter((line) => !old.includes(line))].join(', ')
}
