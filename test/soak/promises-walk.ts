import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import * as z from 'zod'
import { freePort, linkApp, newToken, spawnApp } from '../../emulator/demo/app-process.ts'
import { createModelEndpoint } from '../../emulator/demo/model-endpoint.ts'
import { createEmulator } from '../../emulator/index.ts'
import { createRandom } from '../random.ts'
import { UNLIMITED } from '../unlimited.ts'
import { createLedger, type Question } from './promises-ledger.ts'

export interface WalkOptions {
  seed: number
  steps: number
  log?: (line: string) => void
}
export interface WalkReport {
  seed: number
  steps: Record<string, number>
  asked: number
  answered: number
  restores: number
  /** Each promise that was broken, in words. */
  broken: string[]
  seconds: number
}

const FAST_MS = 10
const SLOW_MS = 700
const PATIENCE_MS = 60_000
const AN_HOUR = 3_600_000
const Made = z.object({ id: z.string() })
const Upload = z.object({ upload: z.string() })
const Undo = z.object({ possible: z.boolean(), safety_backup: z.string().nullable() })

/** People write all the time, while the program backs up, restores, takes restores back, is restarted and is killed, in an order that the seed chooses. */
export async function walk({ seed, steps, log = () => undefined }: WalkOptions): Promise<WalkReport> {
  const started = performance.now()
  /** For what happens side by side; the order of the steps has a sequence of its own, which timing cannot disturb. */
  const random = createRandom(seed + 1)
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-walk-'))
  const data = join(folder, 'data')
  const emulator = await createEmulator({ history: false })
  const ledger = createLedger()
  let calls = 0
  const model = {
    name: 'soak',
    delayMs: FAST_MS,
    // No two calls say the same: a second answer shows.
    answer: (_system: string, text: string) => {
      ledger.thought(text)
      return `thought ${++calls} of ${text}`
    },
  }
  const endpoint = await createModelEndpoint(model)
  const settings = {
    dataDirectory: data,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    built: true,
    env: {
      WHATSLANG_PACING: 'off',
      WHATSLANG_LOG_LEVEL: 'warn',
      OPENAI_BASE_URL: endpoint.url,
      OPENAI_MODEL: 'soak',
      OPENAI_API_KEY: 'soak',
    },
  }
  const people = [0, 1, 2].map((n) =>
    emulator.contact({ name: `Person ${n}`, pn: `1555000510${n}`, lid: `85000010${n}` }),
  )
  const group = emulator.group({ subject: 'Walk', members: people })
  const backups: { id: string; holds: ReadonlySet<string> }[] = []
  const taken: Record<string, number> = {}
  const broken: string[] = []
  let app = spawnApp(settings)

  const wait = (most: number) => sleep(random.below(most))
  const start = async () => {
    app = spawnApp(settings)
    await app.listening()
  }
  const history = (): Set<string> => {
    const db = new Database(join(data, 'messages.db'), { readonly: true })
    try {
      return new Set(db.prepare<[], string>('SELECT message_id FROM messages').pluck().all())
    } finally {
      db.close()
    }
  }

  async function ask(options: { time?: number } = {}): Promise<void> {
    const person = random.one(people)
    const text = `question ${ledger.questions.length}`
    const inGroup = random.below(3) === 0
    const sentAt = options.time ?? Date.now()
    const said = await (inGroup ? person.sayIn(group, text, { time: sentAt }) : person.say(text, { time: sentAt }))
    const bots = person === people[0] && !inGroup ? ['[ai]', '[echo]'] : ['[ai]']
    const answer = options.time === undefined ? 'must' : 'never'
    ledger.said({ said, readers: inGroup ? people : [person], bots, answer, sentAt })
  }
  async function askSome(most: number): Promise<void> {
    for (let n = random.below(most) + 1; n > 0; n--) {
      await ask()
      await wait(150)
    }
  }
  /** The same id from the server once more, encrypted anew, as after an answer that got lost. */
  async function again(question: Question): Promise<void> {
    const { said, sentAt } = question
    const person = people.find(({ lid }) => lid === said.sender)
    if (!person) return
    const options = { id: said.id, time: sentAt }
    await (said.chat === group.jid ? person.sayIn(group, said.text, options) : person.say(said.text, options))
    ledger.saidAgain(question)
  }

  /** Until everybody has the answers that they may expect, and the history holds what was received. */
  async function settle(): Promise<void> {
    model.delayMs = FAST_MS
    const end = performance.now() + PATIENCE_MS
    while (performance.now() < end) {
      if (ledger.unanswered().length === 0 && ledger.missing(history()).length === 0) return
      await sleep(50)
    }
    for (const { said } of ledger.unanswered()) broken.push(`no answer to "${said.text}"`)
    const missing = new Set(ledger.missing(history()))
    for (const { said } of ledger.questions)
      if (missing.has(said.id)) broken.push(`"${said.text}" is not in the history`)
    if (broken.length > 0) throw new Broken()
  }

  async function restore(mode: 'replace' | 'merge', killed = false): Promise<void> {
    const backup = backups[random.below(backups.length)]
    if (!backup) return
    const before = Undo.parse(await app.api('GET', '/restore/undo')).safety_backup
    const restoring = ledger.begin()
    const apply = async () => {
      const { upload } = Upload.parse(await app.api('POST', '/restore/from-backup', { id: backup.id }))
      await app.api('POST', `/restore/${upload}/apply`, { mode })
    }
    if (killed) {
      const cut = apply().catch(() => undefined)
      await Promise.all([wait(2_500).then(() => app.kill()), askSome(4)])
      await cut
      await start()
    } else {
      await Promise.all([apply(), askSome(4)])
    }
    const after = Undo.parse(await app.api('GET', '/restore/undo')).safety_backup
    // Cut off before anything changed: then nothing excuses silence.
    if (after === before) return
    restoring.restored(mode, backup.holds)
    await inSafety(after)
  }
  /** What was received before a restore is in its safety backup, or arrives in what was restored. */
  async function inSafety(name: string | null): Promise<void> {
    const kept = gunzipSync(readFileSync(join(data, 'backups', name ?? ''))).toString('latin1')
    const end = performance.now() + PATIENCE_MS
    const lost = () => {
      const now = history()
      return ledger.questions.filter(({ said: { id } }) => !now.has(id) && !kept.includes(id) && !everKept.has(id))
    }
    while (lost().length > 0 && performance.now() < end) await sleep(100)
    for (const { said } of lost()) broken.push(`"${said.text}" is neither in the history nor in a safety backup`)
    for (const { said } of ledger.questions) if (kept.includes(said.id)) everKept.add(said.id)
  }
  const everKept = new Set<string>()

  const STEPS: Record<string, { often: number; run: () => Promise<unknown> }> = {
    write: { often: 22, run: () => ask() },
    burst: { often: 8, run: () => Promise.all([askSome(5), askSome(5)]) },
    old: { often: 3, run: () => ask({ time: Date.now() - AN_HOUR }) },
    again: {
      often: 12,
      run: async () => {
        if (ledger.questions.length > 0) await again(random.one(ledger.questions))
      },
    },
    doubled: {
      often: 4,
      run: async () => {
        emulator.faults.duplicateNext(2)
        await askSome(3)
      },
    },
    slowModel: {
      often: 4,
      run: async () => {
        model.delayMs = SLOW_MS
      },
    },
    fastModel: {
      often: 3,
      run: async () => {
        model.delayMs = FAST_MS
      },
    },
    pause: { often: 6, run: () => wait(600) },
    noAck: { often: 4, run: async () => emulator.faults.withholdAcks(random.below(3) + 1) },
    dropSocket: { often: 3, run: async () => emulator.faults.dropSocket() },
    backup: {
      often: 8,
      run: async () => {
        const holds = history()
        const [made] = await Promise.all([app.api('POST', '/backups'), askSome(3)])
        backups.push({ id: Made.parse(made).id, holds })
      },
    },
    replace: { often: 8, run: () => restore('replace') },
    merge: { often: 6, run: () => restore('merge') },
    killedRestore: { often: 4, run: () => restore(random.below(2) === 0 ? 'replace' : 'merge', true) },
    undo: {
      often: 9,
      run: async () => {
        if (!ledger.canUndo) return
        const undoing = ledger.begin()
        await Promise.all([app.api('POST', '/restore/undo'), askSome(4)])
        undoing.undone()
        if (random.below(2) === 0) await settle()
      },
    },
    restart: {
      often: 3,
      run: async () => {
        await app.stop()
        await start()
      },
    },
    kill: {
      often: 4,
      run: async () => {
        await Promise.all([wait(800).then(() => app.kill()), askSome(4)])
        await start()
      },
    },
    away: {
      often: 3,
      run: async () => {
        await app.stop()
        await askSome(6)
        if (random.below(2) === 0) await ask({ time: Date.now() - AN_HOUR })
        if (ledger.questions.length > 0) await again(random.one(ledger.questions))
        await start()
      },
    },
    settle: { often: 5, run: settle },
  }

  try {
    await app.listening()
    await linkApp(app, (qr) => emulator.owner.scan(qr))
    await app.api('PATCH', '/settings', UNLIMITED)
    for (const jid of [...people.map(({ lid }) => lid), group.jid]) {
      // The list of groups may have brought the chat already.
      await app.api('POST', '/chats', { jid }).catch(() => undefined)
      await app.api('PUT', `/chats/${encodeURIComponent(jid)}/bots/translation`, { enabled: true })
    }
    await app.api('PUT', `/chats/${encodeURIComponent(people[0]?.lid ?? '')}/bots/echo`, { enabled: true })
    await askSome(4)
    await settle()
    await STEPS.backup?.run()
    const deck = Object.entries(STEPS).flatMap(([name, { often }]) => Array<string>(often).fill(name))
    const order = createRandom(seed)
    for (let step = 0; step < steps; step++) {
      const name = order.one(deck)
      log(`walk ${seed}, step ${step + 1} of ${steps}: ${name}, ${ledger.questions.length} asked`)
      taken[name] = (taken[name] ?? 0) + 1
      await STEPS[name]?.run()
      judge()
    }
    await settle()
    await STEPS.undo?.run()
    await settle()
    // What should not come would come now.
    await sleep(2_000)
    await app.stop()
    judge()
  } catch (error) {
    if (!(error instanceof Broken)) {
      broken.push(`the walk broke: ${error instanceof Error ? error.message : String(error)}\n${app.output}`)
    }
  } finally {
    if (!app.ended) await app.kill()
    await endpoint.close()
    await emulator.close()
    if (broken.length === 0) rmSync(folder, { recursive: true, force: true })
  }
  if (emulator.signal.reusedCounters > 0) broken.push(`${emulator.signal.reusedCounters} counters were used twice`)
  if (broken.length > 0) broken.push(`the data directory was kept: ${data}`)
  return {
    seed,
    steps: taken,
    asked: ledger.questions.length,
    answered: ledger.answered(),
    restores: ledger.restores,
    broken,
    seconds: Math.round((performance.now() - started) / 1000),
  }

  function judge(): void {
    for (const { said, readers } of ledger.saidTwice()) {
      const texts = readers.flatMap(({ inbox }) => inbox.answersTo(said).map(({ text }) => text))
      broken.push(`"${said.text}" was answered twice: ${texts.join(' / ')}`)
    }
    for (const { said } of ledger.thoughtOf)
      broken.push(`"${said.text}" is older than a restore, and a bot thought of it`)
    for (const { said } of ledger.wronglyAnswered()) broken.push(`"${said.text}" was an hour old, and was answered`)
    if (broken.length > 0) throw new Broken()
  }
}

/** A promise was broken, and the report says which. */
class Broken extends Error {
  override readonly name = 'Broken'
}
