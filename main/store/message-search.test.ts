import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { InboundMessage } from './inbound.ts'
import { openStore, type Store } from './index.ts'

const TALK = '5511900000001@s.whatsapp.net'
const OTHER = '5511900000002@s.whatsapp.net'
let folder: string
let store: Store
let accountId: number
let count = 0
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'message-search-'))
  store = openStore({ path: join(folder, 'messages.db') })
  accountId = store.accounts.link({ jid: '5511900000000@s.whatsapp.net' }).id
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})
const message = (text: string, more: Partial<InboundMessage> = {}): InboundMessage => ({
  accountId,
  chatJid: TALK,
  messageId: `M${++count}`,
  senderJid: '',
  fromMe: false,
  sentAt: count,
  receivedAt: count,
  origin: 'live',
  kind: 'text',
  text,
  ...more,
})
const put = (texts: string[], more: Partial<InboundMessage> = {}) =>
  store.transaction(() => {
    for (const text of texts) store.messages.insert(message(text, more))
  })
const texts = async (chat: number | null, query: string, limit = 50) =>
  (await store.messages.search(chat, query, limit)).map(({ text }) => text)

it('reads a chat as the index would', async () => {
  const words = [
    'Ação',
    'acao',
    'açoes',
    'a',
    'ab',
    'abc',
    'AB-c',
    "d'abc",
    'x_abc',
    'été',
    '10h',
    '日本語',
    'ﬁm',
    '🙂',
  ]
  put(words)
  put([...words, 'a ab abc'].map((word) => `oi, ${word}! tchau`))
  const query = fc.array(fc.constantFrom(...words, 'ac', 'ABC', '日', '1', 'oi', '"', 'NEAR('), {
    minLength: 1,
    maxLength: 3,
  })
  await fc.assert(
    fc.asyncProperty(query, async (parts) => {
      const near = await texts(1, parts.join(' '))
      expect(near.length).toBe(new Set(near).size)
      expect(new Set(near)).toEqual(new Set(await texts(null, parts.join(' '))))
    }),
    { numRuns: 200 },
  )
})

it('takes one or two letters for a word, more for the beginning of one', async () => {
  put(['mar de gente', 'depois', 'dentro', 'deserto do mar'])
  expect(await texts(1, 'de')).toEqual(['mar de gente'])
  expect(await texts(1, 'dep')).toEqual(['depois'])
  expect(await texts(1, 'mar des')).toEqual(['deserto do mar'])
})

it('finds what is rare far back in a long chat, newest first, and nothing of another chat', async () => {
  put(['an early needle'], { origin: 'live' })
  put(Array.from({ length: 3500 }, (_, n) => `hay ${n}`))
  put(['needle elsewhere'], { chatJid: OTHER })
  // Received last, sent first.
  put(['the first needle'], { sentAt: 0, origin: 'history' })
  expect(await texts(1, 'needle')).toEqual(['an early needle', 'the first needle'])
  expect(await texts(1, 'needle', 1)).toEqual(['an early needle'])
  expect(await texts(1, 'hay', 2)).toEqual(['hay 3499', 'hay 3498'])
  expect(await texts(2, 'needle')).toEqual(['needle elsewhere'])
})

it('finds what is rare here and frequent elsewhere, in the order in which it was sent', async () => {
  put(['the oldest needle'])
  put(['a late needle'], { sentAt: 100_000, origin: 'history' })
  put(
    Array.from({ length: 1000 }, () => 'needle elsewhere'),
    { chatJid: OTHER },
  )
  put(Array.from({ length: 31_000 }, (_, n) => (n === 6000 ? 'a needle in hay' : `hay ${n}`)))
  // The newest two are found on the way; for the third one the way is longer than looking up all 1,003.
  expect(await texts(1, 'needle', 2)).toEqual(['a late needle', 'a needle in hay'])
  expect(await texts(1, 'needle', 3)).toEqual(['a late needle', 'a needle in hay', 'the oldest needle'])
  expect(await texts(1, 'needle')).toEqual(['a late needle', 'a needle in hay', 'the oldest needle'])
  expect(await texts(2, 'needle', 3)).toEqual(Array(3).fill('needle elsewhere'))
})

it('finds what is rare here among more elsewhere than the index tells at once', async () => {
  put(['an early needle'])
  put(Array.from({ length: 2100 }, (_, n) => `hay ${n}`))
  put(
    Array.from({ length: 20_000 }, () => 'needle elsewhere'),
    { chatJid: OTHER },
  )
  put(['a late needle'])
  expect(await texts(1, 'needle')).toEqual(['a late needle', 'an early needle'])
  expect(await texts(null, 'needle', 20_001)).toEqual(['a late needle', ...Array(20_000).fill('needle elsewhere')])
})

it('stops where nobody waits any more', async () => {
  put(Array.from({ length: 1500 }, () => 'hay'))
  put(['needle'], { sentAt: 0, origin: 'history' })
  const leave = new AbortController()
  const search = store.messages.search(1, 'needle', 50, leave.signal)
  leave.abort()
  expect(await search).toEqual([])
})
