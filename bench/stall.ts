// What people who write notice of a scheduled backup and its proof: how late the main thread is, and how long answers take, beside the same at
// rest and beside a plain `cp` of the same file, in one run. 20 messages a second arrive throughout.
//   npm run bench -- stall [megabytes=1000] [seconds=20] [seeded database]
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import * as z from 'zod'
import { type AppProcess, freePort, linkApp, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { type Contact, createEmulator } from '../emulator/index.ts'
import { UNLIMITED } from '../test/unlimited.ts'
import { inFolder, shell } from './measure.ts'
import { seedDatabase } from './seed.ts'

const MESSAGES_PER_MB = 1930
const PEOPLE = 8
const PER_SECOND = 20
const START_MS = 90_000
const END_MS = 15 * 60_000

const [megabytes = '1000', seconds = '20', seeded] = process.argv.slice(2)
const Delay = z.object({ p50: z.number(), p99: z.number(), max: z.number(), samples: z.number() })

interface Phase {
  seconds: number
  delay: z.infer<typeof Delay>
  answers: { p50: number; p95: number; max: number; missing: number }
}

await inFolder(async (folder) => {
  const data = join(folder, 'data')
  const database = join(data, 'messages.db')
  mkdirSync(data, { mode: 0o700 })
  if (seeded !== undefined && existsSync(seeded)) cpSync(seeded, database)
  else seedDatabase(database, { chats: 2000, messages: Number(megabytes) * MESSAGES_PER_MB })
  // What was just written must not be on its way to the disk any more.
  await shell('sync')
  const probe = join(folder, 'delay.json')
  const emulator = await createEmulator({ history: false })
  const app = spawnApp({
    dataDirectory: data,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    env: {
      WHATSLANG_PACING: 'off',
      WHATSLANG_LOG_LEVEL: 'warn',
      EVENT_LOOP_PROBE: probe,
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, 'probe/event-loop.ts')).href}`,
    },
  })
  try {
    await app.listening()
    await app.api('PATCH', '/settings', { backup: { schedule: null }, ...UNLIMITED })
    await linkApp(app, (qr) => void emulator.owner.scan(qr))
    const people = await meet(app, emulator)
    const talk = startTalk(people)
    await sleep(5000)

    const phase = async (work: () => Promise<unknown>): Promise<Phase> => {
      await readDelay(app, probe)
      talk.take()
      const start = performance.now()
      await work()
      const took = performance.now() - start
      return { seconds: round(took / 1000), delay: await readDelay(app, probe), answers: talk.take() }
    }
    const rest = await phase(() => sleep(Number(seconds) * 1000))
    const cp = await phase(() => copyAgainAndAgain(database, join(folder, 'copy.db'), Number(seconds) * 1000))
    await app.api('PATCH', '/settings', { backup: { schedule: '* * * * *' } })
    await until(() => unfinished(data), START_MS)
    await app.api('PATCH', '/settings', { backup: { schedule: null } })
    const writing = await phase(() => until(() => !unfinished(data), END_MS))
    const proving = await phase(() => until(() => proven(data), END_MS))
    await talk.stop()

    const wal = statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0
    const figures = {
      delay_p99_ms: Math.max(writing.delay.p99, proving.delay.p99),
      delay_max_against_cp: round(Math.max(writing.delay.max, proving.delay.max) / cp.delay.max),
      answers_p95_against_rest: round(Math.max(writing.answers.p95, proving.answers.p95) / rest.answers.p95),
    }
    const missing = [rest, cp, writing, proving].reduce((sum, { answers }) => sum + answers.missing, 0)
    const pass =
      figures.delay_p99_ms < 20 &&
      figures.delay_max_against_cp <= 1.5 &&
      figures.answers_p95_against_rest <= 1.5 &&
      missing === 0
    const wanted = 'delay p99 < 20 ms, delay max <= 1.5 x cp, answers p95 <= 1.5 x rest, none missing'
    const size = Math.round(statSync(database).size / 1e6)
    console.log(
      JSON.stringify({
        bench: 'stall',
        megabytes: size,
        wal_bytes: wal,
        rest,
        cp,
        writing,
        proving,
        ...figures,
        wanted,
        pass,
      }),
    )
    process.exitCode = pass ? 0 : 1
  } catch (error) {
    throw new Error(`The run broke${app.ended ? '; the program had ended' : ''}. It printed:\n${app.output}`, {
      cause: error,
    })
  } finally {
    await app.stop()
    await emulator.close()
  }
})

async function meet(app: AppProcess, emulator: Awaited<ReturnType<typeof createEmulator>>): Promise<Contact[]> {
  const people = Array.from({ length: PEOPLE }, (_, n) =>
    emulator.contact({ name: `Person ${n}`, pn: `1555000420${n}`, lid: `84000020${n}` }),
  )
  for (const person of people) {
    await app.api('POST', '/chats', { jid: person.pn })
    await app.api('PUT', `/chats/${person.pn}/bots/echo`, { enabled: true })
    const answer = person.next(undefined, 30_000)
    await person.say('hello')
    await answer
  }
  return people
}

/** Somebody writes every 50 ms. `take` gives what was measured since the last time. */
function startTalk(people: readonly Contact[]) {
  let latencies: number[] = []
  let missing = 0
  let stopped = false
  const waiting = new Set<Promise<void>>()
  const ask = async (person: Contact, n: number): Promise<void> => {
    const start = performance.now()
    const text = `message ${n} of many`
    const answer = person.next((item) => item.text?.includes(text) === true, 60_000)
    try {
      await person.say(text)
      await answer
      latencies.push(performance.now() - start)
    } catch {
      missing++ // it is counted, and the run fails
    }
  }
  const run = async (): Promise<void> => {
    const start = performance.now()
    for (let n = 0; !stopped; n++) {
      const person = people[n % people.length]
      if (person === undefined) return
      const one = ask(person, n).finally(() => waiting.delete(one))
      waiting.add(one)
      await sleep(Math.max(0, start + ((n + 1) * 1000) / PER_SECOND - performance.now()))
    }
  }
  const running = run()
  return {
    take(): Phase['answers'] {
      const sorted = latencies.toSorted((a, b) => a - b)
      const at = (p: number) =>
        round(sorted[Math.min(sorted.length - 1, Math.ceil(p * sorted.length) - 1)] ?? Number.NaN)
      const result = { p50: at(0.5), p95: at(0.95), max: at(1), missing }
      latencies = []
      missing = 0
      return result
    },
    async stop(): Promise<void> {
      stopped = true
      await running
      await Promise.all(waiting)
    },
  }
}

async function readDelay(app: AppProcess, probe: string): Promise<z.infer<typeof Delay>> {
  rmSync(probe, { force: true })
  app.signal('SIGWINCH')
  await until(() => existsSync(probe), START_MS)
  const { p50, p99, max, samples } = Delay.parse(JSON.parse(readFileSync(probe, 'utf8')))
  return { p50: round(p50), p99: round(p99), max: round(max), samples }
}

async function copyAgainAndAgain(from: string, to: string, ms: number): Promise<void> {
  const end = performance.now() + ms
  do {
    await shell(`cp '${from}' '${to}' && rm '${to}'`)
  } while (performance.now() < end)
}

async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms
  while (!condition()) {
    if (performance.now() > end) throw new Error('What was waited for did not come.')
    await sleep(100)
  }
}

function files(data: string): string[] {
  const folder = join(data, 'backups')
  return existsSync(folder) ? readdirSync(folder) : []
}
function unfinished(data: string): boolean {
  return files(data).some((name) => /^messages_.*\.partial$/.test(name))
}
function proven(data: string): boolean {
  return files(data)
    .filter((name) => /^catalogue-.*\.json$/.test(name))
    .some((name) => readFileSync(join(data, 'backups', name), 'utf8').includes('"verification": "verified"'))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
