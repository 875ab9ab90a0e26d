import type { StoreContext } from './context.ts'
import { readText } from './read-column.ts'

export interface Said {
  fromMe: boolean
  senderName: string | null
  text: string
  /** What the bot answered to it, chunk by chunk. */
  answer: string[]
}

/** What was said in a chat before a message, as a bot's context. */
export function createConversation({ db }: StoreContext) {
  // What the outbox sent comes back as an own message; it stands with the message that it answers instead.
  const before = db.prepare<
    { chatId: number; sentAt: number; id: number; limit: number; most: number },
    { id: number; from_me: number; sender_name: string | null; text: string }
  >(
    `SELECT id, from_me, sender_name, substr(text, 1, @most) AS text FROM messages m WHERE chat_id = @chatId AND (sent_at, id) < (@sentAt, @id)
       AND text IS NOT NULL AND text <> '' AND kind NOT IN ('reaction', 'undecryptable')
       AND NOT (from_me AND EXISTS (SELECT 1 FROM outbox o WHERE o.wa_message_id = m.message_id))
     ORDER BY sent_at DESC, id DESC LIMIT @limit`,
  )
  const answer = db
    .prepare<[number, string], string>(
      `SELECT o.body FROM jobs j JOIN outbox o ON o.job = j.id WHERE j.message = ? AND j.bot_name = ?
         AND o.body IS NOT NULL AND o.state IN ('pending', 'sent', 'acked') ORDER BY o.id`,
    )
    .pluck()
  const find = db
    .prepare<[string, number], number>('SELECT id FROM messages WHERE message_id = ? AND chat_id = ? LIMIT 1')
    .pluck()
  return {
    /** messages.id of a message that is quoted. */
    find: (chatId: number, messageId: string): number | undefined => find.get(messageId, chatId),
    /** Oldest first, at most `limit` messages of which the first `most` characters are read, with the bot's answers beside them. */
    before(
      message: { chatId: number; sentAt: number; id: number },
      bot: string,
      { limit, most }: { limit: number; most: number },
    ): Said[] {
      if (limit <= 0) return []
      return before
        .all({ ...message, limit, most })
        .reverse()
        .map((row) => ({
          fromMe: row.from_me === 1,
          senderName: readText(row.sender_name),
          text: readText(row.text) ?? '',
          answer: answer.all(row.id, bot).map((body) => readText(body) ?? ''),
        }))
    },
  }
}
export type Conversation = ReturnType<typeof createConversation>
