import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bot, createBot, createScene, type Scene, textOfMessage, until } from './bot.test-kit.ts'
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
  bot.answers = false
})
afterEach(async () => {
  expect(await scene.close()).toEqual({ errors: [], reusedCounters: 0 })
})

const own = () => bot.received.filter(({ message }) => message.key.fromMe && textOfMessage(message) !== undefined)

test("what the owner's phone writes reaches the companion as its own message, in the right chat", async () => {
  await emulator.owner.say(ana, 'from the phone')
  await emulator.owner.say(group, 'to all')
  await until(() => own().length === 2, 'both')
  // Baileys keeps the order within a chat only.
  const inChat = (jid: string) => own().find(({ message }) => message.key.remoteJid === jid)?.message
  const inAnas = inChat(ana.lid)
  expect(inAnas && textOfMessage(inAnas)).toBe('from the phone')
  const inGroup = inChat(group.jid)
  expect(inGroup && textOfMessage(inGroup)).toBe('to all')
  expect(inAnas?.key.remoteJidAlt).toBe(ana.pn)
  expect(ana.inbox.items.map(({ text }) => text)).toEqual(['from the phone', 'to all'])
  expect(bob.inbox.items.map(({ text }) => text)).toEqual(['to all'])
})

test('a second companion answers a contact with a quote', async () => {
  const other = emulator.owner.companion()
  const question = await ana.say('what is new?')
  await other.say(ana, '[ai] nothing', { quote: question })
  await until(() => own().length === 1, 'the answer')
  const message = own()[0]?.message
  expect(message?.message?.extendedTextMessage).toMatchObject({
    text: '[ai] nothing',
    contextInfo: { stanzaId: question.id, participant: ana.lid },
  })
  expect(ana.inbox.answersTo(question)).toHaveLength(1)
})

test('what the companion under test writes shows on the phone and on the other companion, with its chat', async () => {
  const other = emulator.owner.companion()
  await bot.send(ana.lid, 'hello Ana')
  await bot.send(group.jid, 'hello all')
  for (const device of [emulator.owner, other]) {
    const [first, second] = await device.inbox.collect(2)
    expect(first).toMatchObject({ text: 'hello Ana', sentTo: ana.lid })
    expect(second).toMatchObject({ text: 'hello all', chat: group.jid })
  }
})

test('two real companions of one account see each other', async () => {
  const second = createBot(emulator)
  await second.open()
  expect(emulator.owner.device?.number).toBe(2)
  bot.answers = true
  second.answers = false
  const said = await ana.say('who answers?')
  expect(await ana.next()).toMatchObject({ text: 're who answers?', quotedId: said.id, from: '900000001:1@lid' })
  const copies = () => second.received.filter(({ message }) => message.key.fromMe && textOfMessage(message))
  await until(() => copies().length === 1, 'the copy')
  expect(copies()[0]?.message.key).toMatchObject({ remoteJid: ana.lid, id: ana.inbox.items[0]?.id })
  await bob.sayIn(group, 'and here?')
  await bob.next()
  await until(() => copies().length === 2, 'the copy of the group')
  expect(emulator.counters.undecryptable).toBe(0)
  await second.close()
})
