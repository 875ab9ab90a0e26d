import type { StoreContext } from './context.ts'
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, type StoredMessage, viewMessage } from './message-pages.ts'

/** Each word as a quoted prefix: nothing of FTS5's own query language gets through. Undefined: no word in it. */
export function ftsQuery(query: string): string | undefined {
  const words = query.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)
  return words?.map((word) => `"${word}"*`).join(' ')
}

/** Full-text search, and its index: after a restore it is filled in steps, so that nothing waits for it. */
export function createMessageSearch({ db, transaction }: StoreContext) {
  const inChat = db.prepare<[string, number, number], MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM messages_fts f JOIN ${MESSAGE_TABLES.replace('messages m', 'messages m ON m.id = f.rowid')}
     WHERE messages_fts MATCH ? AND m.chat_id = ? ORDER BY m.sent_at DESC, m.id DESC LIMIT ?`,
  )
  const everywhere = db.prepare<[string, number], MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM messages_fts f JOIN ${MESSAGE_TABLES.replace('messages m', 'messages m ON m.id = f.rowid')}
     WHERE messages_fts MATCH ? ORDER BY f.rowid DESC LIMIT ?`,
  )
  const gap = db.prepare<[], { first: number; last: number }>('SELECT first, last FROM search_gap WHERE id = 1')
  const fill = db.prepare(
    'INSERT INTO messages_fts (rowid, text) SELECT id, text FROM messages WHERE id BETWEEN ? AND ? AND text IS NOT NULL',
  )
  const narrow = db.prepare('UPDATE search_gap SET first = ? WHERE id = 1')
  const nextIds = db
    .prepare<[number, number, number], number>(
      'SELECT MAX(id) FROM (SELECT id FROM messages WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?)',
    )
    .pluck()
  return {
    search(chatId: number | null, query: string, limit: number): StoredMessage[] {
      const words = ftsQuery(query)
      if (words === undefined) return []
      return (chatId === null ? everywhere.all(words, limit) : inChat.all(words, chatId, limit)).map(viewMessage)
    },
    /** How many ids are still to be indexed, at most. */
    searchGap(): number {
      const row = gap.get()
      return row ? Math.max(0, row.last - row.first + 1) : 0
    },
    /** Indexes the next `rows` messages. Returns whether anything is left: call again, with a pause between. */
    indexStep(rows = 500): boolean {
      return transaction(() => {
        const range = gap.get()
        if (!range || range.first > range.last) return false
        const last = nextIds.get(range.first, range.last, rows) ?? range.last
        fill.run(range.first, last)
        narrow.run(last + 1)
        return last < range.last
      })
    },
  }
}
