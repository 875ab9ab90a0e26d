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
type Order = 'asc' | 'desc'
type Ids = readonly number[]

const DAY = 86_400_000
/** As the indexes of these columns lie, which SQLite reads from either end: nothing is sorted. */
const SORTS: Record<Sort, { asc: string; desc: string; first: Order }> = {
  last_message_time: { asc: 'last_message_time, id DESC', desc: 'last_message_time DESC, id', first: 'desc' },
  chat_name: { asc: 'chat_name COLLATE NOCASE, id', desc: 'chat_name COLLATE NOCASE DESC, id DESC', first: 'asc' },
  message_count: { asc: 'message_count, id', desc: 'message_count DESC, id DESC', first: 'desc' },
  added_at: { asc: 'added_at, id', desc: 'added_at DESC, id DESC', first: 'desc' },
}
/** What is read of an order while nobody asks for more: some screens full, in a fiftieth of the time that all of 50,000 chats take. */
const BEGINNING = 1000
/** Answers that are kept: a page asks for the list, and for further pages of one filter. */
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

/** How many of the conditions each chat meets, by its id. A Set for each condition takes five times as long. */
type Marks = Record<number, number>
const EXCLUDED = 255

// Plain loops: a callback for each of 50,000 chats is slow until it has been called some thousand times, and a person chooses a filter once.
function raise(marks: Marks, ids: Ids, from: number): void {
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index] ?? 0
    if ((marks[id] ?? 0) === from) marks[id] = from + 1
  }
}
function exclude(marks: Marks, ids: Ids): void {
  for (let index = 0; index < ids.length; index++) marks[ids[index] ?? 0] = EXCLUDED
}
function marked(marks: Marks, ids: Ids, mark: number): number[] {
  const found: number[] = []
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index] ?? 0
    if ((marks[id] ?? 0) === mark) found.push(id)
  }
  return found
}

interface Found {
  total: number
  /** All of them, or the first ones. */
  ids: Ids
  all: () => Ids
}

/**
 * Which chats a question finds, as ids in order. Each condition is read from a narrow index alone and joined here, a few milliseconds for 50,000
 * chats, and of the order no more than is shown. What was found is kept until anything is written, so that the pages after the first one cost no
 * search. A chat without the value that is sorted by comes last, in either direction.
 */
export function createChatOrder({ db, clock }: StoreContext, texts: ChatTexts) {
  const ids = (sql: string) => db.prepare<unknown[], number>(sql).pluck()
  const read = (sort: Sort) => ({
    asc: ids(`SELECT id FROM chats WHERE ${sort} IS NOT NULL ORDER BY ${SORTS[sort].asc} LIMIT ?`),
    desc: ids(`SELECT id FROM chats WHERE ${sort} IS NOT NULL ORDER BY ${SORTS[sort].desc} LIMIT ?`),
    unknown: ids(`SELECT id FROM chats WHERE ${sort} IS NULL ORDER BY id`),
  })
  const statements: Record<Sort, ReturnType<typeof read>> = {
    last_message_time: read('last_message_time'),
    chat_name: read('chat_name'),
    message_count: read('message_count'),
    added_at: read('added_at'),
  }
  const shown = db
    .prepare<[], number>('SELECT (SELECT COUNT(*) FROM chats) - (SELECT COUNT(*) FROM chats WHERE is_placeholder = 1)')
    .pluck()
  const placeholders = ids('SELECT id FROM chats WHERE is_placeholder = 1')
  const highest = db.prepare<[], number>('SELECT MAX(id) FROM chats').pluck()
  const since = ids('SELECT id FROM chats WHERE last_message_time >= ?')
  const anyBot = ids('SELECT chat_id FROM bot_chat_assignments WHERE enabled = 1')
  const oneBot = ids('SELECT chat_id FROM bot_chat_assignments WHERE enabled = 1 AND bot_name = ?')
  // Rows that this connection changed, and whether another one committed: together they say whether anything is as it was.
  const changed = db.prepare<[], number>('SELECT total_changes()').pluck()
  const version = db.prepare<[], number>('PRAGMA data_version').pluck()
  let revision = ''
  /** Whole orders, by `sort order`. */
  const wholes = new Map<string, Ids>()
  const answers = new Map<string, Found>()

  function forgetWhatChanged(): void {
    const now = `${version.get()} ${changed.get()}`
    // Inside a transaction nothing is kept: it may be rolled back, which no number tells.
    if (now === revision && !db.inTransaction) return
    revision = db.inTransaction ? '' : now
    wholes.clear()
    answers.clear()
  }

  function beginning(sort: Sort, order: Order): Ids {
    return wholes.get(`${sort} ${order}`) ?? without(placeholders.all(), statements[sort][order].all(BEGINNING))
  }
  function whole(sort: Sort, order: Order): Ids {
    const key = `${sort} ${order}`
    const kept = wholes.get(key)
    if (kept) return kept
    const all = statements[sort][order].all(-1)
    for (const id of statements[sort].unknown.all()) all.push(id)
    const ids = without(placeholders.all(), all)
    wholes.set(key, ids)
    return ids
  }

  /** Tells of chats, by their ids, which ones meet all conditions; undefined where there is none. */
  function conditionsOf(query: ChatQuery): ((ids: Ids) => number[]) | undefined {
    const wanted: Ids[] = []
    const unwanted: Ids[] = []
    const terms = termsOf(query.query ?? '')
    if (terms.length > 0) wanted.push(texts.find(terms))
    if (query.type === 'group') wanted.push(texts.groups())
    // Most chats are with one person: the others are fewer to read.
    else if (query.type === 'direct') unwanted.push(texts.notDirect())
    if (query.activity && query.activity !== 'all') {
      const days = query.activity === 'active' ? 1 : 7
      const busy = since.all(clock.now() - days * DAY)
      if (query.activity === 'idle') unwanted.push(busy)
      else wanted.push(busy)
    }
    if (query.bots === 'with') wanted.push(anyBot.all())
    else if (query.bots === 'without') unwanted.push(anyBot.all())
    else if (query.bots && query.bots !== 'all') wanted.push(oneBot.all(query.bots))
    if (wanted.length + unwanted.length === 0) return undefined
    const most = highest.get() ?? 0
    const marks = most < MOST_MARKS ? new Uint8Array(most + 1) : {}
    for (const [index, ids] of wanted.entries()) raise(marks, ids, index)
    for (const ids of unwanted) exclude(marks, ids)
    return (ids) => marked(marks, ids, wanted.length)
  }

  function search(query: ChatQuery, sort: Sort, order: Order): Found {
    const meeting = conditionsOf(query)
    if (meeting === undefined) {
      const total = shown.get() ?? 0
      return { total, ids: beginning(sort, order), all: () => whole(sort, order) }
    }
    const all = () => meeting(whole(sort, order))
    // Whatever the order, they are as many.
    const [any] = wholes.values()
    if (any === undefined) {
      const ids = all()
      return { total: ids.length, ids, all }
    }
    return { total: meeting(any).length, ids: meeting(beginning(sort, order)), all }
  }

  function find(query: ChatQuery): Found {
    forgetWhatChanged()
    const sort = query.sort ?? 'last_message_time'
    const order = query.order ?? SORTS[sort].first
    // What counts as active moves with the clock, by the minute.
    const minute = query.activity && query.activity !== 'all' ? Math.floor(clock.now() / 60_000) : 0
    const key = JSON.stringify([query.query ?? '', query.type, query.activity, query.bots, sort, order, minute])
    const kept = answers.get(key)
    if (kept) return kept
    const found = search(query, sort, order)
    for (const oldest of [...answers.keys()].slice(0, Math.max(0, answers.size - KEPT + 1))) answers.delete(oldest)
    answers.set(key, found)
    return found
  }

  return {
    /** Ids, a hundred unless `limit` says otherwise. */
    page(query: ChatQuery): Ids {
      const { limit = 100, offset = 0 } = query
      const found = find(query)
      if (offset + limit > found.ids.length && found.ids.length < found.total) found.ids = found.all()
      return found.ids.slice(offset, offset + limit)
    },
    count: (query: ChatQuery): number => find(query).total,
  }
}

function without(hidden: Ids, ids: number[]): Ids {
  if (hidden.length === 0) return ids
  const gone = new Set(hidden)
  return ids.filter((id) => !gone.has(id))
}
