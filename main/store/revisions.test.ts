import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { InboundMessage } from './inbound.ts'
import { openStore, type Store } from './index.ts'

const ANA = '81000000000001@lid'
const BEN = '81000000000002@lid'
const BEN_PN = '5511900000002@s.whatsapp.net'
const GROUP = '120363000000000009@g.us'
let folder: string
let store: Store
let accountId: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'revisions-'))
  store = openStore({ path: join(folder, 'messages.db') })
  accountId = store.accounts.link({ jid: '5511900000000@s.whatsapp.net' }).id
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

function put(messageId: string, more: Partial<InboundMessage> = {}): number {
  const inserted = store.messages.insert({
    accountId,
    chatJid: GROUP,
    messageId,
    senderJid: ANA,
    fromMe: false,
    sentAt: 1,
    receivedAt: 1,
    origin: 'live',
    kind: 'text',
    text: 'as it was',
    raw: Buffer.from('as it was'),
    ...more,
  })
  if (inserted.status === 'forgotten') throw new Error('forgotten')
  return inserted.id
}
const change = (messageId: string, actor: string, text: string | null, more: object = {}) =>
  store.revisions.apply({ accountId, chatJid: GROUP, messageId, fromMe: false, actors: [actor], text, ...more })
const textOf = (id: number) => store.messages.get(id)?.text

it('an edit changes the text and what is found, and nobody edits the words of another', async () => {
  const id = put('A')
  expect(change('A', BEN, 'forged')).toBe(false)
  expect(change('A', 'x', 'forged', { fromMe: true })).toBe(false)
  expect(textOf(id)).toBe('as it was')
  expect(change('A', ANA, 'improved')).toBe(true)
  expect(textOf(id)).toBe('improved')
  expect(await store.messages.search(null, 'improved', 9)).toHaveLength(1)
  expect(await store.messages.search(null, 'was', 9)).toEqual([])
})

it('a deletion leaves the id and no byte of the text, and a late edit or redelivery brings nothing back', () => {
  const secret = 'Donaudampfschiff'
  const id = put('A', { text: secret, raw: Buffer.from(secret) })
  store.db
    .prepare(
      'INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, original_text) VALUES (?, 1, ?, ?, ?)',
    )
    .run(accountId, 'A', 'joke', secret)
  expect(change('A', ANA, null)).toBe(true)
  expect(change('A', ANA, secret)).toBe(false)
  expect(put('A', { text: secret })).toBe(id)
  expect(textOf(id)).toBeNull()
  store.checkpoint()
  expect(readFileSync(store.path).toString('latin1').toLowerCase().includes('donaudampf')).toBe(false)
})

it('in a group an administrator may delete, whichever form names them; a member and a chat of two may not', () => {
  const id = put('A')
  store.chats.learnMapping(BEN_PN, BEN)
  expect(change('A', BEN_PN, null)).toBe(false)
  store.chats.setGroup(accountId, GROUP, { subject: 'Team', participants: [{ id: BEN, admin: 'admin' }] })
  expect(change('A', BEN_PN, 'forged')).toBe(false)
  expect(change('A', BEN_PN, null)).toBe(true)
  expect(textOf(id)).toBeNull()

  const own = put('B', { chatJid: ANA, senderJid: 'me', fromMe: true })
  expect(change('B', ANA, null, { chatJid: ANA })).toBe(false)
  expect(textOf(own)).toBe('as it was')
  expect(change('B', ANA, null, { chatJid: ANA, fromMe: true })).toBe(true)
})
