import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StoreChange } from './context.ts'
import type { InboundMessage } from './inbound.ts'
import { openStore, type Store } from './index.ts'
import { createRetention } from './retention.ts'

const PN = '5511900000001@s.whatsapp.net'
const LID = '81000000000001@lid'
const GROUP = '120363000000000009@g.us'
let folder: string
let store: Store
let account: number
let now = 1_800_000_000_000
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'))
  store = openStore({ path: join(folder, 'messages.db'), clock: { now: () => now++ } })
  account = store.accounts.link({ jid: '5511900000000:4@s.whatsapp.net' }).id
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})
const message = (id: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  accountId: account,
  chatJid: PN,
  messageId: id,
  senderJid: '',
  fromMe: false,
  sentAt: now,
  receivedAt: now,
  origin: 'live',
  kind: 'text',
  text: `text of ${id}`,
  ...more,
})
const put = (id: string, more?: Partial<InboundMessage>) => {
  const inserted = store.messages.insert(message(id, more))
  if (inserted.status === 'forgotten') throw new Error('forgotten')
  return inserted
}

describe('transactions', () => {
  it('refuse what would span an await, and keep nothing of it', () => {
    // @ts-expect-error an async callback does not compile either
    expect(() => store.transaction(async () => store.meta.set('a', 1))).toThrow('synchronous')
    expect(store.meta.get('a')).toBeUndefined()
  })
  it('tell what changed after the commit, once, and nothing of what was rolled back', () => {
    const told: StoreChange[] = []
    const off = store.changes.on((change) => told.push(change))
    store.transaction(() => {
      put('A')
      try {
        store.transaction(() => {
          put('B')
          throw new Error('inner')
        })
      } catch {
        put('C')
      }
      expect(told).toEqual([])
    })
    expect(told.filter((change) => change.type === 'message').map((change) => change.id)).toHaveLength(2)
    expect(store.messages.page(1, { limit: 10 }).map((row) => row.message_id)).toEqual(['A', 'C'])
    off()
    expect(store.changes.listenerCount()).toBe(0)
  })
})

describe('messages', () => {
  it('are stored once, whatever form the address has', () => {
    const first = put('A')
    expect(put('A')).toMatchObject({ status: 'duplicate', id: first.id })
    put('A', { chatJid: LID, chatAltJid: PN })
    expect(store.chats.list()).toHaveLength(1)
    expect(store.chats.list()[0]).toMatchObject({ jid: PN, message_count: 1 })
  })
  it('are decided on again when they could be read at last, or when history arrives live', () => {
    const unread = put('A', { kind: 'undecryptable', text: null })
    expect(put('A')).toMatchObject({ status: 'upgraded', id: unread.id })
    expect(put('A')).toMatchObject({ status: 'duplicate' })
    store.messages.insertHistory([message('H', { origin: 'history' })])
    expect(put('H')).toMatchObject({ status: 'upgraded' })
    expect(store.messages.insertHistory([message('H', { origin: 'history' })])).toBe(0)
  })
  it('are paged and found', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => put(`M${index}`, { sentAt: 1000 + index }).id)
    const page = (options: object) => store.messages.page(1, { limit: 5, ...options }).map((row) => row.id)
    expect(page({})).toEqual(ids.slice(15))
    expect(page({ before: ids[15] })).toEqual(ids.slice(10, 15))
    expect(page({ after: ids[3] })).toEqual(ids.slice(4, 9))
    expect(page({ around: ids[10] })).toEqual(ids.slice(8, 13))
    expect(page({ from: 1007 })).toEqual(ids.slice(7, 12))
    put('Z', { text: 'Reunião amanhã às 10h "OR" NEAR(' })
    for (const chat of [1, null]) {
      expect(await store.messages.search(chat, 'reuniao AMANH', 10)).toHaveLength(1)
      expect(await store.messages.search(chat, '" OR NEAR( *', 10)).toHaveLength(1)
      expect(await store.messages.search(chat, '**', 10)).toEqual([])
    }
  })
  it('are indexed in steps after a restore, while they change', async () => {
    for (let index = 0; index < 30; index += 1) put(`M${index}`, { text: `word${index} same` })
    store.db.exec(
      "INSERT INTO messages_fts (messages_fts) VALUES ('delete-all'); UPDATE search_gap SET first = 1, last = 30",
    )
    store.messages.indexStep(10)
    store.db.exec(
      "UPDATE messages SET text = 'changed same' WHERE id IN (5, 25); DELETE FROM messages WHERE id IN (6, 26)",
    )
    put('new', { text: 'fresh same' })
    while (store.messages.indexStep(10));
    expect(await store.messages.search(null, 'same', 100)).toHaveLength(29)
    expect(await store.messages.search(null, 'changed', 100)).toHaveLength(2)
    store.db.exec("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)")
  })
})

describe('assignments', () => {
  it('answer only after the switch, and only under the account that switched it on', () => {
    const before = put('A')
    const on = store.assignments.set(before.chatId, 'joke', { enabled: true }, account)
    const after = put('B')
    expect(on.afterMessage).toBe(before.id)
    expect(after.id).toBeGreaterThan(on.afterMessage)
    expect(store.assignments.answering(before.chatId, account)).toHaveLength(1)
    expect(store.assignments.set(before.chatId, 'joke', { enabled: true }, account).afterMessage).toBe(before.id)
    const other = store.accounts.link({ jid: '5511900000099@s.whatsapp.net' }).id
    expect(store.assignments.answering(before.chatId, other)).toEqual([])
    expect(store.assignments.set(before.chatId, 'joke', { enabled: true }, other).afterMessage).toBe(after.id)
  })
  it('count ids that were deleted as received', () => {
    const chat = put('A', { chatJid: GROUP, senderJid: LID }).chatId
    const last = put('B').id
    store.chats.remove(put('C').chatId)
    expect(store.assignments.set(chat, 'joke', { enabled: true }, account).afterMessage).toBeGreaterThan(last)
  })
  it('say why they were stopped until switched on again', () => {
    const { chatId } = put('A')
    store.assignments.set(chatId, 'joke', { enabled: true }, account)
    expect(store.assignments.stop(chatId, 'joke', { code: 'second-bot', by: 'X' })).toBe(true)
    expect(store.assignments.get(chatId, 'joke')).toMatchObject({
      enabled: false,
      stopped: { code: 'second-bot', by: 'X' },
    })
    expect(store.assignments.set(chatId, 'joke', { enabled: true }, account).stopped).toBeNull()
  })
})

describe('two chats that are one', () => {
  it('become one by the rule', () => {
    const phone = put('A', { sentAt: 1 })
    const lid = put('B', { chatJid: LID, sentAt: 2 })
    put('A', { chatJid: LID, sentAt: 1 })
    store.chats.name(lid.chatId, 'Ana', 'contact')
    store.assignments.set(phone.chatId, 'joke', { enabled: true, contextMessageCount: 7 }, account)
    store.assignments.set(lid.chatId, 'joke', { enabled: false }, account)
    store.assignments.set(lid.chatId, 'echo', { enabled: true }, account)
    store.chats.learnMapping(PN, LID)
    const [chat, ...others] = store.chats.list()
    expect(others).toEqual([])
    expect(chat).toMatchObject({ jid: PN, name: 'Ana', message_count: 2, aliases: [PN, LID] })
    expect(chat?.bots.map((bot) => [bot.bot, bot.enabled])).toEqual([
      ['echo', true],
      ['joke', false],
    ])
    expect(store.assignments.get(phone.chatId, 'joke')?.superseded).toMatchObject([
      { enabled: true, contextMessageCount: 7, answerOwnerMessages: true },
    ])
    expect(store.assignments.get(phone.chatId, 'echo')?.superseded).toEqual([])
    expect(store.messages.page(phone.chatId, { limit: 10 }).map((row) => row.message_id)).toEqual(['A', 'B'])
    expect(store.chats.find(LID)?.id).toBe(store.chats.find(PN)?.id)
    expect(store.db.pragma('foreign_key_check')).toEqual([])
  })
  it('are not merged when a number moves on to another person', () => {
    put('A', { chatJid: LID, chatAltJid: PN })
    const next = '81000000000002@lid'
    put('B', { chatJid: next, chatAltJid: PN })
    expect(store.chats.list()).toHaveLength(2)
    expect(store.chats.find(PN)?.id).toBe(store.chats.find(next)?.id)
    expect(store.chats.find(LID)?.jid).toBe(LID)
  })
  it('give the senders of groups one form', () => {
    const group = put('A', { chatJid: GROUP, senderJid: PN })
    store.chats.learnMapping(PN, LID)
    expect(put('A', { chatJid: GROUP, senderJid: LID })).toMatchObject({ status: 'duplicate', id: group.id })
    expect(put('B', { chatJid: GROUP, senderJid: PN })).toMatchObject({ status: 'stored' })
    expect(store.messages.page(group.chatId, { limit: 9 }).map((row) => row.sender_jid)).toEqual([LID, LID])
  })
})

it('a deleted chat stays deleted, and what it held is never stored again', () => {
  const { chatId } = put('A', { chatAltJid: LID })
  put('B')
  expect(store.chats.remove(chatId)).toBe(2)
  expect(store.chats.list()).toEqual([])
  expect(store.messages.insert(message('A', { chatJid: LID }))).toEqual({ status: 'forgotten' })
  expect(store.messages.insert(message('A'))).toEqual({ status: 'forgotten' })
  expect(store.messages.insert(message('D')).status).toBe('stored')
  // Its rows go in the background; nobody sees a difference.
  while (store.chats.removeStep());
  expect(store.db.prepare('SELECT message_id FROM messages').pluck().all()).toEqual(['D'])
  expect(store.db.prepare('SELECT count(*) FROM chats').pluck().get()).toBe(1)
  expect(store.messages.insert(message('B', { chatJid: LID }))).toEqual({ status: 'forgotten' })
})

it('the deletion of a long chat goes on where a crash cut it off, and forgets nothing at any moment', () => {
  const ids = Array.from({ length: 60 }, (_, n) => `M${n}`)
  for (const id of ids) put(id)
  const { chatId } = put('last')
  store.assignments.set(chatId, 'echo', { enabled: true }, account)
  store.db.exec(`INSERT INTO jobs (message, chat_id, bot_name, state, due_at, created_at, updated_at)
    SELECT id, chat_id, 'echo', iif(message_id = 'last', 'waiting', 'done'), 1, 1, 1 FROM messages;
    INSERT INTO outbox (job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, quotes, state, due_at, created_at, expires_at)
    SELECT id, ${account}, chat_id, 'echo', 1, 1, 'W' || id, message, iif(state = 'waiting', 'pending', 'acked'), 1, 1, 1 FROM jobs;
    INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name) VALUES (${account}, ${chatId}, 'answered', 'echo')`)
  const number = (sql: string) => Number(store.db.prepare(sql).pluck().get())
  expect(store.chats.remove(chatId)).toBe(61)
  expect(store.chats.remove(chatId)).toBe(0)
  expect(store.chats.find(PN)).toBeUndefined()
  expect(
    number("SELECT count(*) FROM outbox WHERE state = 'pending'") +
      number("SELECT count(*) FROM jobs WHERE state = 'waiting'"),
  ).toBe(0)
  const known = () =>
    [...ids, 'last', 'answered'].every((id) => store.messages.insert(message(id)).status === 'forgotten')
  expect(known()).toBe(true)
  store.chats.removeStep()
  expect(known()).toBe(true)
  // The process dies here; the next one finds the mark.
  store.close()
  store = openStore({ path: join(folder, 'messages.db'), clock: { now: () => now++ } })
  expect(known()).toBe(true)
  while (store.chats.removeStep());
  expect(known()).toBe(true)
  for (const table of ['messages', 'jobs', 'outbox', 'processed_messages', 'chats', 'bot_chat_assignments'])
    expect(number(`SELECT count(*) FROM ${table}`), table).toBe(0)
  expect(number("SELECT count(*) FROM meta WHERE key LIKE 'removing%'")).toBe(0)
  expect(store.db.pragma('foreign_key_check')).toEqual([])
})

it('lists chats by every filter', () => {
  put('A', { chatName: 'José Ávila', sentAt: now })
  put('B', { chatJid: GROUP, senderJid: LID, chatName: 'Team', sentAt: now - 3 * 86_400_000 })
  store.chats.add('5511911112222@s.whatsapp.net', { name: 'Zoe', accountId: account })
  const team = store.chats.find(GROUP)?.id ?? 0
  store.assignments.set(team, 'echo', { enabled: true }, account)
  const names = (query: object) => store.chats.list(query).map((chat) => chat.name)
  expect(names({})).toEqual(['José Ávila', 'Team', 'Zoe'])
  expect(names({ query: 'jose av' })).toEqual(['José Ávila'])
  expect(names({ query: '+55 (11) 91111-2222' })).toEqual(['Zoe'])
  expect(names({ type: 'group' })).toEqual(['Team'])
  expect(names({ activity: 'active' })).toEqual(['José Ávila'])
  expect(names({ activity: 'recent', sort: 'chat_name' })).toEqual(['José Ávila', 'Team'])
  expect(names({ activity: 'idle' })).toEqual(['Zoe'])
  expect(names({ bots: 'with' })).toEqual(['Team'])
  expect(names({ bots: 'without', order: 'asc', sort: 'chat_name' })).toEqual(['José Ávila', 'Zoe'])
  expect(names({ bots: 'echo' })).toEqual(['Team'])
  expect(store.chats.count({ bots: 'joke' })).toBe(0)
})

it('retention takes texts from everywhere, keeps ids, and leaves no byte of them', async () => {
  const secret = 'Geheimniskrämerei'
  const old = put('A', { text: `${secret} old`, sentAt: 1000, raw: Buffer.from(secret) })
  put('B', { text: 'young' })
  store.db.exec(
    `INSERT INTO processed_messages (message_id, bot_name, original_text, processed_at) VALUES ('A', 'joke', '${secret}', '1970-01-01 00:00:01')`,
  )
  expect(await createRetention(store.context).apply({ before: 5000, batch: 1 })).toEqual({ messages: 1, answers: 1 })
  expect(store.messages.get(old.id)).toMatchObject({ text: null, message_id: 'A' })
  expect(store.messages.raw(old.id)).toBeUndefined()
  expect(put('A').status).toBe('duplicate')
  expect(await store.messages.search(null, secret, 10)).toEqual([])
  expect(await store.messages.search(null, 'young', 10)).toHaveLength(1)
  store.checkpoint()
  const bytes = readFileSync(store.path).toString('latin1').toLowerCase()
  expect(bytes.includes('geheimniskr')).toBe(false)
})
