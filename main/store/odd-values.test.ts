// Every storage class and every odd value in every column of a database: each list still answers, in the contract's own shape.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { Activity, EarlierAnswer, Stats, TraceStep } from '../../preload/contract/activity.ts'
import { Chat, Message } from '../../preload/contract/chats.ts'
import { Instant } from '../../preload/contract/common.ts'
import { createActivity } from './activity.ts'
import { createAnswers } from './answers.ts'
import { finishRemovals } from './chat-removal.ts'
import { createConversation } from './conversation.ts'
import { openStore, type Store } from './index.ts'
import { COLUMN_RULES } from './odd/column-rules.ts'
import { ROWS } from './odd/odd-values.test-kit.ts'
import { createRetention } from './retention.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odd-values-'))
  path = join(folder, 'messages.db')
  openStore({ path }).close()
})
afterEach(() => rmSync(folder, { recursive: true }))

const ODD = [
  ...[
    "x'00FF'",
    "x''",
    "''",
    "'soon'",
    "'not JSON {'",
    "'[1,2]'",
    '\'{"bytes":"many","mimetype":7,"code":{},"at":"x"}\'',
    "'null'",
  ],
  ...[
    "CAST(x'41FF00' AS TEXT)",
    "'2026-05-05 10:00:00'",
    '-5',
    '0',
    '5.5',
    '-0.0',
    '9e999',
    '9223372036854775807',
    '-9223372036854775808',
    'NULL',
    'hex(zeroblob(200000))',
  ],
]
/** And a job that waits, and a chunk on its way. */
const WITH_WORK = `${ROWS}
  INSERT INTO messages (id, account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, raw)
    VALUES (2, 1, 1, 'N', '', 0, 6, 6, 'live', 'text', 'again', x'00');
  INSERT INTO jobs (id, message, chat_id, bot_name, state, due_at, created_at, updated_at) VALUES (2, 2, 1, 'joke', 'waiting', 1, 1, 1);
  INSERT INTO outbox (id, job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, body, quotes, state, due_at, created_at, expires_at)
    VALUES (2, 2, 1, 1, 'joke', 1, 1, 'V', 'ha', 2, 'pending', 1, 1, 1);
  INSERT INTO processed_messages (id, message_id, bot_name, original_text, response_text, metadata)
    VALUES (2, 'P', 'joke', 'question', 'ha ha', 'forwarded_to=2@s.whatsapp.net');
  INSERT INTO imported_values VALUES ('seen_messages', 1, 'chat_jid', '2@s.whatsapp.net'), ('processed_messages', 2, 'message_id', 'P');
  INSERT INTO chats (id, chat_jid) VALUES (2, '8@lid');
  INSERT INTO chat_aliases VALUES (1, '8@lid', 2);
  INSERT INTO bot_chat_assignments (id, bot_name, chat_id, enabled) VALUES (2, 'joke', 2, 1);`
/** Keys by which rows are found and states that a CHECK holds: an odd one is no row of ours, or cannot be stored. */
const KEPT = new Set(['id', 'account_id', 'chat_id', 'message', 'job'])

const Lists = z.object({
  chats: z.array(Chat.omit({ bots: true })),
  bots: z.array(
    z.object({
      bot: z.string(),
      contextMessageCount: z.int(),
      updatedAt: Instant,
      responseChatJid: z.string().nullable(),
    }),
  ),
  messages: z.array(Message),
  activity: z.array(Activity),
  steps: z.array(z.array(TraceStep)),
  stats: Stats.omit({ inbound: true }),
  inbound: Stats.shape.inbound,
  counts: z.object({ chatsOn: z.int(), chatsAssigned: z.int(), lastAnswerAt: Instant.nullable() }),
  botChats: z.array(z.object({ jid: z.string(), name: z.string().nullable(), enabled: z.boolean() })),
  earlier: z.array(EarlierAnswer),
  accounts: z.array(
    z.object({
      jid: z.string().nullable(),
      lid: z.string().nullable(),
      label: z.string(),
      linkedAt: Instant.nullable(),
    }),
  ),
  ownBots: z.array(z.object({ name: z.string(), spec: z.string(), version: z.int(), updatedAt: Instant })),
  heads: z.array(z.object({ bot: z.string(), dueAt: Instant })),
  open: z.array(z.object({ attempts: z.int(), dueAt: Instant, sentAt: Instant.nullable(), expiresAt: Instant })),
})

async function read(store: Store): Promise<unknown> {
  const chats = (['last_message_time', 'chat_name', 'message_count', 'added_at'] as const).flatMap((sort) =>
    store.chats.list({ sort, activity: 'all' }),
  )
  store.chats.list({ query: 'a', activity: 'active', bots: 'with' })
  store.chats.group(1)
  const jobs = createActivity(store.context)
  const activity = jobs.list({ limit: 10 })
  return {
    chats,
    bots: chats.flatMap((chat) => chat.bots),
    messages: [
      ...store.messages.page(1, { limit: 10 }),
      ...store.messages.page(1, { limit: 10, around: 1 }),
      ...(await store.messages.search(1, 'hello', 10)),
    ],
    activity,
    steps: activity.map(({ id }) => jobs.trace(id).steps),
    stats: jobs.stats(7),
    inbound: await jobs.inbound(),
    counts: store.bots.counts('joke'),
    botChats: store.bots.chats('joke'),
    earlier: [
      ...(await store.earlier.list({ limit: 10 })),
      ...(await store.earlier.list({ limit: 10, query: 'ha' })),
      ...(await store.earlier.list({ limit: 10, chatId: 1 })),
    ],
    accounts: [...store.accounts.list(), store.accounts.current()].filter((account) => account !== undefined),
    ownBots: store.bots.all(),
    heads: store.jobs.heads(),
    open: store.outbox.openChats().flatMap((id) => store.outbox.openOf(id)),
  }
}

/** What the bot does for another chat and account meanwhile, from the message to the acknowledgement. */
function answerElsewhere(store: Store, round: number): void {
  const account = store.accounts.ensure({ jid: '900@s.whatsapp.net' }).id
  const inserted = store.messages.insert({
    accountId: account,
    chatJid: '901@s.whatsapp.net',
    chatAltJid: '902@lid',
    messageId: `other-${round}`,
    senderJid: '',
    fromMe: false,
    sentAt: round,
    receivedAt: round,
    origin: 'live',
    kind: 'text',
    text: 'hello',
  })
  if (inserted.status === 'forgotten') throw new Error('A message of another chat was taken for a deleted one.')
  const { id, chatId } = inserted
  expect(inserted.status).toBe('stored')
  store.assignments.set(chatId, 'joke', { enabled: true }, account)
  expect(store.assignments.activeIn(chatId)).toMatchObject([{ bot: 'joke' }])
  store.jobs.insert({ message: id, chatId, bot: 'joke', state: 'waiting', reason: null, expiresAt: 1e12, now: 1 })
  const head = store.jobs.heads().find((one) => one.chatId === chatId)
  const job = store.jobs.details(head?.id ?? 0)
  if (job === undefined) throw new Error('The job of another chat is not there.')
  createConversation(store.context).before({ chatId, sentAt: round, id }, 'joke', { limit: 5, most: 100 })
  const answers = createAnswers(store.context, store)
  const chunks = () => [{ body: 'ha', waMessageId: `W${round}` }]
  const answer = { job, text: 'ha', chunks, chatId, quote: true, expiresAt: 1e12, metadata: {}, now: 2 }
  expect(answers.commit(answer)).toBe('committed')
  const [chunk] = store.outbox.openOf(chatId)
  if (chunk === undefined) throw new Error('The answer to another chat is not there.')
  expect(store.outbox.details(chunk.id)).toMatchObject({ chatJid: '901@s.whatsapp.net', body: 'ha' })
  expect(store.outbox.sending(chunk.id, 3, 4)).toBe(true)
  expect(store.outbox.acked(`W${round}`, 5)).toBeDefined()
  for (const { sentAt } of store.outbox.sentSince(0)) expect(sentAt).toBeTypeOf('number')
  const spender = { day: '2026-01-01', chat: { id: chatId, bot: 'joke' } }
  const none = { calls: null, characters: null }
  expect(store.modelUse.reserve(spender, { calls: 1, characters: 1 }, { chat: none, day: none })).toBeUndefined()
}

/** What the program does with the odd row itself: none of it throws, and none of it goes on for ever. */
async function work(store: Store): Promise<void> {
  for (const { id } of store.jobs.heads()) store.jobs.details(id)
  for (const id of store.outbox.openChats()) {
    for (const chunk of store.outbox.openOf(id)) store.outbox.details(chunk.id)
  }
  store.meta.number('answer_after_message')
  store.chats.learnMapping('2@s.whatsapp.net', '8@lid')
  store.chats.resolve(1, '8@lid')
  store.revisions.apply({
    accountId: 1,
    chatJid: '2@s.whatsapp.net',
    messageId: 'M',
    fromMe: false,
    actors: [],
    text: 'edited',
  })
  await createRetention(store.context).apply({ before: 3 })
  while (store.messages.indexStep());
  store.chats.remove(1)
  for (let steps = 0; store.chats.removeStep(); steps++) expect(steps).toBeLessThan(100)
}

const TABLES = Object.keys(COLUMN_RULES).filter((table) => table !== 'forgotten')

test.each(TABLES)(
  'whatever stands in a column of %s, every list answers and every other chat is served',
  { timeout: 120_000 },
  async (table) => {
    const db = new Database(path)
    db.pragma('synchronous = OFF')
    db.exec(WITH_WORK)
    const store = openStore({ path })
    store.db.pragma('synchronous = OFF')
    const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
    let round = 10
    for (const column of columns.filter((name) => !KEPT.has(name))) {
      for (const value of ODD) {
        const what = `${table}.${column} = ${value.slice(0, 40)}`
        round++
        db.pragma('foreign_keys = OFF')
        try {
          db.exec(`UPDATE OR IGNORE ${table} SET ${column} = ${value}`)
        } catch {
          continue // A constraint of ours holds it off.
        }
        const seen = Lists.safeParse(await read(store))
        expect(seen.error?.issues ?? [], what).toEqual([])
        try {
          answerElsewhere(store, round)
          await work(store)
        } catch (error) {
          throw new Error(what, { cause: error })
        }
        const all = [
          'model_use',
          'meta',
          'imported_values',
          'bots',
          'outbox',
          'jobs',
          'processed_messages',
          'bot_chat_assignments',
          'messages',
        ]
        db.exec(`BEGIN; ${[...all, 'chat_aliases', 'lid_mappings', 'chat_search', 'forgotten', 'chats', 'accounts'].map((name) => `DELETE FROM ${name};`).join(' ')}
        ${WITH_WORK} COMMIT;`)
      }
    }
    store.close()
    db.close()
  },
)

test.each(['removing:x', 'removing:1e3', 'removing:', 'removing:01', 'removing:9007199254740993', 'removing:-5'])(
  'a mark %s of a chat that is being deleted keeps nothing busy',
  (key) => {
    const store = openStore({ path })
    store.db.prepare("INSERT INTO meta (key, value) VALUES (?, '[]')").run(key)
    let steps = 0
    while (store.chats.removeStep() && steps < 10) steps++
    expect(steps).toBeLessThan(10)
    finishRemovals(store.db)
    store.close()
  },
)
