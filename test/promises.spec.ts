import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { bundle } from '../build/bundle.ts'
import {
  type AppOptions,
  type AppProcess,
  freePort,
  linkApp,
  newToken,
  spawnApp,
} from '../emulator/demo/app-process.ts'
import { type Contact, createEmulator, type Emulator } from '../emulator/index.ts'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())

const Chats = z.array(
  z.object({
    jid: z.string(),
    aliases: z.array(z.string()),
    bots: z.array(
      z.object({
        bot: z.string(),
        enabled: z.boolean(),
        stopped: z.object({ code: z.string(), message: z.string() }).nullable(),
      }),
    ),
  }),
)

let folder: string
let emulator: Emulator
let app: AppProcess
let options: AppOptions
let ana: Contact

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-promises-'))
  emulator = await createEmulator({ history: false })
  options = {
    dataDirectory: join(folder, 'data'),
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    built: true,
    env: { WHATSLANG_PACING: 'off' },
  }
  ana = emulator.contact({ name: 'Ana', pn: '15550003001', lid: '830000001' })
  await run()
  await linkApp(app, (qr) => emulator.owner.scan(qr))
})
afterEach(async () => {
  await app.stop()
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

async function run(): Promise<void> {
  app = spawnApp(options)
  await app.listening()
}
const chats = async () => Chats.parse(await app.api('GET', '/chats'))
const chatOf = async (contact: Contact) =>
  (await chats()).find(({ jid, aliases }) =>
    [jid, ...aliases].some((form) => form === contact.account.lid || form === contact.account.pn),
  )
const until = (check: () => Promise<boolean>) => expect.poll(check, { timeout: 60_000, interval: 50 }).toBe(true)

/** `echo` answers at once and needs no model. */
async function switchOn(contact: Contact): Promise<void> {
  await until(async () => (await chatOf(contact)) !== undefined)
  const jid = encodeURIComponent((await chatOf(contact))?.jid ?? '')
  await app.api('PUT', `/chats/${jid}/bots/echo`, { enabled: true })
}

test('a second bot that answers after ours stops ours in that chat', async () => {
  const ben = emulator.contact({ name: 'Ben', pn: '15550003002', lid: '830000002' })
  for (const contact of [ana, ben]) {
    await contact.say('hello')
    await switchOn(contact)
  }
  const companion = emulator.owner.companion()
  const asked = await ana.say('who answers?')
  await ana.next(({ quotedId }) => quotedId === asked.id, 30_000)
  await companion.say(ana, '[echo] who answers?', { quote: asked })
  await until(async () => (await chatOf(ana))?.bots[0]?.enabled === false)
  expect((await chatOf(ana))?.bots[0]).toMatchObject({
    stopped: { code: 'second-bot', message: expect.stringContaining('Another program answers') },
  })
  const ignored = await ana.say('and now?')
  const other = await ben.say('still there?')
  await ben.next(({ quotedId }) => quotedId === other.id, 30_000)
  await sleep(500)
  expect(ana.inbox.answersTo(ignored)).toEqual([])
})

test('a burst is answered without a reused counter or an unreadable answer', async () => {
  const people = Array.from({ length: 8 }, (_, n) =>
    emulator.contact({ name: `Person ${n}`, pn: `1555000310${n}`, lid: `83000010${n}` }),
  )
  for (const person of people) {
    await person.say('hello')
    await switchOn(person)
  }
  const asked = await Promise.all(
    people.flatMap((person) => Array.from({ length: 25 }, (_, n) => person.say(`burst ${n}`))),
  )
  await Promise.all(people.map((person) => person.inbox.collect(25, undefined, 120_000)))
  expect(people.flatMap((person) => asked.filter((said) => person.inbox.answersTo(said).length > 0))).toHaveLength(200)
  expect(people.map((person) => person.inbox.count)).toEqual(people.map(() => 25))
  expect(emulator.signal.checked).toBeGreaterThanOrEqual(200)
  expect(emulator.signal.reuses).toEqual([])
  expect(emulator.counters.undecryptable).toBe(0)
  expect(emulator.errors).toEqual([])
})

test('two starts of one data directory keep the account, the chats and the answers', async () => {
  await ana.say('hello')
  await switchOn(ana)
  const asked = await ana.say('one')
  await ana.next(({ quotedId }) => quotedId === asked.id, 30_000)
  const { me } = z.object({ me: z.object({ jid: z.string() }) }).parse(await app.api('GET', '/session'))
  await app.stop()
  await run()
  await app.reaches('open')
  expect(await app.api('GET', '/session')).toMatchObject({ me: { jid: me.jid } })
  const again = await ana.say('two')
  await ana.next(({ quotedId }) => quotedId === again.id, 30_000)
  expect(ana.inbox.items).toHaveLength(2)
})
