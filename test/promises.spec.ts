import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { bundle } from '../build/bundle.ts'
import type { Contact, Emulator } from '../emulator/index.ts'
import { type LinkedApp, startLinkedApp } from './linked-app.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })
beforeAll(() => bundle())

let linked: LinkedApp
let emulator: Emulator
let ana: Contact
beforeEach(async () => {
  linked = await startLinkedApp({ built: true })
  emulator = linked.emulator
  ana = emulator.contact({ name: 'Ana', pn: '15550003001', lid: '830000001' })
})
afterEach(() => linked.close())

test('a second bot that answers after ours stops ours in that chat', async () => {
  const ben = emulator.contact({ name: 'Ben', pn: '15550003002', lid: '830000002' })
  for (const contact of [ana, ben]) {
    await contact.say('hello')
    await linked.switchOn(contact)
  }
  const companion = emulator.owner.companion()
  const asked = await ana.say('who answers?')
  await ana.next(({ quotedId }) => quotedId === asked.id, 30_000)
  await companion.say(ana, '[echo] who answers?', { quote: asked })
  const bot = async () => (await linked.chat(ana)).bots[0]
  await expect.poll(async () => (await bot())?.enabled, { timeout: 60_000 }).toBe(false)
  expect(await bot()).toMatchObject({
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
    await linked.switchOn(person)
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
  await linked.switchOn(ana)
  const asked = await ana.say('one')
  await ana.next(({ quotedId }) => quotedId === asked.id, 30_000)
  const { me } = z.object({ me: z.object({ jid: z.string() }) }).parse(await linked.app.api('GET', '/session'))
  await linked.app.stop()
  await linked.start()
  await linked.app.reaches('open')
  expect(await linked.app.api('GET', '/session')).toMatchObject({ me: { jid: me.jid } })
  const again = await ana.say('two')
  await ana.next(({ quotedId }) => quotedId === again.id, 30_000)
  expect(ana.inbox.items).toHaveLength(2)
})
