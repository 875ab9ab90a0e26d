import type * as z from 'zod'
import type { Activity, Outcome, TraceStep } from '../../preload/contract/activity.ts'
import type { StoreContext } from './context.ts'
import { StoreError } from './errors.ts'
import { CAN_RETRY, type JobState } from './jobs.ts'
import type { ChunkState } from './outbox.ts'
import { readCount, readInstant, readInteger, readText } from './read-column.ts'
import { explain } from './reasons.ts'
import { createStatistics } from './statistics.ts'

interface ActivityRow {
  id: number
  bot_name: string
  chat_jid: string
  chat_name: string | null
  message: number
  kind: string
  text: string | null
  state: JobState
  outcome: Outcome
  reason: string | null
  attempts: number
  sent_at: number
  received_at: number
  created_at: number
  updated_at: number
  response_text: string | null
  can_retry: number
}
interface ChunkRow {
  chunk: number
  chunks: number
  state: ChunkState
  code: string | null
  attempts: number
  created_at: number
  sent_at: number | null
  acked_at: number | null
}
export interface ActivityQuery {
  bot?: string | undefined
  /** Any form of the chat's address. */
  jid?: string | undefined
  state?: Outcome | undefined
  /** Only entries older than this one. */
  before?: number | undefined
  limit: number
}

/** From the worst to the best that can happen to a chunk. */
const WORST_FIRST: readonly ChunkState[] = ['refused', 'expired', 'cancelled', 'pending', 'sent', 'acked']

/** A job `j` has an answer of which a part of the last attempt ended without reaching the contact. The one definition: rows and filters read it. */
const UNDELIVERED = `EXISTS (SELECT 1 FROM outbox o WHERE o.job = j.id AND o.state IN ('refused', 'expired', 'cancelled')
    AND o.created_at = (SELECT l.created_at FROM outbox l WHERE l.job = j.id ORDER BY l.id DESC LIMIT 1))`

/** The outcomes that are more than a job's state. Literals and not parameters: only so the partial indexes of few rows are used. */
const OUTCOME = {
  undelivered: `j.state = 'done' AND j.reason IS NOT 'no-response' AND ${UNDELIVERED}
    AND j.id IN (SELECT job FROM outbox WHERE state IN ('refused', 'expired', 'cancelled'))`,
  silent: `j.state = 'done' AND j.reason = 'no-response'`,
  done: `j.state = 'done' AND j.reason IS NOT 'no-response' AND NOT ${UNDELIVERED}`,
}
const isOwn = (state: Outcome): state is keyof typeof OUTCOME => Object.hasOwn(OUTCOME, state)

const COLUMNS = `j.id, j.bot_name, c.chat_jid, c.chat_name, j.message, m.kind, m.text, j.state, j.reason, j.attempts,
    m.sent_at, m.received_at, j.created_at, j.updated_at, ${CAN_RETRY} AS can_retry,
    CASE WHEN j.state <> 'done' THEN j.state WHEN j.reason = 'no-response' THEN 'silent' WHEN ${UNDELIVERED} THEN 'undelivered'
      ELSE 'done' END AS outcome,
    (SELECT p.response_text FROM processed_messages p WHERE p.message_id = m.message_id AND p.bot_name = j.bot_name
      AND p.chat_id = j.chat_id ORDER BY p.id DESC LIMIT 1) AS response_text`
const select = (jobs: string) =>
  `SELECT ${COLUMNS} FROM ${jobs} JOIN messages m ON m.id = j.message JOIN chats c ON c.id = j.chat_id`

/** What became of each message: the list that the page shows, and the way of one. */
export function createActivity(context: StoreContext) {
  const { db } = context
  const prepared = new Map<string, ReturnType<typeof prepareList>>()
  const prepareList = (jobs: string, where: string) =>
    db.prepare<Record<string, unknown>, ActivityRow>(`${select(jobs)} ${where} ORDER BY j.id DESC LIMIT @limit`)
  const one = db.prepare<[number], ActivityRow>(`${select('jobs j')} WHERE j.id = ?`)
  const chunks = db.prepare<[number], ChunkRow>(
    `SELECT chunk, chunks, state, code, attempts, created_at, sent_at, acked_at FROM outbox WHERE job = ? ORDER BY id`,
  )
  const chatOf = db
    .prepare<{ jid: string }, number>(
      `SELECT id FROM chats WHERE chat_jid = @jid UNION ALL SELECT chat_id FROM chat_aliases WHERE jid = @jid LIMIT 1`,
    )
    .pluck()

  function view(row: ActivityRow): Activity {
    const last = lastAttempt(chunks.all(row.id))
    const worst = WORST_FIRST.flatMap((state) => last.find((chunk) => chunk.state === state) ?? [])[0]
    const code = readText(row.reason ?? (worst && worst.state !== 'acked' ? worst.code : null))
    return {
      id: readInteger(row.id),
      bot: readText(row.bot_name) ?? '',
      chat_jid: readText(row.chat_jid) ?? '',
      chat_name: readText(row.chat_name),
      message: readInteger(row.message),
      kind: readText(row.kind) ?? '',
      text: readText(row.text),
      state: row.outcome,
      reason: code === null ? null : explain(code),
      attempts: readCount(row.attempts),
      received_at: readInstant(row.received_at) ?? 0,
      updated_at: readInstant(row.updated_at) ?? 0,
      answer: row.state === 'done' ? readText(row.response_text) : null,
      delivery: worst?.state ?? null,
      can_retry: row.can_retry === 1,
    }
  }

  const statistics = createStatistics(context)
  return {
    /** Newest first. */
    list(query: ActivityQuery): Activity[] {
      const chatId = query.jid === undefined ? undefined : chatOf.get({ jid: query.jid })
      if (query.jid !== undefined && chatId === undefined) return []
      const conditions = [
        chatId === undefined ? '' : 'j.chat_id = @chatId',
        query.bot === undefined ? '' : 'j.bot_name = @bot',
        query.state === undefined ? '' : isOwn(query.state) ? OUTCOME[query.state] : 'j.state = @state',
        query.before === undefined ? '' : 'j.id < @before',
      ].filter((condition) => condition !== '')
      const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
      // SQLite would walk every answered job to find the few silent ones.
      const jobs = query.state === 'silent' ? 'jobs j INDEXED BY idx_jobs_silent' : 'jobs j'
      const statement = prepared.get(where) ?? prepareList(jobs, where)
      prepared.set(where, statement)
      const { bot, state, before, limit } = query
      return statement.all({ chatId, bot, state, before, limit }).map(view)
    },
    find(id: number): Activity | undefined {
      const row = one.get(id)
      return row && view(row)
    },

    /** @throws StoreError `not-found` */
    trace(id: number): { activity: Activity; steps: z.infer<typeof TraceStep>[] } {
      const row = one.get(id)
      if (!row) throw new StoreError('not-found', db.name, 'This entry is not there any more. Reload the list.')
      return { activity: view(row), steps: stepsOf(row, chunks.all(id)) }
    },
    ...statistics,
  }
}

function lastAttempt(rows: readonly ChunkRow[]): ChunkRow[] {
  const last = rows.at(-1)
  return last ? rows.filter((row) => row.created_at === last.created_at) : []
}

function stepsOf(row: ActivityRow, chunks: readonly ChunkRow[]): z.infer<typeof TraceStep>[] {
  const steps: z.infer<typeof TraceStep>[] = [
    { step: 'sent', at: readInstant(row.sent_at) ?? 0, detail: null },
    { step: 'received', at: readInstant(row.received_at) ?? 0, detail: null },
    { step: 'decided', at: readInstant(row.created_at) ?? 0, ...why(row.state === 'skipped' ? row.reason : null) },
  ]
  type Step = z.infer<typeof TraceStep>
  const add = (step: Step['step'], at: number | null, detail: string | Pick<Step, 'detail' | 'code'> | null = null) => {
    if (at !== null)
      steps.push({
        step,
        at: readInstant(at) ?? 0,
        ...(typeof detail === 'object' ? (detail ?? why(null)) : { detail }),
      })
  }
  if (row.state === 'done') add('answered', row.updated_at, why(row.reason))
  for (const chunk of chunks) {
    const part = chunk.chunks > 1 ? `${chunk.chunk}/${chunk.chunks}` : null
    add('queued', chunk.created_at, part)
    add('sent-out', chunk.sent_at, chunk.attempts > 1 ? `${part ? `${part}, ` : ''}${chunk.attempts}×` : part)
    add('acknowledged', chunk.acked_at, part)
    if (chunk.state === 'refused' || chunk.state === 'expired' || chunk.state === 'cancelled') {
      add('ended', chunk.sent_at ?? chunk.created_at, chunk.code === null ? chunk.state : why(chunk.code))
    }
  }
  if (row.state === 'failed' || row.state === 'cancelled') {
    add('ended', row.updated_at, row.reason === null ? row.state : why(row.reason))
  }
  return steps
}

function why(value: string | null): { detail: string | null; code?: string } {
  const code = readText(value)
  return code === null ? { detail: null } : { detail: explain(code).message, code }
}
