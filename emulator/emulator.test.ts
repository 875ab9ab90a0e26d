import { afterEach, expect, test } from 'vitest'
import { type Bot, createBot } from './bot.test-kit.ts'
import { createEmulator, type Emulator } from './index.ts'

let emulator: Emulator
let bot: Bot | undefined
afterEach(async () => {
  await bot?.close()
  bot = undefined
  await emulator.close()
})

test('a phone scans the code, and messages of two and of groups go both ways', async () => {
  emulator = await createEmulator()
  const ana = emulator.contact({ name: 'Ana', pn: '5511999990001', lid: '700000001' })
  const bob = emulator.contact({ name: 'Bob', pn: '447700900001', lid: '700000002' })
  const group = emulator.group({ subject: 'Demo', members: [ana, bob] })
  bot = createBot(emulator)
  await bot.open()

  const said = await ana.say('hello')
  const answer = await ana.next()
  expect(answer).toMatchObject({ text: 're hello', quotedId: said.id, chat: emulator.owner.account.lid })

  for (const text of ['first', 'second']) {
    const inGroup = await bob.sayIn(group, text)
    for (const reader of [ana, bob]) {
      expect(await reader.next()).toMatchObject({ text: `re ${text}`, quotedId: inGroup.id, chat: group.jid })
    }
  }
  expect(emulator.errors).toEqual([])
  expect(emulator.signal).toMatchObject({ reusedCounters: 0 })
  expect(emulator.signal.checked).toBeGreaterThan(3)
  expect(emulator.counters).toMatchObject({ undecryptable: 0, duplicates: 0 })
})
