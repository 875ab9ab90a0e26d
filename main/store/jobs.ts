import type { StoreContext } from './context.ts'
import type { MessageKind } from './inbound.ts'
import { readCount, readId, readInstant, readText } from './read-column.ts'

export type JobState = 'waiting' | 'done' | 'skipped' | 'failed' | 'cancelled'

export interface NewJob {
  message: number
  chatId: number
  bot: string
  state: 'waiting' | 'skipped'
  reason: string | null
  /** ms, server's clock; null: never expires (it was skipped). */
  expiresAt: number | null
  now: number
}

/** The next waiting job of one chat and bot. */
export interface JobHead {
  id: number
  chatId: number
  bot: string
  dueAt: number
}

/** A waiting job with everything that its run needs, read afresh before each attempt. */
export interface JobDetails {
  id: number
  attempts: number
  expiresAt: number | null
  bot: string
  chatId: number
  chatJid: string
  chatName: string | null
  message: {
    id: number
    accountId: number
    accountJid: string | null
    messageId: string
    senderJid: string
    senderName: string | null
    fromMe: boolean
    sentAt: number
    kind: MessageKind
    text: string | null
  }
  /** Null where the assignment is gone or switched off: then nothing may be answered. */
  assignment: { context: number; responseChatId: number | null; targetAccountId: number | null } | null
}

interface DetailsRow {
  id: number
  attempts: number
  expires_at: number | null
  bot_name: string
  chat_id: number
  chat_jid: string
  chat_name: string | null
  message: number
  account_id: number
  account_jid: string | null
  message_id: string
  sender_jid: string
  sender_name: string | null
  from_me: number
  sent_at: number
  kind: MessageKind
  text: string | null
  context: number | null
  response_chat_id: number | null
  target_account_id: number | null
}

/** For a job `j`: it ended without a word to the contact, for a reason that a person may overrule. */
export const CAN_RETRY = `CASE
  WHEN j.state IN ('failed', 'cancelled') THEN NOT EXISTS (SELECT 1 FROM outbox o WHERE o.job = j.id AND o.state IN ('sent', 'acked'))
  WHEN j.state = 'skipped' THEN j.reason IN ('too-old', 'before-switch-on', 'before-restore', 'budget-chat', 'budget-day', 'bot-loop')
  WHEN j.state = 'done' THEN EXISTS (SELECT 1 FROM outbox o WHERE o.job = j.id AND o.state IN ('refused', 'expired', 'cancelled'))
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.job = j.id AND o.state IN ('pending', 'sent'))
    AND coalesce((SELECT o.state FROM outbox o WHERE o.job = j.id ORDER BY o.id DESC LIMIT 1), '') <> 'acked'
  ELSE 0 END`

/** One row for each message and enabled assignment: what became of it. */
export function createJobs({ db }: StoreContext) {
  const insert = db.prepare(
    `INSERT INTO jobs (message, chat_id, bot_name, state, reason, due_at, expires_at, created_at, updated_at)
     VALUES (@message, @chatId, @bot, @state, @reason, @now, @expiresAt, @now, @now) ON CONFLICT (message, bot_name) DO NOTHING`,
  )
  const heads = db.prepare<[], JobHead>(
    `SELECT min(id) AS id, chat_id AS chatId, bot_name AS bot, due_at AS dueAt FROM jobs INDEXED BY idx_jobs_waiting
     WHERE state = 'waiting' GROUP BY chat_id, bot_name ORDER BY id`,
  )
  const details = db.prepare<[number], DetailsRow>(
    `SELECT j.id, j.attempts, j.expires_at, j.bot_name, j.chat_id, c.chat_jid, c.chat_name, j.message, m.account_id,
       coalesce(a.jid, a.lid) AS account_jid, m.message_id, m.sender_jid, m.sender_name, m.from_me, m.sent_at, m.kind, m.text,
       b.context_message_count AS context, b.response_chat_id, b.target_account_id
     FROM jobs j JOIN messages m ON m.id = j.message JOIN chats c ON c.id = j.chat_id JOIN accounts a ON a.id = m.account_id
     LEFT JOIN bot_chat_assignments b ON b.bot_name = j.bot_name AND b.chat_id = j.chat_id AND b.enabled = 1
     WHERE j.id = ? AND j.state = 'waiting'`,
  )
  const postpone = db.prepare(
    `UPDATE jobs SET attempts = attempts + @attempts, reason = @reason, due_at = @dueAt, updated_at = @now
     WHERE id = @id AND state = 'waiting'`,
  )
  const end = db.prepare(
    `UPDATE jobs SET state = @state, reason = @reason, attempts = attempts + @attempts, updated_at = @now
     WHERE id = @id AND state = 'waiting'`,
  )
  const cancel = db.prepare(
    `UPDATE jobs SET state = 'cancelled', reason = @reason, updated_at = @now
     WHERE chat_id = @chatId AND bot_name = @bot AND state = 'waiting'`,
  )
  const reopen = db.prepare(
    `UPDATE jobs SET state = 'waiting', reason = NULL, attempts = 0, due_at = @now, expires_at = @expiresAt, updated_at = @now
     WHERE id = @id AND state <> 'waiting'`,
  )
  const wakeAll = db.prepare(`UPDATE jobs SET due_at = @now WHERE state = 'waiting' AND due_at > @now`)
  const find = db.prepare<[number, string], { id: number; state: JobState; updatedAt: number }>(
    `SELECT id, state, updated_at AS updatedAt FROM jobs WHERE message = ? AND bot_name = ?`,
  )
  const row = db.prepare<[number], { id: number; state: JobState; reason: string | null; chatId: number; bot: string }>(
    'SELECT id, state, reason, chat_id AS chatId, bot_name AS bot FROM jobs WHERE id = ?',
  )
  const lastOf = db.prepare<[number, string], { id: number; state: JobState; updatedAt: number }>(
    `SELECT id, state, updated_at AS updatedAt FROM jobs WHERE chat_id = ? AND bot_name = ? AND state IN ('waiting', 'done')
     ORDER BY id DESC LIMIT 1`,
  )

  const canRetry = db.prepare<[number], number>(`SELECT ${CAN_RETRY} FROM jobs j WHERE j.id = ?`).pluck()

  return {
    /** False where the message already has a job of this bot. */
    insert: (job: NewJob): boolean => insert.run(job).changes === 1,
    /** One per chat and bot, oldest first: the jobs of one chat and bot run strictly in order. */
    heads: (): JobHead[] =>
      heads.all().map((head) => ({ ...head, bot: readText(head.bot) ?? '', dueAt: readInstant(head.dueAt) ?? 0 })),
    /** Undefined once the job no longer waits. */
    details(id: number): JobDetails | undefined {
      const found = details.get(id)
      return found && toDetails(found)
    },
    /** `attempts`: 1 where this try counts, 0 where it only waits for a setting. */
    postpone: (change: { id: number; attempts: 0 | 1; reason: string; dueAt: number; now: number }): boolean =>
      postpone.run({ ...change, dueAt: Math.round(change.dueAt) }).changes === 1,
    /** Ends a waiting job without an answer. False where it had ended already. */
    end: (change: {
      id: number
      state: Exclude<JobState, 'waiting'>
      reason: string | null
      attempts: 0 | 1
      now: number
    }) => end.run(change).changes === 1,
    cancel: (chatId: number, bot: string, reason: string, now: number): number =>
      cancel.run({ chatId, bot, reason, now }).changes,
    /** A retry by hand. */
    reopen: (id: number, expiresAt: number, now: number): boolean => reopen.run({ id, expiresAt, now }).changes === 1,
    /** Makes every waiting job due: a setting changed, or the clock jumped. */
    wakeAll: (now: number): number => wakeAll.run({ now }).changes,
    find: (message: number, bot: string) => find.get(message, bot),
    get: (id: number) => row.get(id),
    /** Whether an answer to it may be tried again by hand: nothing reached the contact, and nothing still may. */
    canRetry: (id: number): boolean => canRetry.get(id) === 1,
    /** The newest job of a chat and bot that waits or was answered. */
    newest: (chatId: number, bot: string) => lastOf.get(chatId, bot),
  }
}
export type Jobs = ReturnType<typeof createJobs>

/** More than any setting asks for: a file from elsewhere may say a billion, and each message of the chat would be read. */
const MOST_CONTEXT = 200

function toDetails(row: DetailsRow): JobDetails {
  return {
    id: row.id,
    attempts: readCount(row.attempts),
    // Null: it never expires.
    expiresAt: row.expires_at === null ? null : (readInstant(row.expires_at) ?? 0),
    bot: readText(row.bot_name) ?? '',
    chatId: row.chat_id,
    chatJid: readText(row.chat_jid) ?? '',
    chatName: readText(row.chat_name),
    message: {
      id: row.message,
      accountId: row.account_id,
      accountJid: readText(row.account_jid),
      messageId: readText(row.message_id) ?? '',
      senderJid: readText(row.sender_jid) ?? '',
      senderName: readText(row.sender_name),
      fromMe: row.from_me === 1,
      sentAt: readInstant(row.sent_at) ?? 0,
      kind: row.kind,
      text: readText(row.text),
    },
    assignment: assignmentOf(row),
  }
}

/** Where it cannot be read to which chat an answer goes, or from which account, nothing is answered: it must not reach another person. */
function assignmentOf(row: DetailsRow): JobDetails['assignment'] {
  const [responseChatId, targetAccountId] = [readId(row.response_chat_id), readId(row.target_account_id)]
  if (row.context === null || responseChatId !== row.response_chat_id || targetAccountId !== row.target_account_id)
    return null
  return { context: Math.min(readCount(row.context), MOST_CONTEXT), responseChatId, targetAccountId }
}
