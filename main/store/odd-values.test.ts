// Every storage class and every odd value in every column of a database: each list still answers, in the contract's own shape.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { Activity, Stats, TraceStep } from '../../preload/contract/activity.ts'
import { Chat, Message } from '../../preload/contract/chats.ts'
import { Instant } from '../../preload/contract/common.ts'
import { createActivity } from './activity.ts'
import { openStore, type Store } from './index.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'odd-values-'))
  path = join(folder, 'messages.db')
  openStore({ path }).close()
})
afterEach(() => rmSync(folder, { recursive: true }))

const ROWS = `INSERT INTO accounts (id, jid, linked_at) VALUES (1, '1@s.whatsapp.net', 1);
  INSERT INTO chats (id, chat_jid, chat_name) VALUES (1, '2@s.whatsapp.net', 'A');
  INSERT INTO chat_aliases VALUES (1, '2@s.whatsapp.net', 1);
  INSERT INTO messages (id, account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, media)
    VALUES (1, 1, 1, 'M', '', 0, 5, 5, 'live', 'text', 'hello', '{"bytes":1}');
  INSERT INTO bot_chat_assignments (id, bot_name, chat_id, stopped_reason, superseded) VALUES (1, 'joke', 1, '{"code":"x","at":1}', '[]');
  INSERT INTO jobs (id, message, chat_id, bot_name, state, due_at, created_at, updated_at) VALUES (1, 1, 1, 'joke', 'done', 1, 1, 1);
  INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, response_text) VALUES (1, 1, 'M', 'joke', 'ha');
  INSERT INTO outbox (job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, state, due_at, created_at, sent_at, acked_at, expires_at)
    VALUES (1, 1, 1, 'joke', 1, 1, 'W', 'acked', 1, 1, 1, 1, 1);`
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
  }
}

test.each(['accounts', 'chats', 'messages', 'bot_chat_assignments', 'jobs', 'processed_messages', 'outbox'])(
  'whatever stands in a column of %s, every list answers',
  { timeout: 120_000 },
  async (table) => {
    const db = new Database(path)
    db.pragma('synchronous = OFF')
    db.exec(ROWS)
    const store = openStore({ path })
    const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
    for (const column of columns.filter((name) => !KEPT.has(name))) {
      for (const value of ODD) {
        db.pragma('foreign_keys = OFF')
        try {
          db.exec(`UPDATE ${table} SET ${column} = ${value}`)
        } catch {
          continue // A constraint of ours holds it off.
        }
        const seen = Lists.safeParse(await read(store))
        expect(seen.error?.issues ?? [], `${table}.${column} = ${value.slice(0, 40)}`).toEqual([])
        db.exec(`BEGIN; DELETE FROM jobs; DELETE FROM outbox; DELETE FROM processed_messages; DELETE FROM bot_chat_assignments; DELETE FROM messages;
          DELETE FROM chat_aliases; DELETE FROM chats; DELETE FROM accounts; ${ROWS} COMMIT;`)
      }
    }
    store.close()
    db.close()
  },
)
