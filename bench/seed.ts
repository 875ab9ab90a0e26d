// A messages.db as a year of ordinary use leaves it: a few busy groups, many quiet chats, texts in words that repeat as
// people's words do, answers to one message in ten. The same numbers give the same file.
import Database from 'better-sqlite3'
import { openStore } from '../main/store/index.ts'
import { fold } from '../main/store/jid.ts'
import { hex, phone, prose, randomFrom } from './prose.ts'

const DAY = 86_400_000
/** 2025-06-01T00:00:00Z: seeded files do not depend on the day of the run. */
const START = 1_748_736_000_000

export interface SeedSize {
  chats: number
  messages: number
  /** About how many of the messages one group has (id 5), beside what chance gives the others. */
  largest?: number
  /** When the last message was sent (ms since 1970): what is shown as today's depends on it. */
  end?: number
}

/** Writes a new database with journal_mode=WAL; fails where one exists. About 100,000 messages a second. */
export function seedDatabase(path: string, size: SeedSize): void {
  openStore({ path }).close()
  const db = new Database(path)
  try {
    db.pragma('synchronous = OFF')
    const triggers = db
      .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
      .all()
    for (const { name } of triggers) db.exec(`DROP TRIGGER "${name}"`)
    db.transaction(() => fill(db, size))()
    db.exec("INSERT INTO messages_fts (messages_fts) VALUES ('rebuild')")
    for (const { sql } of triggers) db.exec(sql)
    db.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    db.close()
  }
}

function fill(db: Database.Database, { chats, messages, largest = 0, end }: SeedSize): void {
  const random = randomFrom(chats * 31 + messages)
  const { title, sentence } = prose(random)
  db.prepare("INSERT INTO accounts (id, jid, lid, label) VALUES (1, ?, ?, 'Demo')").run(phone(0), '900000000000@lid')
  const addChat = db.prepare(
    `INSERT INTO chats (id, chat_jid, chat_name, last_synced, last_message_time, message_count, added_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addAlias = db.prepare('INSERT INTO chat_aliases (account_id, jid, chat_id) VALUES (1, ?, ?)')
  const addTerms = db.prepare('INSERT INTO chat_search (chat_id, terms) VALUES (?, ?)')
  for (let id = 1; id <= chats; id++) {
    const jid = id % 5 === 0 ? `1203630${String(id).padStart(11, '0')}@g.us` : phone(id)
    const name = title()
    const lid = id % 5 === 0 ? undefined : `${900_000_000_000 + id}@lid`
    addChat.run(id, jid, name, START, START, 0, START, START)
    addAlias.run(jid, id)
    if (lid !== undefined) addAlias.run(lid, id)
    addTerms.run(id, fold([name, jid, lid].filter((part) => part !== undefined).join('\n')))
    if (id % 4 === 0) assign(db, id)
  }
  const addMessage = db.prepare(
    `INSERT INTO messages (id, account_id, chat_id, message_id, sender_jid, sender_name, from_me, sent_at, received_at,
     origin, kind, text, media, raw) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addJob = db.prepare(
    `INSERT INTO jobs (id, message, chat_id, bot_name, state, reason, attempts, due_at, created_at, updated_at)
     VALUES (?, ?, ?, 'translation', ?, ?, 1, ?, ?, ?)`,
  )
  const addProcessed = db.prepare(
    `INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, original_text, response_text, metadata,
     processed_at) VALUES (1, ?, ?, 'translation', ?, ?, ?, ?)`,
  )
  const addOutbox = db.prepare(
    `INSERT INTO outbox (job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, body, quotes, state, attempts,
     due_at, created_at, sent_at, acked_at, expires_at) VALUES (?, 1, ?, 'translation', 1, 1, ?, ?, ?, 'acked', 1, ?, ?, ?, ?, ?)`,
  )
  const step = Math.max(1, Math.floor((300 * DAY) / Math.max(1, messages)))
  const start = end === undefined ? START : end - messages * step
  const every = largest > 0 ? Math.max(1, Math.floor(messages / largest)) : 0
  for (let id = 1; id <= messages; id++) {
    const drawn = 1 + Math.floor(chats * random() ** 3)
    const chat = every > 0 && id % every === 0 ? 5 : drawn
    const at = start + id * step
    const group = chat % 5 === 0
    const person = chat * 100 + Math.floor(random() * 12)
    const fromMe = random() < 0.25
    const kind = random() < 0.9 ? 'text' : random() < 0.6 ? 'image' : 'audio'
    const text = kind === 'audio' ? null : sentence()
    const messageId = hex(random, 32)
    const sender = fromMe ? 'me' : group ? phone(person) : ''
    const name = group && !fromMe ? title() : null
    const live = random() < 0.4
    const media =
      kind === 'text' ? null : JSON.stringify({ mimetype: `${kind}/jpeg`, bytes: Math.floor(random() * 4e5) })
    const raw = live ? Buffer.from(`\x0a\x3e\x0a${phone(chat)}\x10\x00\x1a\x20${messageId}\x12\x2f${text ?? ''}`) : null
    const origin = live ? (fromMe ? 'own' : 'live') : 'history'
    addMessage.run(id, chat, messageId, sender, name, fromMe ? 1 : 0, at, at + 900, origin, kind, text, media, raw)
    if (!live || fromMe || text === null) continue
    const answered = random() < 0.4
    addJob.run(id, id, chat, answered ? 'done' : 'skipped', answered ? null : 'prefix', at, at, at)
    if (!answered) continue
    const answer = sentence()
    addProcessed.run(chat, messageId, text, answer, '{"model":"gpt-4o-mini"}', new Date(at).toISOString())
    addOutbox.run(id, chat, `3EB0${hex(random, 18)}`, `[ai] ${answer}`, id, at, at, at + 1200, at + 1500, at + DAY)
  }
  db.exec(`UPDATE chats SET message_count = (SELECT count(*) FROM messages WHERE chat_id = chats.id),
    last_message_time = coalesce((SELECT max(sent_at) FROM messages WHERE chat_id = chats.id), last_message_time)`)
}

function assign(db: Database.Database, chat: number): void {
  db.prepare(
    "INSERT INTO bot_chat_assignments (bot_name, chat_id, source_account_id, updated_at) VALUES ('translation', ?, 1, ?)",
  ).run(chat, START)
}
