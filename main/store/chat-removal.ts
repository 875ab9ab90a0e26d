import type Database from 'better-sqlite3'
import type { ChatRef } from './chat-ref.ts'
import type { StoreContext } from './context.ts'
import { createForgotten, type Removing } from './forgotten.ts'

/** How long one step may hold the main thread, commit aside. */
const STEP_MS = 5
/** Between two looks at the clock. */
const ROWS = 4
/** `processed_messages` has no index by chat: it is walked through by its ids, this many at a time. */
const WALK = 4000
const ANSWERS = 40

/**
 * Deletes a chat in two parts. `begin` takes it away from everybody in one short transaction: its address, its bots, what waits to be answered or sent.
 * What is left under a name that nobody knows goes in short steps, which any later run continues; hashes of the ids stay, so that what the server
 * delivers again is neither stored nor answered, at no moment in between.
 */
export function createChatRemoval(
  context: StoreContext,
  chats: { byId(id: number): ChatRef | undefined; aliases(id: number): string[] },
) {
  const { db, clock, transaction, emit } = context
  const forgotten = createForgotten(context)
  const count = db.prepare<[number], number>('SELECT count(*) FROM messages WHERE chat_id = ?').pluck()
  const hide = db.prepare(
    "UPDATE chats SET chat_jid = 'removed-' || id, chat_name = NULL, group_metadata = NULL, is_manual = 0, is_placeholder = 1, updated_at = ? WHERE id = ?",
  )
  const detach = [
    'DELETE FROM chat_aliases WHERE chat_id = ?',
    'DELETE FROM chat_search WHERE chat_id = ?',
    "DELETE FROM imported_values WHERE table_name = 'chats' AND row_id = ?",
    "DELETE FROM imported_values WHERE table_name = 'bot_chat_assignments' AND row_id IN (SELECT id FROM bot_chat_assignments WHERE chat_id = ?)",
    'DELETE FROM bot_chat_assignments WHERE chat_id = ?',
    // The day's sum stays: deleting a chat gives back no money.
    'DELETE FROM model_use WHERE chat_id = ?',
    'UPDATE bot_chat_assignments SET response_chat_id = NULL WHERE response_chat_id = ?',
    // A plus keeps SQLite to the small index of what is open.
    "DELETE FROM outbox WHERE state IN ('pending', 'sent') AND +chat_id = ?",
    "DELETE FROM outbox WHERE state IN ('pending', 'sent') AND EXISTS (SELECT 1 FROM jobs WHERE jobs.id = outbox.job AND jobs.chat_id = ?)",
    "DELETE FROM jobs WHERE state = 'waiting' AND +chat_id = ?",
  ].map((sql) => db.prepare<[number]>(sql))
  const messages = db.prepare<[number], { id: number; message_id: string }>(
    `SELECT id, message_id FROM messages WHERE chat_id = ? LIMIT ${ROWS}`,
  )
  const ofMessage = [
    'DELETE FROM outbox WHERE job IN (SELECT id FROM jobs WHERE message = ?)',
    'UPDATE outbox SET quotes = NULL WHERE quotes = ?',
    'DELETE FROM jobs WHERE message = ?',
    'DELETE FROM messages WHERE id = ?',
    "DELETE FROM imported_values WHERE table_name = 'messages' AND row_id = ?",
  ].map((sql) => db.prepare<[number]>(sql))
  const removeSent = db.prepare(
    `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE chat_id = ? LIMIT ${ROWS})`,
  )
  const newestProcessed = db.prepare<[], number>('SELECT COALESCE(max(id), 0) FROM processed_messages').pluck()
  const processed = db.prepare<[number, number, number], { id: number; message_id: string }>(
    `SELECT id, message_id FROM processed_messages WHERE id > ? AND id <= ? AND chat_id = ? ORDER BY id LIMIT ${ANSWERS}`,
  )
  const removeProcessed = db.prepare('DELETE FROM processed_messages WHERE id = ?')
  const removeOriginals = db.prepare(
    "DELETE FROM imported_values WHERE table_name = 'processed_messages' AND row_id = ?",
  )
  const removeChat = db.prepare('DELETE FROM chats WHERE id = ?')
  /** Up to which id the answers of a chat were looked through. After a crash it begins anew. */
  const walked = new Map<number, number>()

  function someMessages({ chatId, jids }: Removing): boolean {
    const rows = messages.all(chatId)
    for (const { id, message_id } of rows) {
      forgotten.add(jids, message_id)
      for (const statement of ofMessage) statement.run(id)
    }
    return rows.length > 0
  }
  function someAnswers({ chatId, jids }: Removing): boolean {
    const from = walked.get(chatId) ?? 0
    if (from >= (newestProcessed.get() ?? 0)) return false
    const rows = processed.all(from, from + WALK, chatId)
    for (const { id, message_id } of rows) {
      forgotten.add(jids, message_id)
      removeProcessed.run(id)
      removeOriginals.run(id)
    }
    walked.set(chatId, rows.length === ANSWERS ? (rows.at(-1)?.id ?? from) : from + WALK)
    return true
  }
  /** False: nothing of it is left. */
  const some = (chat: Removing): boolean =>
    someMessages(chat) || removeSent.run(chat.chatId).changes > 0 || someAnswers(chat)

  return {
    /** Returns the number of messages; 0 where there is no such chat. */
    begin(chatId: number): number {
      return transaction(() => {
        const chat = chats.byId(chatId)
        if (!chat || forgotten.removing().some((other) => other.chatId === chatId)) return 0
        const found = count.get(chatId) ?? 0
        forgotten.begin({ chatId, jids: [...new Set([chat.jid, ...chats.aliases(chatId)])] })
        hide.run(clock.now(), chatId)
        for (const statement of detach) statement.run(chatId)
        emit({ type: 'chats' })
        emit({ type: 'chat', jid: chat.jid })
        return found
      })
    },
    /** One short transaction. False: nothing is left to remove. */
    step(): boolean {
      const [chat] = forgotten.removing()
      if (!chat) return false
      transaction(() => {
        const until = performance.now() + STEP_MS
        do {
          if (some(chat)) continue
          removeChat.run(chat.chatId)
          forgotten.end(chat.chatId)
          walked.delete(chat.chatId)
          return
        } while (performance.now() < until)
      })
      return true
    },
  }
}

/** Removes all that deleted chats have left, at once: for a file that nobody works with. */
export function finishRemovals(db: Database.Database): void {
  const context: StoreContext = {
    db,
    clock: { now: () => 0 },
    transaction: (fn) => fn(),
    emit: () => undefined,
  }
  const removal = createChatRemoval(context, { byId: () => undefined, aliases: () => [] })
  while (removal.step());
}
