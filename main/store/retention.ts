import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StoreContext } from './context.ts'

export interface RetentionOptions {
  /** ms since 1970: what is older loses its text. */
  before: number
  /** Ids looked at in the first transaction; the next ones follow from how long it took. */
  batch?: number
  signal?: AbortSignal
}

/** How long one transaction may hold the main thread. */
const STEP_MS = 6
const MOST = 10_000

/**
 * Forgets message texts that are older than the setting: in the history with its raw protobufs and its search index, in what was answered, and in the
 * outbox. Rows and ids stay, so that nothing is answered twice. What still waits to be answered or sent keeps its text.
 */
export function createRetention({ db, transaction, emit }: StoreContext) {
  const newest = db
    .prepare<[string], number>('SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = ?')
    .pluck()
  const newestProcessed = db.prepare<[], number>('SELECT COALESCE(MAX(id), 0) FROM processed_messages').pluck()
  // FTS5 leaves deleted words in its segments otherwise (sqlite.org/fts5.html#the_secure_delete_configuration_option).
  const secureSearch = db.prepare("INSERT INTO messages_fts (messages_fts, rank) VALUES ('secure-delete', 1)")
  const range = { messages: 'id > @from AND id <= @to AND sent_at < @before' }
  const messages = db.prepare(
    `UPDATE messages SET text = NULL, raw = NULL, media = NULL WHERE ${range.messages}
       AND (text IS NOT NULL OR raw IS NOT NULL OR media IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.message = messages.id AND jobs.state = 'waiting')
       AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.quotes = messages.id AND outbox.state IN ('pending', 'sent'))`,
  )
  const outbox = db.prepare(
    `UPDATE outbox SET body = NULL WHERE id > @from AND id <= @to AND created_at < @before AND body IS NOT NULL
       AND state NOT IN ('pending', 'sent')`,
  )
  const processed = db.prepare(
    `UPDATE processed_messages SET original_text = NULL, response_text = NULL WHERE id > @from AND id <= @to
       AND processed_at < @stamp AND (original_text IS NOT NULL OR response_text IS NOT NULL)`,
  )
  // What a restored file had there instead of a text that can be read.
  const unread = db.prepare(
    `DELETE FROM imported_values WHERE table_name = 'messages' AND row_id > @from AND row_id <= @to AND column_name IN ('text', 'raw', 'media')
       AND row_id IN (SELECT id FROM messages WHERE ${range.messages} AND text IS NULL AND raw IS NULL AND media IS NULL)`,
  )
  const imported = db.prepare(
    `DELETE FROM imported_values WHERE table_name = 'processed_messages' AND row_id > @from AND row_id <= @to
       AND column_name IN ('original_text', 'response_text')
       AND row_id IN (SELECT id FROM processed_messages WHERE processed_at < @stamp)`,
  )

  async function walk(
    last: number,
    options: RetentionOptions,
    step: (from: number, to: number) => number,
  ): Promise<number> {
    const { signal } = options
    let { batch = 20 } = options
    let changed = 0
    for (let from = 0; from < last; ) {
      signal?.throwIfAborted()
      const to = from + batch
      const started = performance.now()
      changed += transaction(() => step(from, to))
      from = to
      // A row with a text in the search index takes a hundred times as long as one that was forgotten before.
      const factor = STEP_MS / Math.max(performance.now() - started, 0.1)
      batch = Math.max(1, Math.min(MOST, Math.floor(batch * Math.min(factor, 2))))
      await nextTurn()
    }
    return changed
  }

  return {
    /** In short transactions with the event loop running between them. Returns how many messages lost their text. */
    async apply(options: RetentionOptions): Promise<{ messages: number; answers: number }> {
      const { before } = options
      const stamp = new Date(before).toISOString().slice(0, 19).replace('T', ' ')
      transaction(() => {
        secureSearch.run()
      })
      const forgotten = await walk(newest.get('messages') ?? 0, options, (from, to) => {
        const { changes } = messages.run({ from, to, before })
        unread.run({ from, to, before })
        return changes
      })
      const chunks = await walk(
        newest.get('outbox') ?? 0,
        options,
        (from, to) => outbox.run({ from, to, before }).changes,
      )
      const answers = await walk(newestProcessed.get() ?? 0, options, (from, to) => {
        imported.run({ from, to, stamp })
        return processed.run({ from, to, stamp }).changes
      })
      if (forgotten + chunks + answers > 0) emit({ type: 'chats' })
      return { messages: forgotten, answers: answers + chunks }
    },
  }
}
export type Retention = ReturnType<typeof createRetention>
