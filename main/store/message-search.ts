import { setImmediate as breathe } from 'node:timers/promises'
import type { StoreContext } from './context.ts'
import { MESSAGE_COLUMNS, MESSAGE_TABLES, type MessageRow, type StoredMessage, viewMessage } from './message-pages.ts'
import { readText } from './read-column.ts'
import { ftsQuery, matcher, wordsOf } from './search-words.ts'

/** What is read in one go, a few milliseconds' worth; between two of them messages and pages come first. */
const SLICE = 1000
/** The first one tells whether the words are frequent, and is for nothing where they are not. */
const FIRST_SLICE = 250
const ENTRIES = 4000
/** Each question to the index gathers all that begins so, however few are taken. */
const HITS = 20_000
const LOOK_UPS = 1000
/** How many rows of a chat's index are read while a message is looked up by its id: 10 where its page is in memory, 250 where it is not. */
const ROWS_FOR_A_LOOK_UP = 30
/** Reading up to this many messages of a chat is quicker than asking the index, which knows words but no chats. */
const MOST_READ = 2000
const BEYOND = Number.MAX_SAFE_INTEGER

type Place = [id: number, sentAt: number]

/** Full-text search, and its index: after a restore it is filled in steps, so that nothing waits for it. */
export function createMessageSearch({ db, transaction }: StoreContext) {
  const length = db.prepare<[number], number | null>('SELECT message_count FROM chats WHERE id = ?').pluck()
  const backwards = db
    .prepare<[number, number, number, number], [number, number, string | null]>(
      `SELECT id, sent_at, text FROM messages WHERE chat_id = ? AND (sent_at, id) < (?, ?) ORDER BY sent_at DESC, id DESC LIMIT ?`,
    )
    .raw()
  const entries = db
    .prepare<[string, number, number], number>(
      'SELECT rowid FROM messages_fts WHERE messages_fts MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?',
    )
    .pluck()
  const order = db
    .prepare<[number, number, number, number], number>(
      'SELECT id FROM messages WHERE chat_id = ? AND (sent_at, id) < (?, ?) ORDER BY sent_at DESC, id DESC LIMIT ?',
    )
    .pluck()
  const sentAt = db.prepare<[number], number>('SELECT sent_at FROM messages WHERE id = ?').pluck()
  const places = db
    .prepare<[string, number], Place>(
      'SELECT m.id, m.sent_at FROM json_each(?) g CROSS JOIN messages m ON m.id = g.value WHERE m.chat_id = ?',
    )
    .raw()
  const views = db.prepare<[string], MessageRow>(
    `SELECT ${MESSAGE_COLUMNS} FROM json_each(?) g CROSS JOIN ${MESSAGE_TABLES.replace('messages m', 'messages m ON m.id = g.value')} ORDER BY g.key`,
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

  /** Reads a chat from its newest message back. Undefined: the words are too rare in it for that to be the quicker way. */
  async function read(
    chatId: number,
    matches: (text: string) => boolean,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<number[] | undefined> {
    const found: number[] = []
    const all = length.get(chatId) ?? 0
    let before: Place = [BEYOND, BEYOND]
    let seen = 0
    for (let size = FIRST_SLICE; !signal?.aborted; size = SLICE) {
      const rows = backwards.all(chatId, before[1], before[0], size)
      seen += rows.length
      for (const [id, , column] of rows) {
        const text = readText(column)
        if (text === null || !matches(text)) continue
        found.push(id)
        if (found.length === limit) return found
      }
      const last = rows.at(-1)
      if (!last || rows.length < size) return found
      // As frequent as until here, how far back would the last one be?
      if (Math.min(all, (seen * limit) / found.length) > MOST_READ) return undefined
      before = [last[0], last[1]]
      await breathe()
    }
    return []
  }

  /** Which messages hold the words, in any chat, the last received first: all of them, or `limit`. */
  async function indexed(words: string, limit: number, signal: AbortSignal | undefined): Promise<number[]> {
    const found: number[] = []
    let below = BEYOND
    while (!signal?.aborted) {
      const ids = entries.all(words, below, Math.min(HITS, limit - found.length))
      for (const id of ids) found.push(id)
      const last = ids.at(-1)
      if (last === undefined || ids.length < HITS) return found
      below = last
      await breathe()
    }
    return []
  }

  /** Those of `hits` that are in the chat, the newest first. Undefined: so few are that looking all of them up is the quicker way. */
  async function walk(
    chatId: number,
    hits: readonly number[],
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<number[] | undefined> {
    const wanted = new Set(hits)
    const found: number[] = []
    let before: Place = [BEYOND, BEYOND]
    for (let rows = hits.length * ROWS_FOR_A_LOOK_UP; rows > 0 && !signal?.aborted; rows -= ENTRIES) {
      const part = order.all(chatId, before[1], before[0], ENTRIES)
      for (const id of part) {
        if (!wanted.has(id)) continue
        found.push(id)
        if (found.length === limit) return found
      }
      const last = part.at(-1)
      if (last === undefined || part.length < ENTRIES) return found
      // Deleted meanwhile: the rest would be a guess.
      const at = sentAt.get(last)
      if (at === undefined) return undefined
      before = [last, at]
      await breathe()
    }
    return undefined
  }

  async function lookUp(
    chatId: number,
    words: string,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<number[]> {
    const hits = await indexed(words, BEYOND, signal)
    const walked = hits.length > LOOK_UPS ? await walk(chatId, hits, limit, signal) : undefined
    if (walked) return walked
    const found: Place[] = []
    for (let at = 0; at < hits.length && !signal?.aborted; at += LOOK_UPS) {
      found.push(...places.all(JSON.stringify(hits.slice(at, at + LOOK_UPS)), chatId))
      await breathe()
    }
    // History that arrives late has greater ids than what was received live.
    found.sort(([a, at], [b, bt]) => bt - at || b - a)
    return found.slice(0, limit).map(([id]) => id)
  }

  return {
    /** The newest messages that hold all words, or words that begin so. Of all chats (null): in the order of their receipt. */
    async search(chatId: number | null, query: string, limit: number, signal?: AbortSignal): Promise<StoredMessage[]> {
      const words = wordsOf(query)
      if (words.length === 0) return []
      const asked = ftsQuery(words)
      const ids =
        chatId === null
          ? await indexed(asked, limit, signal)
          : ((await read(chatId, matcher(words), limit, signal)) ?? (await lookUp(chatId, asked, limit, signal)))
      return views.all(JSON.stringify(ids)).map(viewMessage)
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
