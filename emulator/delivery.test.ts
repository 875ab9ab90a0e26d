import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bot, createScene, type Scene, until } from './bot.test-kit.ts'
import type { Contact, Emulator, Group } from './index.ts'

let scene: Scene
let emulator: Emulator
let bot: Bot
let ana: Contact
let bob: Contact
let group: Group
beforeEach(async () => {
  scene = await createScene()
  ;({ emulator, bot, ana, bob, group } = scene)
})
afterEach(async () => {
  expect(await scene.close()).toEqual({ errors: [], reusedCounters: 0 })
})

const texts = () => bot.texts()
const messages = () => bot.received.filter(({ message }) => !message.key.fromMe)
const unconfirmed = () => emulator.owner.device?.pending.filter(({ tag }) => tag === 'message').length

async function reconnect() {
  const before = bot.opens
  bot.start()
  await until(() => bot.opens === before + 1, 'the reconnect')
}

test('what comes while nobody is there waits, in order, and arrives marked as offline', async () => {
  await ana.say('warm-up')
  await ana.next()
  await bot.leave()
  const sent = Array.from({ length: 20 }, (_, index) => `queued ${index}`)
  for (const [index, text] of sent.entries()) {
    await (index % 2 ? ana.say(text) : bob.sayIn(group, text))
  }
  expect(unconfirmed()).toBe(20)
  bot.answers = false
  await reconnect()
  await until(() => texts().length === 21, 'the queued messages')
  expect(texts().slice(1)).toEqual(sent)
  expect(
    messages()
      .slice(1)
      .map(({ type }) => type),
  ).toEqual(sent.map(() => 'append'))
  await until(() => unconfirmed() === 0, 'the receipts')
  await reconnect()
  expect(texts()).toHaveLength(21)
  expect(emulator.counters.redelivered).toBe(0)
})

test('a message that was delivered but not confirmed comes again', async () => {
  bot.answers = false
  emulator.faults.halfOpen()
  await ana.say('unheard')
  await bot.leave()
  await reconnect()
  await until(() => texts().includes('unheard'), 'the redelivery')
  expect(emulator.counters.redelivered).toBe(1)
})

test('offline="0" counts as offline, and a missing mark holds messages back', async () => {
  bot.answers = false
  await bot.leave()
  await ana.say('zero')
  emulator.faults.offlineAttribute('0')
  await reconnect()
  await until(() => texts().includes('zero'), 'the message')
  expect(messages().at(-1)?.type).toBe('append')

  await bot.leave()
  emulator.faults.withholdOfflineMark(true)
  let caughtUp = 0
  await ana.say('held back')
  bot.start()
  bot.socket.ev.on('connection.update', ({ receivedPendingNotifications }) => {
    if (receivedPendingNotifications) caughtUp++
  })
  await until(() => unconfirmed() === 0, 'the receipt')
  expect(texts()).not.toContain('held back')
  expect(caughtUp).toBe(0)
})

test('twice the same stanza, and two that changed places', async () => {
  bot.answers = false
  await ana.say('warm-up')
  emulator.faults.duplicateNext()
  const before = emulator.counters.delivered
  await ana.say('twice')
  await until(() => unconfirmed() === 0, 'an answer to both copies')
  expect(emulator.counters.delivered - before).toBe(2)
  expect(texts().filter((text) => text === 'twice')).toHaveLength(1)
  emulator.faults.reorderNext()
  await ana.say('first said')
  await ana.say('then said')
  await until(() => texts().includes('first said'), 'both')
  expect(texts().slice(-2)).toEqual(['then said', 'first said'])
})

test.each(['alone', 'in a group'])(
  'damaged on the way, %s: asked for again, sent again in a fresh session',
  async (where) => {
    const say = (text: string) => (where === 'alone' ? ana.say(text) : ana.sayIn(group, text))
    await say('warm-up')
    await ana.next()
    const kinds: string[] = []
    type Encs = { content: { tag: string; attrs: { type: string; count?: string } }[] }
    bot.socket.ws.on('CB:message', ({ content }: Encs) => {
      for (const { tag, attrs } of content) if (tag === 'enc') kinds.push(`${attrs.type} ${attrs.count ?? ''}`.trim())
    })
    emulator.faults.corruptNext()
    const damaged = await say('damaged')
    expect(await ana.next()).toMatchObject({ text: 're damaged', quotedId: damaged.id })
    expect(emulator.counters.retriesWanted).toBe(1)
    expect(kinds.at(-1)).toBe('pkmsg 1')
    await say('and on')
    expect((await ana.next()).text).toBe('re and on')
    await until(() => unconfirmed() === 0, 'the receipts')
  },
)

test.each(['alone', 'in a group'])(
  'a contact that cannot read asks again, and reads the resend once, %s',
  async (where) => {
    ana.failNext(1)
    await (where === 'alone' ? ana.say('hello') : ana.sayIn(group, 'hello'))
    expect((await ana.next()).text).toBe('re hello')
    expect(emulator.counters).toMatchObject({ undecryptable: 1, retriesAsked: 1 })
    expect(ana.inbox.count).toBe(1)
    await ana.say('and on')
    expect((await ana.next()).text).toBe('re and on')
  },
)

test('one id sent twice shows once, and is counted apart', async () => {
  bot.answers = false
  for (const text of ['once', 'once']) await bot.send(ana.lid, text, undefined, '3EB0ABCDEF')
  await until(() => ana.inbox.duplicates.size === 1, 'the second copy')
  expect(ana.inbox.items.map(({ text }) => text)).toEqual(['once'])
  expect(ana.inbox.duplicates).toEqual(new Map([['3EB0ABCDEF', 1]]))
})

test('a contact that addresses by phone number is the same contact', async () => {
  await ana.say('by LID')
  await ana.next()
  ana.addressBy('pn')
  await ana.say('by number')
  expect((await ana.next()).text).toBe('re by number')
  expect(messages().map(({ message }) => message.key.remoteJid)).toEqual([ana.lid, ana.pn])
})

test("the server's clock is what messages carry", async () => {
  emulator.setClockOffset(-3_600_000)
  await ana.say('an hour ago')
  await ana.say('long ago', { time: 1_600_000_000_000 })
  await until(() => messages().length === 2, 'both')
  const [first, second] = messages().map(({ message }) => Number(message.messageTimestamp))
  expect(Math.abs((first ?? 0) - (Date.now() / 1000 - 3_600))).toBeLessThan(5)
  expect(second).toBe(1_600_000_000)
})
