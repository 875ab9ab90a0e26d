import * as z from 'zod'
import { Instant, Jid, Limit, procedure } from './common.ts'

/**
 * What became of a message. `done`: answered, or the answer is on its way; `undelivered`: there is an answer, and a part of its last attempt was
 * refused, expired or cancelled; `silent`: the bot had nothing to say.
 */
export const Outcome = z.enum(['waiting', 'done', 'undelivered', 'silent', 'skipped', 'failed', 'cancelled'])
export type Outcome = z.infer<typeof Outcome>
export const Activity = z.object({
  /** The job's id. */
  id: z.number().int(),
  bot: z.string(),
  chat_jid: z.string(),
  chat_name: z.string().nullable(),
  message: z.number().int(),
  /** The message's kind: what to call one without a text. */
  kind: z.string(),
  text: z.string().nullable(),
  state: Outcome,
  /** A code with its sentence: why skipped, failed, cancelled. */
  reason: z.object({ code: z.string(), message: z.string() }).nullable(),
  attempts: z.number().int(),
  received_at: Instant,
  updated_at: Instant,
  answer: z.string().nullable(),
  /** Worst state of its chunks; null before there are any. */
  delivery: z.enum(['pending', 'sent', 'acked', 'refused', 'expired', 'cancelled']).nullable(),
  can_retry: z.boolean(),
})
export type Activity = z.infer<typeof Activity>

/** One step on a message's way, in order. */
export const TraceStep = z.object({
  step: z.enum(['sent', 'received', 'decided', 'answered', 'queued', 'sent-out', 'acknowledged', 'ended']),
  at: Instant,
  detail: z.string().nullable(),
  /** The reason's code where `detail` is its sentence. */
  code: z.string().optional(),
})

export const Stats = z.object({
  days: z.array(
    z.object({
      day: z.string(),
      bots: z.record(z.string(), z.number().int()),
      received: z.number().int(),
      failed: z.number().int(),
    }),
  ),
  today: z.object({
    received: z.number().int(),
    answered: z.number().int(),
    skipped: z.number().int(),
    failed: z.number().int(),
    latencies: z.array(z.object({ at: Instant, milliseconds: z.number() })),
  }),
  totals: z.object({
    chats: z.number().int(),
    active_chats: z.number().int(),
    messages: z.number().int(),
    bots_on: z.number().int(),
    chats_with_bots: z.number().int(),
  }),
  inbound: z.array(z.object({ kind: z.string(), total: z.number().int(), last_at: Instant.nullable() })),
})
export type Stats = z.infer<typeof Stats>

/** An answer of the Python service whose file was imported. */
export const EarlierAnswer = z.object({
  id: z.number().int(),
  message_id: z.string(),
  bot: z.string(),
  question: z.string().nullable(),
  answer: z.string(),
  /** As the file had it, `YYYY-MM-DD HH:MM:SS` in UTC; null where it had none that can be read. */
  answered_at: z.string().nullable(),
  /** Where the question was asked; null where the file does not tell it. */
  chat_jid: z.string().nullable(),
  chat_name: z.string().nullable(),
  /** Where the answer was forwarded to; null where it was given in the chat of the question. */
  forwarded_jid: z.string().nullable(),
  forwarded_name: z.string().nullable(),
})
export type EarlierAnswer = z.infer<typeof EarlierAnswer>

export const activity = {
  earlier: procedure
    .route({
      method: 'GET',
      path: '/activity/earlier',
      tags: ['activity'],
      summary: 'What an imported Python service had answered, the last one first',
    })
    .input(
      z
        .object({
          query: z.string().max(200).optional(),
          jid: Jid.optional(),
          before: z.coerce.number().int().optional(),
          limit: Limit(200, 50),
        })
        .partial()
        .optional(),
    )
    .output(z.array(EarlierAnswer)),
  list: procedure
    .route({ method: 'GET', path: '/activity', tags: ['activity'], summary: 'Newest first' })
    .input(
      z
        .object({
          bot: z.string().max(64).optional(),
          jid: Jid.optional(),
          state: Outcome.optional(),
          before: z.coerce.number().int().optional(),
          limit: Limit(500, 100),
        })
        .partial()
        .optional(),
    )
    .output(z.array(Activity)),
  trace: procedure
    .route({ method: 'GET', path: '/activity/{id}', tags: ['activity'] })
    .input(z.object({ id: z.coerce.number().int() }))
    .output(z.object({ activity: Activity, steps: z.array(TraceStep) })),
  retry: procedure
    .route({
      method: 'POST',
      path: '/activity/{id}/retry',
      tags: ['activity'],
      summary: 'Answer again, as a new attempt',
    })
    .input(z.object({ id: z.coerce.number().int() }))
    .output(Activity),
  stats: procedure
    .route({ method: 'GET', path: '/stats', tags: ['activity'] })
    .input(
      z
        .object({
          days: z.coerce.number().int().min(1).max(90).default(7),
          /** skip leaves `inbound` empty: with a long history it takes a moment to count. */
          inbound: z.enum(['count', 'skip']).default('count'),
        })
        .partial()
        .optional(),
    )
    .output(Stats),
}
