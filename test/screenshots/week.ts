import Database from 'better-sqlite3'

const MINUTE = 60_000
const DAY = 86_400_000
const BOTS = ['translation', 'joke', 'health_coach'] as const

/** Every ending that a job can have, as the activity page and a message's trace show them. */
const ENDINGS: { state: string; reason?: string; delivery?: string; code?: string; text: string }[] = [
  { state: 'failed', reason: 'model-timeout', text: 'Could you summarise the last forty messages for me?' },
  { state: 'failed', reason: 'model-key', text: 'Alguém lembra o nome daquele restaurante?' },
  { state: 'failed', reason: 'bot-failed', text: 'The train is late again. Start without me!' },
  { state: 'skipped', reason: 'own-message', text: 'A note to myself' },
  { state: 'skipped', reason: 'bot-prefix', text: '[ai] Good morning!' },
  { state: 'skipped', reason: 'kind-not-handled', text: 'A photo of the beach' },
  { state: 'skipped', reason: 'too-old', text: 'I wrote this while you were away.' },
  { state: 'done', reason: 'no-response', text: '👍' },
  { state: 'cancelled', reason: 'bot-off', text: 'Está chovendo muito aqui ☔' },
  { state: 'done', delivery: 'refused', code: '463', text: 'Vamos à praia amanhã?' },
  { state: 'done', delivery: 'expired', code: 'no-ack', text: 'My flight lands at ten past nine.' },
  { state: 'waiting', reason: 'model-unreachable', text: 'Que saudade! Precisamos nos ver logo.' },
]

/**
 * A week of work in the database of a stopped program, ending at `now`: what no emulator can make in a minute. Oldest first, as it would have come:
 * pages that show the newest first go by the order of the rows.
 */
export function writeWeek(path: string, now: number): void {
  const db = new Database(path)
  try {
    db.transaction(() => fill(db, now))()
  } finally {
    db.close()
  }
}

function fill(db: Database.Database, now: number): void {
  const chats = db
    .prepare<[], { id: number }>(
      "SELECT id FROM chats WHERE chat_jid LIKE '%@s.whatsapp.net' ORDER BY last_message_time DESC LIMIT 4",
    )
    .all()
  const account = db.prepare<[], number>('SELECT id FROM accounts ORDER BY id LIMIT 1').pluck().get() ?? 1
  const addMessage = db.prepare(
    `INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text)
     VALUES (?, ?, ?, '', 0, ?, ?, 'live', ?, ?)`,
  )
  const addJob = db.prepare(
    `INSERT INTO jobs (message, chat_id, bot_name, state, reason, attempts, due_at, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addOutbox = db.prepare(
    `INSERT INTO outbox (job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, body, quotes, state, code, attempts,
     due_at, created_at, sent_at, acked_at, expires_at) VALUES (?, ?, ?, ?, 1, 1, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)`,
  )
  let number = 0
  const job = (chat: number, bot: string, at: number, took: number, ending: (typeof ENDINGS)[number]) => {
    number += 1
    const id = `DEMO${String(number).padStart(14, '0')}`
    const kind = ending.reason === 'kind-not-handled' ? 'image' : 'text'
    const message = Number(addMessage.run(account, chat, id, at, at + 300, kind, ending.text).lastInsertRowid)
    const { state, reason = null, delivery } = ending
    const waits = state === 'waiting' ? now + DAY : at
    const attempts = state === 'failed' || state === 'waiting' ? 3 : 1
    const row = addJob.run(message, chat, bot, state, reason, attempts, waits, at + 400, at + took).lastInsertRowid
    if (delivery === undefined) return
    const sent = delivery === 'expired' ? null : at + took + 900
    const acked = delivery === 'acked' ? at + took + 1100 : null
    addOutbox.run(
      row,
      account,
      chat,
      bot,
      `3EB0${id}`,
      '…',
      message,
      delivery,
      ending.code ?? null,
      at,
      at + took,
      sent,
      acked,
      at + DAY,
    )
  }
  for (let day = 6; day >= 0; day--) {
    const answers = [14, 22, 9, 31, 17, 26, 12][day] ?? 10
    for (let index = answers - 1; index >= 0; index--) {
      const chat = chats[(index + day) % chats.length]
      const bot = BOTS[index % 7 === 0 ? 2 : index % 3 === 0 ? 1 : 0]
      const at = now - day * DAY - 90 * MINUTE - index * (day === 0 ? 6 : 25) * MINUTE
      const took = 800 + ((index * 2711 + day * 977) % 5200)
      if (chat && bot) job(chat.id, bot, at, took, { state: 'done', delivery: 'acked', text: 'Vamos à praia amanhã?' })
    }
  }
  for (const [index, ending] of [...ENDINGS.entries()].reverse()) {
    const chat = chats[index % chats.length]
    if (chat) job(chat.id, 'translation', now - (2 + index * 3) * MINUTE, 1500 + index * 700, ending)
  }
  const assign = db.prepare(
    `INSERT OR REPLACE INTO bot_chat_assignments (bot_name, chat_id, enabled, source_account_id, stopped_reason, was_enabled, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const [first, second, third] = chats
  if (first)
    assign.run('health_coach', first.id, 0, account, JSON.stringify({ code: 'second-bot', at: now - DAY }), 0, now)
  if (second) assign.run('weather_oracle', second.id, 1, account, null, 0, now)
  if (third) assign.run('joke', third.id, 0, account, null, 1, now)
  // Figures of the chats follow what was added.
  db.exec(`UPDATE chats SET message_count = (SELECT count(*) FROM messages WHERE chat_id = chats.id),
    last_message_time = (SELECT max(sent_at) FROM messages WHERE chat_id = chats.id)`)
}
