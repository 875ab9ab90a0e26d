// How long the program takes to start, with nothing in its database and with 50,000 chats and 1,000,000 messages; and what it holds in memory
// once its window is closed. Each start is a new process, each database is read once before the first one that counts.
//   npm run bench -- startup [--database FILE] [--rounds 5] [--chats 50000] [--messages 1000000]
// The desktop host runs with the stand-in for Electron: its window is a page of a real Chromium, whose own start is the same for both databases.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundle } from '../build/bundle.ts'
import { freePort, linkApp, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator } from '../emulator/index.ts'
import { launchDesktop } from '../test/electron/launch.ts'
import { ensureTools } from '../test/tools.ts'
import { dataDirectory, ensureSeeded, LARGE, readArguments } from './large.ts'
import { inFolder, median } from './measure.ts'

const PATIENCE_MS = 60_000
const REST_MS = 3000

const { named } = readArguments(process.argv.slice(2))
const rounds = Number(named.get('rounds') ?? 5)
const messages = Number(named.get('messages') ?? LARGE.messages)
const size = {
  chats: Number(named.get('chats') ?? LARGE.chats),
  messages,
  largest: Math.round((LARGE.largest / LARGE.messages) * messages),
}
type Kind = 'empty' | 'large'
const KINDS: readonly Kind[] = ['empty', 'large']
const times: Record<string, Record<Kind, number[]>> = {}
const rest: Record<Kind, number[]> = { empty: [], large: [] }
const note = (figure: string, kind: Kind, since: number) => {
  times[figure] ??= { empty: [], large: [] }
  times[figure][kind].push(performance.now() - since)
}

ensureTools()
await bundle()
await inFolder(async (folder) => {
  const database = ensureSeeded(named.get('database') ?? join(folder, 'messages.db'), size)
  // A session bus on which somebody shows tray icons.
  const binaries = join(folder, 'bin')
  mkdirSync(binaries)
  writeFileSync(join(binaries, 'dbus-send'), '#!/bin/sh\necho "   boolean true"\n')
  chmodSync(join(binaries, 'dbus-send'), 0o755)
  const hosts = { empty: await link(join(folder, 'empty')), large: await link(join(folder, 'large'), database) }
  for (let round = 0; round <= rounds; round++) {
    for (const kind of KINDS) {
      const counts = round > 0
      await headless(hosts[kind], (figure, since) => counts && note(figure, kind, since))
      await desktop(
        hosts[kind],
        binaries,
        (figure, since) => counts && note(figure, kind, since),
        (megabytes) => {
          if (counts) rest[kind].push(megabytes)
        },
      )
    }
  }
  for (const host of Object.values(hosts)) await host.emulator.close()
})
process.exitCode = report() ? 0 : 1

type Linked = Awaited<ReturnType<typeof link>>
/** A data directory that is linked already, and the server it is linked to. */
async function link(data: string, database?: string) {
  const emulator = await createEmulator({ history: false })
  const contact = emulator.contact({ name: 'Bench', pn: '15550000900', lid: '8100000900' })
  const token = newToken()
  const options = { dataDirectory: dataDirectory(data, database), emulatorUrl: emulator.url, token, built: true }
  const env = { WHATSLANG_PACING: 'off', WHATSLANG_LOG_LEVEL: 'warn' }
  const app = spawnApp({ ...options, port: await freePort(), env })
  await app.listening()
  await linkApp(app, (qr) => void emulator.owner.scan(qr))
  await app.api('POST', '/chats', { jid: contact.pn })
  await app.api('PUT', `/chats/${contact.pn}/bots/echo`, { enabled: true })
  await app.stop()
  return { emulator, contact, data, options, env }
}

/** To listening, and to the answer to a message that waits at the server. */
async function headless({ contact, options, env }: Linked, tell: (figure: string, since: number) => void) {
  const text = `message ${Math.random()}`
  const answer = contact.next((item) => item.text?.endsWith(text) === true, PATIENCE_MS)
  await contact.say(text)
  const port = await freePort()
  const start = performance.now()
  const app = spawnApp({ ...options, port, env })
  try {
    await app.listening()
    tell('headless: process start to listening', start)
    await answer
    tell('headless: process start to a waiting message answered', start)
  } finally {
    await app.stop()
  }
}

/** To the tray with the window left closed, as at login; to the window with its page; to rest, once the window is closed again. */
async function desktop(
  { data, emulator }: Linked,
  binaries: string,
  tell: (figure: string, since: number) => void,
  rests: (megabytes: number) => void,
) {
  const launch = (args: string[]) =>
    launchDesktop({
      userData: `${data}-user`,
      args,
      env: {
        WHATSLANG_EMULATOR_URL: emulator.url,
        WHATSLANG_PACING: 'off',
        WHATSLANG_DATA_DIR: data,
        XDG_CONFIG_HOME: `${data}-config`,
        PATH: `${binaries}${delimiter}${process.env.PATH}`,
      },
    })
  for (const folder of [`${data}-user`, `${data}-config`]) mkdirSync(folder, { recursive: true })
  for (const args of [['--hidden'], []]) {
    const start = performance.now()
    const host = await launch(args)
    try {
      if (args.length > 0) {
        const ended = host.exited.then(() =>
          Promise.reject(new Error(`The program ended. It printed:\n${host.output()}`)),
        )
        while ((await Promise.race([host.call('tray'), ended])) === null) await sleep(10)
        ended.catch(() => undefined) // at the end it ends
        tell('desktop: process start to tray', start)
      } else {
        const page = await host.page()
        await page.locator('main h1').first().waitFor()
        tell('desktop: process start to window', start)
        await host.call('closeWindow')
        await sleep(REST_MS)
        rests(resident(host.child.pid))
      }
    } finally {
      await host.call('quit').catch(() => undefined)
      await Promise.race([host.exited, sleep(10_000)])
      await host.close()
    }
  }
}

function report(): boolean {
  let passed = true
  const print = (facts: Record<string, unknown>, wanted: string, pass: boolean) => {
    passed &&= pass
    console.log(JSON.stringify({ bench: 'startup', ...facts, wanted, pass }))
  }
  for (const [figure, { empty, large }] of Object.entries(times)) {
    const [theirs, ours] = [median(empty), median(large)]
    const ratio = Math.round((ours / theirs) * 100) / 100
    print(
      { figure, empty_ms: Math.round(theirs), large_ms: Math.round(ours), ratio, rounds },
      'ratio <= 1.3',
      ratio <= 1.3,
    )
  }
  const [theirs, ours] = [median(rest.empty), median(rest.large)]
  const figure = 'desktop: memory of the main process at rest, the window closed'
  const ratio = Math.round((ours / theirs) * 100) / 100
  print({ figure, empty_mb: Math.round(theirs), large_mb: Math.round(ours), ratio }, 'ratio <= 1.3', ratio <= 1.3)
  return passed
}

/** Resident memory in MB (Linux; 0 elsewhere). */
function resident(pid: number | undefined): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024
  } catch {
    return 0 // a system without /proc
  }
}
