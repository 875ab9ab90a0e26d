import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Emulator } from '../../emulator/index.ts'
import { createRig, type Rig, startEmulator, until } from './whatsapp.test-kit.ts'

let emulator: Emulator
let rig: Rig
beforeEach(async () => {
  emulator = await startEmulator()
  rig = createRig(emulator)
})
afterEach(async () => {
  await rig.close()
  await emulator.close()
})

it('links by QR, receives, answers with a quote, and hears the ack', async () => {
  const ana = emulator.contact({ name: 'Ana', pn: '15550000011', lid: '900000011' })
  rig.start()
  await rig.open()
  const said = await ana.say('hello')
  await until(() => rig.messages.length > 0, 'the message')
  const [message] = rig.messages
  expect(message).toMatchObject({
    text: 'hello',
    messageId: said.id,
    kind: 'text',
    origin: 'live',
    senderJid: '',
    fromMe: false,
  })
  if (!message) return
  await rig.answer(message, 're hello', '3EB0AAAAAAAAAAAAAAAAAA')
  await until(() => rig.acks.length > 0, 'the ack')
  expect(rig.acks).toEqual([{ waMessageId: '3EB0AAAAAAAAAAAAAAAAAA' }])
  await until(() => ana.inbox.items.length > 0, 'the answer')
  expect(ana.inbox.items[0]).toMatchObject({ text: 're hello', quotedId: said.id })
  expect(rig.states).toEqual(['connecting', 'pairing', 'connecting', 'catching-up', 'open'])
  expect(emulator.errors).toEqual([])
})
