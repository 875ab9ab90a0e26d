import { proto } from '@whiskeysockets/baileys'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import * as z from 'zod'
import type { Contact } from '../emulator/index.ts'
import { type LinkedApp, startLinkedApp } from './linked-app.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
const Messages = z.array(z.object({ message_id: z.string(), text: z.string().nullable() }))
const { Type } = proto.Message.ProtocolMessage

let linked: LinkedApp
let ana: Contact
beforeEach(async () => {
  linked = await startLinkedApp()
  ana = linked.emulator.contact({ name: 'Ana', pn: '15550004001', lid: '840000001' })
  await ana.say('hello')
  await linked.switchOn(ana)
})
afterEach(() => linked.close())

const keyOf = (id: string) => ({ id, fromMe: true, remoteJid: linked.emulator.owner.lid })
const revoke = (id: string) => ana.send({ protocolMessage: { type: Type.REVOKE, key: keyOf(id) } })
const edit = (id: string, conversation: string) =>
  ana.send({ protocolMessage: { type: Type.MESSAGE_EDIT, key: keyOf(id), editedMessage: { conversation } } })
/** undefined: it is not there. */
const stored = async (id: string) => {
  const items = Messages.parse(await linked.app.api('GET', `${linked.pathOf(ana)}/messages?limit=50`))
  return items.find(({ message_id }) => message_id === id)?.text
}
/** What should not be answered would have been before the answer to this. */
async function answeredLast(): Promise<void> {
  const last = await ana.say('and now')
  await ana.next(({ quotedId }) => quotedId === last.id, 30_000)
}

test('an edited message shows its new text, a deleted one none, and neither is answered again', async () => {
  const said = await ana.say('a typing eror')
  await ana.next(({ quotedId }) => quotedId === said.id)
  await edit(said.id, 'a typing error')
  await expect.poll(() => stored(said.id)).toBe('a typing error')
  await revoke(said.id)
  await expect.poll(() => stored(said.id)).toBeNull()
  await answeredLast()
  expect(ana.inbox.answersTo(said)).toHaveLength(1)
})

test('a message that was deleted before it came, also before a restart, is seen as deleted and not answered', async () => {
  await revoke('DELETED1')
  await revoke('DELETED2')
  await ana.say('regretted', { id: 'DELETED1' })
  await expect.poll(() => stored('DELETED1')).toBeNull()
  await linked.app.kill()
  await linked.start()
  await linked.app.reaches('open')
  await ana.say('regretted, too', { id: 'DELETED2' })
  await expect.poll(() => stored('DELETED2')).toBeNull()
  await linked.emulator.owner.sendHistory([
    { with: ana.account, messages: [{ id: 'DELETED1', text: 'regretted', time: Date.now() - 1000 }] },
  ])
  await answeredLast()
  expect(await stored('DELETED1')).toBeNull()
  expect(ana.inbox.answersTo({ id: 'DELETED1' })).toEqual([])
  expect(ana.inbox.answersTo({ id: 'DELETED2' })).toEqual([])
})

test('an edit that came before its message is what is seen, and what is answered once', async () => {
  await edit('EDITED', 'a typing error')
  await ana.say('a typing eror', { id: 'EDITED' })
  const answer = await ana.next(({ quotedId }) => quotedId === 'EDITED', 30_000)
  expect(answer.text).toContain('a typing error')
  expect(await stored('EDITED')).toBe('a typing error')
  await answeredLast()
  expect(ana.inbox.answersTo({ id: 'EDITED' })).toHaveLength(1)
})
