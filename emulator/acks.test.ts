import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bot, createBot, until } from './bot.test-kit.ts'
import { type Contact, createEmulator, type Emulator } from './index.ts'

let emulator: Emulator
let bot: Bot
let ana: Contact
const acks: { id: string; error: string | undefined; at: number }[] = []
beforeEach(async () => {
  emulator = await createEmulator()
  ana = emulator.contact({ name: 'Ana', pn: '5511999990001', lid: '700000001' })
  bot = createBot(emulator)
  await bot.open()
  acks.length = 0
  bot.socket.ws.on('CB:ack,class:message', ({ attrs }: { attrs: { id: string; error?: string } }) => {
    acks.push({ id: attrs.id, error: attrs.error, at: performance.now() })
  })
})
afterEach(async () => {
  await bot.close()
  await emulator.close()
})

test('a message is acknowledged by its id, and receipts come back', async () => {
  const receipts: unknown[] = []
  bot.socket.ws.on('CB:receipt', ({ attrs }: { attrs: object }) => receipts.push(attrs))
  const id = await bot.send(ana.lid, 'hello')
  await until(() => acks.length === 1, 'the ack')
  expect(acks[0]).toMatchObject({ id, error: undefined })
  await until(() => receipts.length === 1, 'the delivery receipt')
  expect(receipts[0]).toMatchObject({ id, from: ana.lid })
  await until(() => emulator.owner.device?.pending.length === 0, 'the receipt to be confirmed')
})

test('slow: the message arrives long before its ack', async () => {
  emulator.faults.slowAcks(300)
  await bot.send(ana.lid, 'hello')
  const { at } = await ana.next()
  await until(() => acks.length === 1, 'the ack')
  expect((acks[0]?.at ?? 0) - at).toBeGreaterThan(200)
})

test('withheld: it arrives, and nobody says so', async () => {
  emulator.faults.withholdAcks(1)
  await bot.send(ana.lid, 'unacknowledged')
  const second = await bot.send(ana.lid, 'acknowledged')
  await ana.inbox.collect(2)
  await until(() => acks.length > 0, 'the second ack')
  expect(acks.map(({ id }) => id)).toEqual([second])
})

test.each([463, 479])('refused with %i: the code is in the ack, and it reaches nobody', async (code) => {
  const bob = emulator.contact({ name: 'Bob', pn: '447700900001', lid: '700000002' })
  emulator.faults.refuseMessages(code, 1, ana.lid)
  await bot.send(bob.lid, 'to Bob')
  const id = await bot.send(ana.lid, 'to Ana')
  await until(() => acks.length === 2, 'both acks')
  expect(acks).toMatchObject([{ error: undefined }, { id, error: String(code) }])
  expect(ana.inbox.count).toBe(0)
  expect(bob.inbox.count).toBe(1)
  expect(emulator.counters.refusals).toBe(1)
})

test('a reachout timelock is told, and answered when asked for', async () => {
  const until2030 = new Date('2030-01-01T00:00:00Z')
  const locks: unknown[] = []
  bot.socket.ev.on('connection.update', ({ reachoutTimeLock }) => {
    if (reachoutTimeLock) locks.push(reachoutTimeLock)
  })
  emulator.faults.reachoutTimelock(until2030)
  await until(() => locks.length === 1, 'the notification')
  expect(locks[0]).toMatchObject({ isActive: true, timeEnforcementEnds: until2030 })
  expect(await bot.socket.fetchAccountReachoutTimelock()).toMatchObject({
    isActive: true,
    timeEnforcementEnds: until2030,
  })
  emulator.faults.reachoutTimelock(undefined)
  expect(await bot.socket.fetchAccountReachoutTimelock()).toMatchObject({ isActive: false })
})
