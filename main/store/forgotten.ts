import { hash } from 'node:crypto'
import type { StoreContext } from './context.ts'
import { REMOVING } from './odd/column-rules.ts'
import { readTexts } from './read-column.ts'

/** One form of a chat's address and a message's id, as a hash that gives neither away at a glance. */
export const digestOf = (chatJid: string, messageId: string): Buffer =>
  hash('sha256', `${chatJid}\n${messageId}`, 'buffer').subarray(0, 20)

/** A chat that is being deleted: its rows go in steps, and until then its ids are looked up in them. */
export interface Removing {
  chatId: number
  /** Every form of its address. */
  jids: string[]
}
const KEY = 'removing:'

/** What was received or answered in chats that the user deleted: enough to know it again, nothing to read. */
export function createForgotten({ db }: StoreContext) {
  const insert = db.prepare('INSERT OR IGNORE INTO forgotten (digest) VALUES (?)')
  const has = db.prepare<[Buffer], number>('SELECT 1 FROM forgotten WHERE digest = ?').pluck()
  const marked = db.prepare<[], { key: unknown; value: unknown }>(
    `SELECT key, value FROM meta WHERE key >= '${KEY}' AND key < '${KEY.replace(':', ';')}' ORDER BY key`,
  )
  const mark = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
  const unmark = db.prepare('DELETE FROM meta WHERE key = ?')
  const left = db
    .prepare<[string, number, string, number], number>(
      'SELECT 1 FROM messages WHERE message_id = ? AND chat_id = ? UNION ALL SELECT 1 FROM processed_messages WHERE message_id = ? AND chat_id = ? LIMIT 1',
    )
    .pluck()

  /** A key that is no number of a chat would be taken up for ever. A list that cannot be read names no address: the rest goes all the same. */
  const removing = (): Removing[] =>
    marked.all().flatMap(({ key, value }) => {
      if (typeof key !== 'string' || !REMOVING.test(key)) return []
      return { chatId: Number(key.slice(KEY.length)), jids: readTexts(value) }
    })

  return {
    add(jids: readonly string[], messageId: string): void {
      for (const jid of jids) insert.run(digestOf(jid, messageId))
    },
    has: (jids: readonly string[], messageId: string): boolean =>
      jids.some((jid) => has.get(digestOf(jid, messageId)) !== undefined) ||
      removing().some(
        (chat) =>
          chat.jids.some((jid) => jids.includes(jid)) &&
          left.get(messageId, chat.chatId, messageId, chat.chatId) !== undefined,
      ),
    removing,
    begin({ chatId, jids }: Removing): void {
      mark.run(KEY + chatId, JSON.stringify(jids))
    },
    end(chatId: number): void {
      unmark.run(KEY + chatId)
    },
  }
}
