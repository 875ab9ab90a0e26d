import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ChatQuery } from './chat-order.ts'
import { openStore, type Store } from './index.ts'

const NOW = 1_800_000_000_000
const HOUR = 3_600_000
let folder: string
let store: Store
let account: number
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chat-order-'))
  store = openStore({ path: join(folder, 'messages.db'), clock: { now: () => NOW } })
  account = store.accounts.link({ jid: '5511900000000@s.whatsapp.net' }).id
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})
const jidOf = (n: number) => (n % 3 === 0 ? `12036300000${n}@g.us` : `551190000${1000 + n}@s.whatsapp.net`)
const say = (n: number, sentAt: number) =>
  store.messages.insert({
    accountId: account,
    chatJid: jidOf(n),
    messageId: `M${n}-${sentAt}`,
    senderJid: '',
    fromMe: false,
    sentAt,
    receivedAt: NOW,
    origin: 'live',
    kind: 'text',
    text: 'x'.repeat(2000),
  })
const found = (query: ChatQuery = {}) => store.chats.list({ limit: 500, ...query }).map(({ jid }) => jid)

it('forgets what it found as soon as anything is written, here or by another connection', () => {
  for (let n = 1; n <= 4; n += 1) say(n, NOW - n * HOUR)
  expect(found()).toEqual([1, 2, 3, 4].map(jidOf))
  expect(store.chats.count()).toBe(4)
  say(4, NOW)
  expect(found()).toEqual([4, 1, 2, 3].map(jidOf))
  store.chats.name(store.chats.find(jidOf(2))?.id ?? 0, 'Renamed', 'user')
  expect(found({ query: 'renam' })).toEqual([jidOf(2)])
  store.chats.remove(store.chats.find(jidOf(2))?.id ?? 0)
  expect(store.chats.count({ query: 'renam' })).toBe(0)
  const other = openStore({ path: store.path })
  other.chats.add(jidOf(7), { accountId: null, name: 'From elsewhere' })
  other.close()
  expect(found({ query: 'elsewhere' })).toEqual([jidOf(7)])
})

it('keeps nothing of a transaction that is rolled back', () => {
  say(1, NOW)
  expect(() =>
    store.transaction(() => {
      say(2, NOW)
      store.chats.name(store.chats.find(jidOf(1))?.id ?? 0, 'Renamed', 'user')
      expect(store.chats.count()).toBe(2)
      expect(found({ query: 'renamed' })).toEqual([jidOf(1)])
      expect(store.chats.count({ type: 'direct' })).toBe(2)
      throw new Error('no')
    }),
  ).toThrow()
  expect(store.chats.count()).toBe(1)
  expect(store.chats.count({ query: 'renamed' })).toBe(0)
  expect(store.chats.count({ type: 'direct' })).toBe(1)
})

it('knows a new chat by its text and its type, though it kept those of the others', () => {
  say(1, NOW)
  expect(store.chats.count({ type: 'group' })).toBe(0)
  expect(store.chats.count({ type: 'direct' })).toBe(1)
  expect(store.chats.count({ query: '5511' })).toBe(1)
  say(2, NOW)
  say(3, NOW)
  expect(found({ type: 'group' })).toEqual([jidOf(3)])
  expect(store.chats.count({ type: 'direct' })).toBe(2)
  expect(store.chats.count({ query: '5511' })).toBe(2)
})

it('puts what has no value last in either direction, and shows no placeholder', () => {
  for (const [n, name] of [
    [1, 'bea'],
    [2, undefined],
    [4, 'Ana'],
  ] as const)
    store.chats.add(jidOf(n), { accountId: account, ...(name === undefined ? {} : { name }) })
  store.db.exec("INSERT INTO chats (chat_jid, is_placeholder) VALUES ('120363@g.us', 1)")
  expect(found({ sort: 'chat_name' })).toEqual([4, 1, 2].map(jidOf))
  expect(found({ sort: 'chat_name', order: 'desc' })).toEqual([1, 4, 2].map(jidOf))
  expect(store.chats.count()).toBe(3)
})

it('finds a chat whose id is as great as SQLite has them', () => {
  say(1, NOW)
  store.db.exec("INSERT INTO chats (id, chat_jid, last_message_time) VALUES (4503599627370496, '120363000002@g.us', 1)")
  expect(store.chats.count({ type: 'group' })).toBe(1)
  expect(store.chats.count({ type: 'direct', bots: 'without' })).toBe(1)
})

it('cuts a long last message to what a list shows', () => {
  say(1, NOW)
  expect(store.chats.list()[0]?.last_message?.text).toBe('x'.repeat(400))
})

it('finds what a look at each chat finds, in pages', () => {
  for (let n = 1; n <= 60; n += 1) {
    const chat = store.chats.add(jidOf(n), { accountId: account, name: `${n % 2 ? 'Ána' : 'Bob'} ${n}` })
    if (n % 4 === 0) say(n, NOW - n * 5 * HOUR)
    if (n % 5 === 0) store.assignments.set(chat.id, n % 2 ? 'joke' : 'echo', { enabled: n % 15 !== 0 }, account)
  }
  const all = store.chats.list({ limit: 500 })
  const query = fc.record({
    query: fc.constantFrom('', 'ana', 'BOB 1', '+55 11 90000', 'g.us', 'an g.us 3', '---', 'nothing'),
    type: fc.constantFrom('all', 'direct', 'group'),
    activity: fc.constantFrom('all', 'active', 'recent', 'idle'),
    bots: fc.constantFrom('all', 'with', 'without', 'joke', 'echo'),
    sort: fc.constantFrom('last_message_time', 'chat_name', 'message_count', 'added_at'),
    order: fc.constantFrom('asc', 'desc'),
  } as const)
  const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  fc.assert(
    fc.property(query, (wanted) => {
      const isPhone = /^[+-]/.test(wanted.query)
      const words = isPhone ? [wanted.query.replace(/\D/g, '')] : folded(wanted.query).split(' ')
      const limit = { active: 24 * HOUR, recent: 168 * HOUR, idle: 168 * HOUR, all: 0 }[wanted.activity]
      const expected = all.filter((chat) => {
        const on = chat.bots.filter(({ enabled }) => enabled).map(({ bot }) => bot)
        const isYoung = chat.last_message_time !== null && chat.last_message_time >= NOW - limit
        return (
          words.every((word) => folded(`${chat.name ?? ''} ${chat.jid}`).includes(word)) &&
          (wanted.type === 'all' || chat.type === wanted.type) &&
          (wanted.activity === 'all' || isYoung === (wanted.activity !== 'idle')) &&
          (wanted.bots === 'all' ||
            (wanted.bots === 'with' ? on.length > 0 : false) ||
            (wanted.bots === 'without' ? on.length === 0 : on.includes(wanted.bots)))
        )
      })
      const pages = [0, 7, 14, 21, 28, 35, 42, 49, 56].flatMap((offset) =>
        store.chats.list({ ...wanted, offset, limit: 7 }),
      )
      expect(pages.map(({ jid }) => jid).toSorted()).toEqual(expected.map(({ jid }) => jid).toSorted())
      expect(store.chats.count(wanted)).toBe(expected.length)
      const values = pages.map((chat) => {
        const value = { chat_name: chat.name, ...chat }[wanted.sort]
        return typeof value === 'string' ? value.toLowerCase() : value
      })
      const known = values.filter((value) => value !== null)
      expect(values.slice(0, known.length)).toEqual(known)
      const up = wanted.order === 'asc' ? 1 : -1
      for (const [index, value] of known.entries()) {
        const next = known[index + 1]
        if (next !== undefined) expect(value === next || value < next === up > 0).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

it('of a long list, any page is the part of the whole that it says, whatever was asked for before', () => {
  store.db.exec(`WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2400)
    INSERT INTO chats (chat_jid, chat_name, last_message_time, message_count, added_at, is_placeholder)
    SELECT n || iif(n % 3, '@s.whatsapp.net', '@g.us'), iif(n % 7, 'Chat ' || n % 50, NULL), iif(n % 5, ${NOW} - n * ${HOUR}, NULL),
      n % 40, n, n % 200 = 0 FROM n`)
  store.db.exec(
    "INSERT INTO bot_chat_assignments (bot_name, chat_id, enabled, created_at, updated_at) SELECT 'joke', id, 1, 0, 0 FROM chats WHERE id % 100 = 0",
  )
  const query = fc.record({
    type: fc.constantFrom('all', 'direct', 'group'),
    activity: fc.constantFrom('all', 'recent', 'idle'),
    bots: fc.constantFrom('all', 'with', 'without'),
    sort: fc.constantFrom('last_message_time', 'chat_name', 'message_count', 'added_at'),
    order: fc.constantFrom('asc', 'desc'),
  } as const)
  const ask = fc.tuple(query, fc.integer({ min: 0, max: 2450 }), fc.integer({ min: 1, max: 40 }))
  fc.assert(
    fc.property(fc.array(ask, { minLength: 1, maxLength: 6 }), (asked) => {
      const forget = () => store.db.exec('UPDATE chats SET updated_at = updated_at + 1 WHERE id = 1')
      forget()
      const pages = asked.map(([wanted, offset, limit]) => ({
        jids: found({ ...wanted, offset, limit }),
        total: store.chats.count(wanted),
      }))
      const wholes = asked.map(([wanted, offset, limit]) => {
        forget()
        const all = found({ ...wanted, limit: 5000 })
        return { jids: all.slice(offset, offset + limit), total: all.length }
      })
      expect(pages).toEqual(wholes)
    }),
    { numRuns: 100 },
  )
})
