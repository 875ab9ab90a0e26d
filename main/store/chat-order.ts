import type { ChatTexts } from './chat-texts.ts'
import type { StoreContext } from './context.ts'
import { fold } from './jid.ts'

export interface ChatQuery {
  query?: string | undefined
  type?: 'all' | 'direct' | 'group' | undefined
  activity?: 'all' | 'active' | 'recent' | 'idle' | undefined
  /** all, with, without, or a bot's name. */
  bots?: string | undefined
  sort?: 'last_message_time' | 'chat_name' | 'message_count' | 'added_at' | undefined
  order?: 'asc' | 'desc' | undefined
  limit?: number | undefined
  offset?: number | undefined
}
type Sort = NonNullable<ChatQuery['sort']>
type Ids = readonly number[]

const DAY = 86_400_000
/** In the order in which their indexes lie, so that reading one sorts nothing. */
const SORTS: Record<Sort, { column: string; natural: string; lies: 'asc' | 'desc'; first: 'asc' | 'desc' }> = {
  last_message_time: { column: 'last_message_time', natural: 'last_message_time DESC', lies: 'desc', first: 'desc' },
  chat_name: { column: 'chat_name', natural: 'chat_name COLLATE NOCASE', lies: 'asc', first: 'asc' },
  message_count: { column: 'message_count', natural: 'message_count', lies: 'asc', first: 'desc' },
  added_at: { column: 'added_at', natural: 'added_at', lies: 'asc', first: 'desc' },
}
/** Answers that are kept: a page asks for the list, the count and further pages of one filter. */
const KEPT = 8
const MOST_TERMS = 8
/** Chats have small ids; a file from elsewhere may hold others. */
const MOST_MARKS = 10_000_000

/** The terms that a chat's folded text must all hold. A phone number may be typed with blanks, brackets and a plus. */
function termsOf(query: string): string[] {
  const folded = fold(query).trim()
  if (/^\+?[\d\s().-]{3,}$/.test(folded)) return [folded.replace(/\D/g, '')]
  return folded
    .split(/\s+/)
    .filter((term) => term !== '')
    .slice(0, MOST_TERMS)
}

/**
 * Which chats a question finds, as ids in order. Each part is read from a narrow index alone and joined here, a few milliseconds for 50,000 chats;
 * what was found is kept until anything is written, so that a page, its count and the pages after it cost one search. A chat without the value
 * that is sorted by comes last, in either direction.
 */
export function createChatOrder({ db, clock }: StoreContext, texts: ChatTexts) {
  const ids = (sql: string) => db.prepare<unknown[], number>(sql).pluck()
  const sorted = Object.fromEntries(
    Object.entries(SORTS).map(([sort, { column, natural }]) => [
      sort,
      {
        known: ids(`SELECT id FROM chats WHERE ${column} IS NOT NULL ORDER BY ${natural}`),
        unknown: ids(`SELECT id FROM chats WHERE ${column} IS NULL ORDER BY id`),
      },
    ]),
  )
  const placeholders = ids('SELECT id FROM chats WHERE is_placeholder = 1')
  const highest = db.prepare<[], number>('SELECT MAX(id) FROM chats').pluck()
  const since = ids('SELECT id FROM chats WHERE last_message_time >= ?')
  const anyBot = ids('SELECT chat_id FROM bot_chat_assignments WHERE enabled = 1')
  const oneBot = ids('SELECT chat_id FROM bot_chat_assignments WHERE enabled = 1 AND bot_name = ?')
  // Rows that this connection changed, and whether another one committed: together they say whether anything is as it was.
  const changed = db.prepare<[], number>('SELECT total_changes()').pluck()
  const version = db.prepare<[], number>('PRAGMA data_version').pluck()
  let revision = ''
  const orders = new Map<string, Ids>()
  const answers = new Map<string, Ids>()

  function forgetWhatChanged(): void {
    const now = `${version.get()} ${changed.get()}`
    // Inside a transaction nothing is kept: it may be rolled back, which no number tells.
    if (now === revision && !db.inTransaction) return
    revision = db.inTransaction ? '' : now
    orders.clear()
    answers.clear()
  }

  function ordered(sort: Sort, order: 'asc' | 'desc'): Ids {
    const key = `${sort} ${order}`
    const kept = orders.get(key)
    if (kept) return kept
    const known = sorted[sort]?.known.all() ?? []
    if (order !== SORTS[sort].lies) known.reverse()
    const all = [...known, ...(sorted[sort]?.unknown.all() ?? [])]
    const hidden = new Set(placeholders.all())
    const shown = hidden.size === 0 ? all : all.filter((id) => !hidden.has(id))
    orders.set(key, shown)
    return shown
  }

  function narrowed(query: ChatQuery, all: Ids): Ids {
    const most = highest.get() ?? 0
    // How many of the conditions a chat meets; none is met any more after one that it may not meet. A Set for each takes five times as long.
    const met: Record<number, number> = most < MOST_MARKS ? new Int8Array(most + 1) : {}
    let conditions = 0
    let excluded = false
    const keep = (ids: Ids) => {
      for (const id of ids) if ((met[id] ?? 0) === conditions) met[id] = conditions + 1
      conditions += 1
    }
    const drop = (ids: Ids) => {
      for (const id of ids) met[id] = -1
      excluded = true
    }
    const terms = termsOf(query.query ?? '')
    if (terms.length > 0) keep(texts.find(terms))
    if (query.type === 'group' || query.type === 'direct') keep(texts.ofType(query.type))
    if (query.activity && query.activity !== 'all') {
      const days = query.activity === 'active' ? 1 : 7
      const busy = since.all(clock.now() - days * DAY)
      if (query.activity === 'idle') drop(busy)
      else keep(busy)
    }
    if (query.bots === 'with') keep(anyBot.all())
    else if (query.bots === 'without') drop(anyBot.all())
    else if (query.bots && query.bots !== 'all') keep(oneBot.all(query.bots))
    return conditions === 0 && !excluded ? all : all.filter((id) => (met[id] ?? 0) === conditions)
  }

  /** All that the question finds; `limit` and `offset` are the caller's matter. */
  return (query: ChatQuery): Ids => {
    forgetWhatChanged()
    const { limit: _limit, offset: _offset, ...rest } = query
    const sort = query.sort ?? 'last_message_time'
    const order = query.order ?? SORTS[sort].first
    // What counts as active moves with the clock, by the minute.
    const minute = query.activity && query.activity !== 'all' ? Math.floor(clock.now() / 60_000) : 0
    const key = JSON.stringify([rest.query ?? '', rest.type, rest.activity, rest.bots, sort, order, minute])
    const kept = answers.get(key)
    if (kept) return kept
    const found = narrowed(query, ordered(sort, order))
    for (const oldest of [...answers.keys()].slice(0, Math.max(0, answers.size - KEPT + 1))) answers.delete(oldest)
    answers.set(key, found)
    return found
  }
}
