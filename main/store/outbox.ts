import type { StoreContext } from './context.ts'
import { readBytes, readCount, readId, readInstant, readText } from './read-column.ts'

export type ChunkState = 'pending' | 'sent' | 'acked' | 'refused' | 'expired' | 'cancelled'

export interface NewChunk {
  job: number
  accountId: number
  /** Where the answer goes. */
  chatId: number
  bot: string
  chunk: number
  chunks: number
  waMessageId: string
  body: string
  /** messages.id */
  quotes: number | null
  expiresAt: number
  now: number
}

/** A chunk that is not at its end. */
export interface OpenChunk {
  id: number
  job: number | null
  chatId: number
  chunk: number
  state: 'pending' | 'sent'
  attempts: number
  dueAt: number
  sentAt: number | null
  expiresAt: number
  /** Groups the chunks of one attempt: they share job and moment of commit. */
  createdAt: number
}

/** What sending needs beside the row itself. */
export interface ChunkDetails {
  id: number
  state: ChunkState
  waMessageId: string
  chatJid: string
  body: string | null
  bot: string
  quoted: Uint8Array | null
  job: number | null
  chatId: number
  /** The chat, message and assignment that led to it; null once they are gone. */
  origin: { chatId: number; chatJid: string; messageId: string; sentAt: number; enabled: boolean } | null
}

const OPEN = `SELECT id, job, chat_id AS chatId, chunk, state, attempts, due_at AS dueAt, sent_at AS sentAt,
  expires_at AS expiresAt, created_at AS createdAt FROM outbox INDEXED BY idx_outbox_open WHERE state IN ('pending', 'sent')`

/** Answers on their way out, chunk by chunk. A chunk's id is fixed before it is sent for the first time and never changes. */
export function createOutbox({ db, transaction }: StoreContext) {
  const insert = db.prepare(
    `INSERT INTO outbox (job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, body, quotes, state, due_at, created_at, expires_at)
     VALUES (@job, @accountId, @chatId, @bot, @chunk, @chunks, @waMessageId, @body, @quotes, 'pending', @now, @now, @expiresAt)`,
  )
  const openOf = db.prepare<[number], OpenChunk>(`${OPEN} AND chat_id = ? ORDER BY id LIMIT 100`)
  const openChats = db.prepare<[], number>(
    `SELECT chat_id FROM outbox INDEXED BY idx_outbox_open WHERE state IN ('pending', 'sent') GROUP BY chat_id ORDER BY min(id)`,
  )
  openChats.pluck()
  const details = db.prepare<[number], DetailsRow>(
    `SELECT o.id, o.state, o.wa_message_id, c.chat_jid, o.body, o.bot_name, m.raw, o.job, o.chat_id, j.chat_id AS from_chat,
       f.chat_jid AS from_jid, q.message_id, q.sent_at, b.enabled
     FROM outbox o JOIN chats c ON c.id = o.chat_id LEFT JOIN messages m ON m.id = o.quotes
     LEFT JOIN jobs j ON j.id = o.job LEFT JOIN messages q ON q.id = j.message LEFT JOIN chats f ON f.id = j.chat_id
     LEFT JOIN bot_chat_assignments b ON b.bot_name = o.bot_name AND b.chat_id = j.chat_id
     WHERE o.id = ?`,
  )
  const sending = db.prepare(
    `UPDATE outbox SET state = 'sent', attempts = attempts + 1, sent_at = @now, due_at = @dueAt
     WHERE id = @id AND state IN ('pending', 'sent')`,
  )
  const unsent = db.prepare(`UPDATE outbox SET state = 'pending', due_at = @dueAt WHERE id = @id AND state = 'sent'`)
  const untried = db.prepare(
    `UPDATE outbox SET state = 'pending', attempts = max(attempts - 1, 0), due_at = @dueAt WHERE id = @id AND state = 'sent'`,
  )
  const acked = db.prepare<{ waMessageId: string; now: number }, { id: number; chatId: number }>(
    `UPDATE outbox SET state = 'acked', code = NULL, acked_at = @now WHERE wa_message_id = @waMessageId
     AND state NOT IN ('acked', 'refused') RETURNING id, chat_id AS chatId`,
  )
  const byWaId = db.prepare<
    [string],
    { id: number; job: number | null; chatId: number; state: ChunkState; attempts: number; createdAt: number }
  >('SELECT id, job, chat_id AS chatId, state, attempts, created_at AS createdAt FROM outbox WHERE wa_message_id = ?')
  const end = db.prepare(
    `UPDATE outbox SET state = @state, code = @code WHERE id = @id AND state IN ('pending', 'sent')`,
  )
  const endRest = db.prepare(
    `UPDATE outbox SET state = 'cancelled', code = 'answer-ended' WHERE job = @job AND created_at = @createdAt AND state = 'pending'`,
  )
  const cancelBot = db.prepare(
    `UPDATE outbox SET state = 'cancelled', code = @code WHERE state = 'pending' AND bot_name = @bot
     AND job IN (SELECT id FROM jobs WHERE chat_id = @chatId AND bot_name = @bot)`,
  )
  const cancelJob = db.prepare(
    `UPDATE outbox SET state = 'cancelled', code = @code WHERE job = @job AND state IN ('pending', 'sent')`,
  )
  const attempts = db.prepare<[number], number>('SELECT count(*) FROM outbox WHERE job = ? AND chunk = 1')
  attempts.pluck()
  const recent = db.prepare<[number], { sentAt: number; chatId: number }>(
    `SELECT sent_at AS sentAt, chat_id AS chatId FROM (SELECT sent_at, chat_id FROM outbox ORDER BY id DESC LIMIT 200)
     WHERE sent_at >= ? ORDER BY sent_at`,
  )
  const someoneElse = db.prepare<
    { chatId: number; sentAt: number; messageId: string; prefix: string },
    { origin: string }
  >(
    `SELECT origin FROM messages m WHERE chat_id = @chatId AND sent_at >= @sentAt AND from_me = 1 AND quoted_id = @messageId
     AND substr(text, 1, length(@prefix)) = @prefix COLLATE NOCASE
     AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.wa_message_id = m.message_id) LIMIT 1`,
  )
  const openOfJob = db.prepare<[number], number>(
    `SELECT count(*) FROM outbox WHERE job = ? AND state IN ('pending', 'sent')`,
  )
  openOfJob.pluck()
  const pendingOfJob = db
    .prepare<[number], number>("SELECT 1 FROM outbox WHERE job = ? AND state = 'pending' LIMIT 1")
    .pluck()

  return {
    insert(chunk: NewChunk): void {
      insert.run(chunk)
    },
    /** What is open in a chat, in the order in which it must arrive. */
    openOf: (chatId: number): OpenChunk[] => openOf.all(chatId).map(toOpen),
    openChats: (): number[] => openChats.all(),
    details(id: number): ChunkDetails | undefined {
      const row = details.get(id)
      return row && toDetails(row)
    },
    /** Before the bytes are written: a crash in between must lead to a resend of the same id, not to silence. */
    sending: (id: number, now: number, ackDueAt: number): boolean =>
      sending.run({ id, now, dueAt: ackDueAt }).changes === 1,
    /** Nothing was written. `counts`: false where the connection was at fault and not the chunk. */
    unsent: (id: number, dueAt: number, counts: boolean): void => {
      ;(counts ? unsent : untried).run({ id, dueAt })
    },
    /** Undefined where the id is none of ours, or was acknowledged before. */
    acked: (waMessageId: string, now: number) => acked.get({ waMessageId, now }),
    byWaId: (waMessageId: string) => byWaId.get(waMessageId),
    /** Ends one chunk, and with it what is still pending of the same answer. */
    end(
      chunk: Pick<OpenChunk, 'id' | 'job' | 'createdAt'>,
      state: 'refused' | 'expired' | 'cancelled',
      code: string,
    ): void {
      transaction(() => {
        end.run({ id: chunk.id, state, code })
        if (chunk.job !== null) endRest.run({ job: chunk.job, createdAt: chunk.createdAt })
      })
    },
    /** What a bot still has to say about a chat; what is on the wire stays there. */
    cancelBot: (chatId: number, bot: string, code: string): number => cancelBot.run({ chatId, bot, code }).changes,
    cancelJob: (job: number, code: string): number => cancelJob.run({ job, code }).changes,
    /** How many answers a job has led to: the number of the next attempt. */
    attempts: (job: number): number => attempts.get(job) ?? 0,
    hasOpen: (job: number): boolean => (openOfJob.get(job) ?? 0) > 0,
    /** Whether something of a job's answer was not sent yet. */
    hasPending: (job: number): boolean => pendingOfJob.get(job) === 1,
    /** When and where to something was sent since; for pacing across a restart. */
    sentSince: (time: number) =>
      recent.all(time).flatMap((row) => {
        const sentAt = readInstant(row.sentAt)
        return sentAt === null ? [] : { ...row, sentAt }
      }),
    /** An answer to the same message that did not come from here. */
    answeredElsewhere: (chatId: number, sentAt: number, messageId: string, prefix: string) =>
      someoneElse.get({ chatId, sentAt, messageId, prefix }),
  }
}
export type Outbox = ReturnType<typeof createOutbox>

interface DetailsRow {
  id: number
  state: ChunkState
  wa_message_id: string
  chat_jid: string
  body: string | null
  bot_name: string
  raw: Uint8Array | null
  job: number | null
  chat_id: number
  from_chat: number | null
  from_jid: string | null
  message_id: string | null
  sent_at: number | null
  enabled: number | null
}

/** A time that cannot be read has passed: the chunk is due, or its end has come. */
const toOpen = (row: OpenChunk): OpenChunk => ({
  ...row,
  job: readId(row.job),
  chunk: readCount(row.chunk),
  attempts: readCount(row.attempts),
  dueAt: readInstant(row.dueAt) ?? 0,
  sentAt: readInstant(row.sentAt),
  expiresAt: readInstant(row.expiresAt) ?? 0,
})

function toDetails(row: DetailsRow): ChunkDetails {
  const [chatId, chatJid, messageId] = [readId(row.from_chat), readText(row.from_jid), readText(row.message_id)]
  const sentAt = row.sent_at === null ? null : (readInstant(row.sent_at) ?? 0)
  const known = chatId !== null && chatJid !== null && messageId !== null && sentAt !== null
  return {
    id: row.id,
    state: row.state,
    waMessageId: readText(row.wa_message_id) ?? '',
    chatJid: readText(row.chat_jid) ?? '',
    body: readText(row.body),
    bot: readText(row.bot_name) ?? '',
    quoted: readBytes(row.raw),
    job: readId(row.job),
    chatId: row.chat_id,
    origin: known ? { chatId, chatJid, messageId, sentAt, enabled: row.enabled === 1 } : null,
  }
}
