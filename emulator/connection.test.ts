import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bot, createBot, until } from './bot.test-kit.ts'
import { introLength } from './connection.ts'
import { createEmulator, type Emulator } from './index.ts'

let emulator: Emulator
let bot: Bot
beforeEach(async () => {
  emulator = await createEmulator()
  bot = createBot(emulator, { keepAliveIntervalMs: 200, connectTimeoutMs: 1_000 })
  await bot.open()
})
afterEach(async () => {
  await bot.close()
  await emulator.close()
})

const codes = () => bot.closes.map(({ code }) => code).slice(1)

test('a dropped socket: 428, and the next login works', async () => {
  bot.reconnects = () => true
  emulator.faults.dropSocket()
  await until(() => bot.opens === 2, 'the reconnect')
  expect(codes()).toEqual([428])
  const ana = emulator.contact({ name: 'Ana', pn: '5511999990001', lid: '700000001' })
  await ana.say('still there?')
  expect((await ana.next()).text).toBe('re still there?')
})

test('half-open: nothing is answered, and the client finds out by itself', async () => {
  const pings = () => emulator.counters.iq['get w:p ping'] ?? 0
  await until(() => pings() >= 2, 'two answered pings')
  emulator.faults.halfOpen()
  const before = pings()
  const ana = emulator.contact({ name: 'Ana', pn: '5511999990001', lid: '700000001' })
  await ana.say('anybody?')
  await until(() => codes().length === 1, 'the loss to be noticed')
  expect(codes()).toEqual([408])
  expect(pings()).toBe(before)
  bot.start()
  expect((await ana.next()).text).toBe('re anybody?')
})

test.each([401, 403, 405, 411, 440, 500, 503, 515])('a stream error %i closes with that code', async (code) => {
  bot.reconnects = () => false
  emulator.faults.streamError(code)
  await until(() => codes().length === 1, 'the close')
  expect(codes()).toEqual([code])
})

test.each([401, 403, 405, 503])('a login that fails with %i closes with that code, as often as told', async (code) => {
  emulator.faults.refuseLogin(code, 2)
  emulator.faults.dropSocket()
  await until(() => codes().length === 1, 'the drop')
  bot.reconnects = () => true
  bot.start()
  await until(() => bot.opens === 2, 'the login after the refusals')
  expect(codes()).toEqual([428, code, code])
  expect(emulator.counters.refusedLogins).toBe(2)
})

test('a second copy of the same device replaces the first: 440', async () => {
  bot.start()
  await until(() => bot.opens === 2, 'the second login')
  expect(codes()).toEqual([440])
})

test('told that it was replaced: 440', async () => {
  emulator.faults.replaced()
  await until(() => codes().length === 1, 'the close')
  expect(codes()).toEqual([440])
})

test('unreachable: no login until it is switched back', async () => {
  emulator.faults.unreachable('refuse')
  await until(() => codes().length === 1, 'the drop')
  bot.start()
  await until(() => codes().length === 2, 'the refusal')
  expect(emulator.counters.logins).toBe(1)
  emulator.faults.unreachable(undefined)
  bot.start()
  await until(() => bot.opens === 2, 'the login')
})

test('an HTTP error instead of the upgrade: the client waits for ever, and its watchdog must help it', async () => {
  emulator.faults.unreachable(503)
  await until(() => codes().length === 1, 'the drop')
  bot.start()
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(codes()).toHaveLength(1)
  emulator.faults.unreachable(undefined)
})

test('intro: with and without routing information, whole or cut', () => {
  const plain = Buffer.from('WA\x06\x03')
  const routed = Buffer.concat([Buffer.from('ED\x00\x01\x00\x00\x05hello'), plain])
  expect(introLength(plain)).toBe(4)
  expect(introLength(routed)).toBe(16)
  expect(introLength(Buffer.concat([routed, Buffer.alloc(9)]))).toBe(16)
  for (let length = 0; length < routed.length; length++) {
    expect(introLength(routed.subarray(0, length))).toBeUndefined()
  }
})
