import type { StoreContext } from './context.ts'

export interface ProcessedMessage {
  accountId: number
  chatId: number
  messageId: string
  bot: string
  originalText: string | null
  responseText: string | null
  metadata: Record<string, unknown>
}

/** Texts are kept for the record, not as an archive: the answer itself stands in the history. */
const TEXT_LIMIT = 500

/** What was answered, in the table of the data guide: the last word on "never twice". */
export function createProcessed({ db }: StoreContext) {
  // Rows of imported files know no account, and some no chat: they speak for every account and chat.
  const has = db
    .prepare<[string, string, number, number]>(
      `SELECT 1 FROM processed_messages WHERE message_id = ? AND bot_name = ?
       AND (chat_id IS NULL OR chat_id = ?) AND (account_id IS NULL OR account_id = ?) LIMIT 1`,
    )
    .pluck()
  const put = db.prepare(
    `INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, original_text, response_text, metadata)
     VALUES (@accountId, @chatId, @messageId, @bot, @originalText, @responseText, @metadata)
     ON CONFLICT (message_id, bot_name, COALESCE(chat_id, 0), COALESCE(account_id, 0)) DO UPDATE
     SET response_text = excluded.response_text, metadata = excluded.metadata, processed_at = CURRENT_TIMESTAMP`,
  )
  return {
    has: (messageId: string, bot: string, chatId: number, accountId: number): boolean =>
      has.get(messageId, bot, chatId, accountId) !== undefined,
    put(row: ProcessedMessage): void {
      put.run({
        ...row,
        originalText: cut(row.originalText),
        responseText: cut(row.responseText),
        metadata: JSON.stringify(row.metadata),
      })
    },
  }
}
export type Processed = ReturnType<typeof createProcessed>

/** At most 500 characters, never half of a surrogate pair. */
function cut(text: string | null): string | null {
  if (text === null || text.length <= TEXT_LIMIT) return text
  const end = text.codePointAt(TEXT_LIMIT - 2) ?? 0
  return `${text.slice(0, end > 0xffff ? TEXT_LIMIT - 2 : TEXT_LIMIT - 1)}…`
}
