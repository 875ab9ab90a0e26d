import type { StoreContext } from './context.ts'
import type { JobDetails, Jobs } from './jobs.ts'
import type { NewChunk, Outbox } from './outbox.ts'
import type { Processed } from './processed.ts'
import type { ReasonCode } from './reasons.ts'

export interface Answer {
  job: JobDetails
  /** Null: the bot had nothing to say. */
  text: string | null
  /** The chunks' texts in order, as the contact will read them. Empty where there is nothing to say. */
  chunks: (attempt: number) => { body: string; waMessageId: string }[]
  chatId: number
  quote: boolean
  expiresAt: number
  metadata: Record<string, unknown>
  now: number
}

export type Committed = 'committed' | 'ended' | 'switched-off' | 'already-answered'

/**
 * The moment an answer exists: the job's end, the record of what was answered, and the chunks to send, in one transaction. Before it
 * nothing was said and the job runs again after a crash; after it nothing runs again and the outbox alone decides.
 */
export function createAnswers(
  { transaction }: StoreContext,
  { jobs, processed, outbox }: { jobs: Jobs; processed: Processed; outbox: Outbox },
) {
  const commit = (answer: Answer): Committed => {
    const { job, now } = answer
    const { message } = job
    // The world may have changed while the model thought: switched off, deleted, answered by a merge.
    const current = jobs.details(job.id)
    if (!current) return 'ended'
    if (!current.assignment) {
      jobs.end({ id: job.id, state: 'cancelled', reason: 'bot-off', attempts: 0, now })
      return 'switched-off'
    }
    const attempt = outbox.attempts(job.id)
    if (attempt === 0 && processed.has(message.messageId, job.bot, current.chatId, message.accountId)) {
      jobs.end({ id: job.id, state: 'skipped', reason: 'already-answered', attempts: 0, now })
      return 'already-answered'
    }
    const reason = answer.text === null ? 'no-response' : null
    jobs.end({ id: job.id, state: 'done', reason, attempts: 1, now })
    processed.put({
      accountId: message.accountId,
      chatId: current.chatId,
      messageId: message.messageId,
      bot: job.bot,
      originalText: message.text,
      responseText: answer.text,
      metadata: answer.metadata,
    })
    const chunks = answer.chunks(attempt)
    for (const [index, { body, waMessageId }] of chunks.entries()) {
      const chunk: NewChunk = {
        job: job.id,
        accountId: current.assignment.targetAccountId ?? message.accountId,
        chatId: answer.chatId,
        bot: job.bot,
        chunk: index + 1,
        chunks: chunks.length,
        waMessageId,
        body,
        quotes: answer.quote ? message.id : null,
        expiresAt: answer.expiresAt,
        now,
      }
      outbox.insert(chunk)
    }
    return 'committed'
  }

  /** Switched off, removed or stopped: what waits or is pending of a bot in a chat ends. */
  const cancel = (chatId: number, bot: string, code: ReasonCode, now: number) =>
    transaction(() => ({ jobs: jobs.cancel(chatId, bot, code, now), chunks: outbox.cancelBot(chatId, bot, code) }))

  /** A retry by hand: what is left of the last attempt ends, and the job waits again. */
  const reopen = (job: number, expiresAt: number, now: number): boolean =>
    transaction(() => {
      outbox.cancelJob(job, 'retried')
      return jobs.reopen(job, expiresAt, now)
    })

  return { commit: (answer: Answer): Committed => transaction(() => commit(answer)), cancel, reopen }
}
export type Answers = ReturnType<typeof createAnswers>
