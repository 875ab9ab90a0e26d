import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Bot, createBot, until } from './bot.test-kit.ts'
import { createEmulator, type Emulator } from './index.ts'

let emulator: Emulator
let bot: Bot
beforeEach(async () => {
  emulator = await createEmulator({ history: false })
  bot = createBot(emulator, {}, false)
  await bot.open()
})
afterEach(async () => {
  await bot.close()
  await emulator.close()
})

test('chats of the past arrive with their messages, and numbers are mapped to LIDs', async () => {
  const ana = emulator.contact({ name: 'Ana', pn: '5511999990001', lid: '700000001' })
  const group = emulator.group({ subject: 'Demo', members: [ana] })
  const time = 1_700_000_000_000
  await emulator.owner.sendHistory([
    {
      with: ana.account,
      messages: [
        { text: 'old', time },
        { text: 'mine', time: time + 1000, from: 'owner' },
      ],
    },
    { with: group, messages: [{ text: 'in the group', time, from: ana.account, id: 'OLD1' }] },
  ])
  await until(() => bot.history.length === 1, 'the history')
  const [history] = bot.history
  expect(history?.chats).toBe(2)
  expect(history?.messages.map(({ key, message }) => [key.remoteJid, key.fromMe, message?.conversation])).toEqual([
    [ana.lid, true, 'mine'],
    [ana.lid, false, 'old'],
    [group.jid, false, 'in the group'],
  ])
  expect(await bot.socket.signalRepository.lidMapping.getLIDForPN(ana.pn)).toBe(ana.lid)
  await until(() => emulator.owner.device?.pending.length === 0, 'the receipt')
})
