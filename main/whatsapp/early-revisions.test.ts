import { proto } from '@whiskeysockets/baileys'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Contact, Emulator, Group } from '../../emulator/index.ts'
import { createRig, type Rig, startEmulator, until } from './whatsapp.test-kit.ts'

const { Type } = proto.Message.ProtocolMessage
let emulator: Emulator
let rig: Rig
let ana: Contact
let ben: Contact
let group: Group
beforeEach(async () => {
  emulator = await startEmulator()
  ana = emulator.contact({ name: 'Ana', pn: '15550000011', lid: '900000011' })
  ben = emulator.contact({ name: 'Ben', pn: '15550000012', lid: '900000012' })
  group = emulator.group({ subject: 'Family', members: [ana, ben] })
  rig = createRig(emulator)
  rig.start()
  await rig.open()
})
afterEach(async () => {
  await rig.close()
  await emulator.close()
})

const revoke = (id: string) => ({
  protocolMessage: { type: Type.REVOKE, key: { id, fromMe: true, remoteJid: emulator.owner.lid } },
})
const edit = (id: string, conversation: string) => ({
  protocolMessage: { type: Type.MESSAGE_EDIT, key: { id, fromMe: true }, editedMessage: { conversation } },
})
const found = (id: string) => rig.messages.find(({ messageId }) => messageId === id)
const came = (id: string) => until(() => found(id) !== undefined, 'the message')

it('a message that was deleted before it came is seen as deleted', async () => {
  await ana.send(revoke('A1'))
  await ana.say('regretted', { id: 'A1' })
  await came('A1')
  expect(found('A1')).toMatchObject({ kind: 'text', text: null })
  expect(found('A1')).not.toHaveProperty('raw')
})

it('in a group, and after a restart', async () => {
  await ana.send(revoke('A1'), { in: group })
  await until(() => rig.revisions.length === 1, 'the deletion')
  await rig.wa.dispose()
  rig.start()
  await rig.open()
  await ana.sayIn(group, 'regretted', { id: 'A1' })
  await came('A1')
  expect(found('A1')?.text).toBeNull()
})

it('an edit that came first is what is seen', async () => {
  await ana.send(edit('A1', 'a typing error'))
  await ana.say('a typing eror', { id: 'A1' })
  await came('A1')
  expect(found('A1')).toMatchObject({ kind: 'text', text: 'a typing error' })
})

it('nobody changes what another one wrote', async () => {
  await ben.send(revoke('A1'), { in: group })
  await ben.send(edit('A1', 'put into her mouth'), { in: group })
  await ben.send(revoke('A2'))
  await ana.sayIn(group, 'stays', { id: 'A1' })
  await ana.say('stays too', { id: 'A2' })
  await came('A2')
  expect([found('A1')?.text, found('A2')?.text]).toEqual(['stays', 'stays too'])
})

it('the deletion of an image that could not be read at first', async () => {
  await ana.say('first', { id: 'A0' })
  await came('A0')
  emulator.faults.corruptNext()
  await ana.image(Buffer.from('an image'), { id: 'A1', caption: 'regretted' })
  await ana.send(revoke('A1'))
  await until(() => found('A1')?.kind === 'text', 'the resend')
  expect(found('A1')?.text).toBeNull()
  expect(found('A1')).not.toHaveProperty('media')
})

it('an older chunk of history brings what was deleted meanwhile: deleted', async () => {
  await ana.send(revoke('OLD1'))
  await until(() => rig.revisions.length === 1, 'the deletion')
  await emulator.owner.sendHistory([
    {
      with: ana.account,
      messages: ['OLD1', 'OLD2'].map((id) => ({ id, text: `text of ${id}`, time: Date.now() - 86_400_000 })),
    },
  ])
  await until(() => rig.history.some(({ messages }) => messages.length === 2), 'the history')
  const texts = rig.history.flatMap(({ messages }) => messages.map(({ messageId, text }) => [messageId, text]))
  expect(texts).toContainEqual(['OLD1', null])
  expect(texts).toContainEqual(['OLD2', 'text of OLD2'])
})
