import { hash } from 'node:crypto'
import type { StoreContext } from './context.ts'

/** One form of a chat's address and a message's id, as a hash that gives neither away at a glance. */
export const digestOf = (chatJid: string, messageId: string): Buffer =>
  hash('sha256', `${chatJid}\n${messageId}`, 'buffer').subarray(0, 20)

/** What was received or answered in chats that the user deleted: enough to know it again, nothing to read. */
export function createForgotten({ db }: StoreContext) {
  const ids = db
    .prepare<[number, number], string>(
      'SELECT message_id FROM messages WHERE chat_id = ? UNION SELECT message_id FROM processed_messages WHERE chat_id = ?',
    )
    .pluck()
  const insert = db.prepare('INSERT OR IGNORE INTO forgotten (digest) VALUES (?)')
  const has = db.prepare<[Buffer], number>('SELECT 1 FROM forgotten WHERE digest = ?').pluck()
  return {
    /** To be called inside the transaction that deletes the chat. `jids`: every form of its address. */
    addChat(chatId: number, jids: readonly string[]): void {
      for (const id of ids.all(chatId, chatId)) {
        for (const jid of new Set(jids)) insert.run(digestOf(jid, id))
      }
    },
    has: (jids: readonly string[], messageId: string): boolean =>
      jids.some((jid) => has.get(digestOf(jid, messageId)) !== undefined),
  }
}
