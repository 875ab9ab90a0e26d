import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, linkApp, newToken, spawnApp } from '../../emulator/demo/app-process.ts'
import { createModelEndpoint } from '../../emulator/demo/model-endpoint.ts'
import { type Contact, createEmulator, type Group, type Said } from '../../emulator/index.ts'
import { modelEnvironment } from '../linked-app.ts'
import { UNLIMITED } from '../unlimited.ts'
import { mountSmallDisk } from './small-disk.ts'

export interface CrashOptions {
  messages: number
  kills: number
  modelDelayMs: number
  /** Chunks of history arrive between the kills. */
  history?: boolean
  /** The disk is full for a second or so, several times. */
  fullDisk?: boolean
  /** Parts of the program that are switched off, to see this go red: journal, outbox, deterministic-id. */
  disable?: string
  log?: (line: string) => void
}

export interface CrashReport {
  messages: number
  kills: number
  /** Messages that a reader saw no answer to. */
  lost: number
  /** Messages that a reader saw more than one answer to. */
  twice: number
  /** Messages of the past that were answered. */
  historyAnswered: number
  /** The same answer once more with the same id: dropped by phones. */
  resends: number
  reusedCounters: number
  /** Messages that were readable only after a resend. */
  undecryptable: number
  /** Chats in which everybody could still read at once after all of it. */
  intactChats: number
  chats: number
  fullDisks: number
  seconds: number
}

const BOT = 'translation'
const CONTACTS = 4
const START_MS = 60_000
/** A receipt or an answer comes within this time, or the kill happens without. */
const MOMENT_MS = 30_000
/** Any time; while it starts; just after it confirmed some messages; just after it sent some. */
const MOMENTS = ['random', 'receipt', 'sent', 'starting'] as const
/** Nothing new for this long: what is missing will not come any more. */
const PATIENCE_MS = 45_000

interface Question {
  said: Said
  readers: Contact[]
}

/** Kills the program again and again while people write to it, and counts what each of them can read in the end. */
export async function runCrash(options: CrashOptions): Promise<CrashReport | undefined> {
  const started = performance.now()
  const log = options.log ?? (() => undefined)
  const disk = options.fullDisk ? mountSmallDisk(96) : undefined
  if (options.fullDisk && !disk) return undefined
  const dataDirectory = disk ? join(disk.path, 'data') : mkdtempSync(join(tmpdir(), 'whatslang-crash-'))
  const emulator = await createEmulator({ history: false })
  const endpoint = await createModelEndpoint({
    name: 'soak',
    delayMs: options.modelDelayMs,
    answer: (_system, text) => `answer to ${text}`,
  })
  const settings = {
    dataDirectory,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    env: {
      WHATSLANG_PACING: 'off',
      WHATSLANG_LOG_LEVEL: 'warn',
      ...modelEnvironment(endpoint),
      ...(options.disable ? { WHATSLANG_TEST_DISABLE: options.disable } : {}),
    },
  }
  const contacts = Array.from({ length: CONTACTS }, (_, index) =>
    emulator.contact({ name: `Contact ${index}`, pn: `1555000020${index}`, lid: `81000000${index}` }),
  )
  const group = emulator.group({ subject: 'Soak', members: contacts })
  const perRound = Math.ceil(options.messages / (options.kills + 1))
  const questions: Question[] = []
  const past: string[] = []
  let fullDisks = 0

  const ask = async (text: string) => {
    const contact = contacts[randomInt(contacts.length)]
    if (!contact) return
    const inGroup = randomInt(3) === 0
    const said = inGroup ? await contact.sayIn(group, text) : await contact.say(text)
    questions.push({ said, readers: inGroup ? contacts : [contact] })
  }
  const sendPast = async (chunk: number) => {
    const messages = Array.from({ length: 20 }, (_, index) => ({
      text: `past ${chunk} ${index}`,
      time: Date.now() - 86_400_000 + index * 1_000,
      id: `PAST${chunk}X${index}`,
    }))
    past.push(...messages.map(({ id }) => id))
    const chats = contacts.map((contact) => ({ with: contact.account, messages }))
    await emulator.owner.sendHistory(chats, { type: chunk === 0 ? 'initial' : 'recent', chunk, progress: 50 })
  }

  let app = spawnApp(settings)
  try {
    await app.listening()
    await emulatorLink()
    for (let round = 0; round < options.kills; round++) {
      // Half of them write while nobody is there, the others while it dies.
      await askMany(Math.floor(perRound / 2))
      if (options.history) await sendPast(round + 1)
      if (disk && round % 3 === 1) {
        await app.listening()
        disk.fill()
        fullDisks++
        await sleep(randomInt(300, 1_500))
        disk.free()
      }
      await dieAt(MOMENTS[round % MOMENTS.length] ?? 'random', Math.ceil(perRound / 2))
      log(`kill ${round + 1} of ${options.kills}: ${questions.length} asked, ${answered()} answered`)
      app = spawnApp(settings)
    }
    await askMany(options.messages - questions.length)
    await app.listening()
    await untilQuiet()
    const intactChats = await countIntactChats()
    await app.stop()
    return { ...count(), intactChats }
  } catch (error) {
    throw new Error(`The run broke. The program printed:\n${app.output}`, { cause: error })
  } finally {
    if (!app.ended) await app.kill()
    await endpoint.close()
    await emulator.close()
    if (disk) disk.dispose()
    else rmSync(dataDirectory, { recursive: true, force: true })
  }

  /** Kills at a moment that matters, or at any where that one does not come. */
  async function dieAt(moment: (typeof MOMENTS)[number], questionsMeanwhile: number) {
    if (moment !== 'starting') await emulator.online(START_MS)
    const timer = new AbortController()
    // Not more than surely come, or the moment would be waited for in vain.
    let left = randomInt(1, Math.max(2, Math.floor(perRound / 2)))
    const leave = emulator.onStanza((node) => {
      const now = moment === 'receipt' ? node.tag === 'receipt' : moment === 'sent' && node.tag === 'message'
      if (!now || timer.signal.aborted || --left > 0) return
      // Nobody told it that the message arrived: it must say the same again, and be seen to say it once.
      if (moment === 'sent') emulator.faults.withholdAcks(1)
      app.killNow()
      timer.abort()
    })
    const asking = askMany(questionsMeanwhile)
    const wait = moment === 'random' || moment === 'starting' ? randomInt(50, 2_000) : MOMENT_MS
    await sleep(wait, undefined, { signal: timer.signal }).catch(() => undefined)
    leave()
    await app.kill()
    emulator.faults.withholdAcks(0)
    await asking
  }

  async function emulatorLink() {
    const first = emulator.online(60_000).then(() => sendPast(0))
    await linkApp(app, (qr) => emulator.owner.scan(qr))
    await app.api('PATCH', '/settings', UNLIMITED)
    await first
    for (const jid of [...contacts.map(({ lid }) => lid), group.jid]) {
      // History or the list of groups may have brought the chat already.
      await app.api('POST', '/chats', { jid }).catch(() => undefined)
      await app.api('PUT', `/chats/${encodeURIComponent(jid)}/bots/${BOT}`, { enabled: true })
    }
  }

  async function askMany(many: number) {
    for (let index = 0; index < many; index++) {
      await ask(`question ${questions.length}`)
      await sleep(randomInt(0, 60))
    }
  }

  function answered() {
    return questions.filter(({ said, readers }) => readers.every((reader) => reader.inbox.answersTo(said).length > 0))
      .length
  }

  /** Until all is answered, or nothing more comes; and then a moment for what should not come. */
  async function untilQuiet() {
    let best = -1
    let since = performance.now()
    while (performance.now() - since < PATIENCE_MS) {
      const now = answered()
      if (now === questions.length) break
      if (now > best) {
        best = now
        since = performance.now()
      }
      await sleep(200)
    }
    await sleep(3_000)
  }

  /** After everything: one more message in each chat, which all must read without asking for a resend. */
  async function countIntactChats(): Promise<number> {
    let intact = 0
    const chats: (Contact | Group)[] = [...contacts, group]
    for (const chat of chats) {
      const before = emulator.counters.undecryptable
      const [asker] = 'say' in chat ? [chat] : contacts
      if (!asker) continue
      const said = 'say' in chat ? await chat.say('still well?') : await asker.sayIn(chat, 'still well?')
      const readers = 'say' in chat ? [chat] : contacts
      const answers = readers.map((reader) => reader.next((item) => item.quotedId === said.id, 20_000))
      const read = await Promise.allSettled(answers)
      if (read.every(({ status }) => status === 'fulfilled') && emulator.counters.undecryptable === before) intact++
    }
    return intact
  }

  function count(): Omit<CrashReport, 'intactChats'> {
    const seen = (wanted: (answers: number) => boolean) =>
      questions.filter(({ said, readers }) => readers.some((reader) => wanted(reader.inbox.answersTo(said).length)))
        .length
    const resends = contacts.reduce(
      (sum, { inbox }) => sum + [...inbox.duplicates.values()].reduce((a, b) => a + b, 0),
      0,
    )
    const pastIds = new Set(past)
    const historyAnswered = contacts.reduce(
      (sum, { inbox }) => sum + inbox.items.filter(({ quotedId }) => quotedId && pastIds.has(quotedId)).length,
      0,
    )
    return {
      messages: questions.length,
      kills: options.kills,
      lost: seen((answers) => answers === 0),
      twice: seen((answers) => answers > 1),
      historyAnswered,
      resends,
      reusedCounters: emulator.signal.reusedCounters,
      undecryptable: emulator.counters.undecryptable,
      chats: contacts.length + 1,
      fullDisks,
      seconds: Math.round((performance.now() - started) / 1000),
    }
  }
}

/** What a report must say for both promises to hold. */
export function holds(report: CrashReport): boolean {
  return (
    report.lost === 0 &&
    report.twice === 0 &&
    report.historyAnswered === 0 &&
    report.reusedCounters === 0 &&
    report.intactChats === report.chats
  )
}
