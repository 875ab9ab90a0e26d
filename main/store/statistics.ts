import { setImmediate as breathe } from 'node:timers/promises'
import type { Stats } from '../../preload/contract/activity.ts'
import type { StoreContext } from './context.ts'
import { readInstant, readText } from './read-column.ts'

const DAY = 24 * 3_600_000
/** Days that are over change only by a retry or a deletion: counted again this often (ms). */
const PAST_LIVES = 10 * 60_000
const LATENCIES = 200

/** How much of the past is counted in one go; between two of them messages and pages come first. */
const STRETCH = 7 * DAY

type Day = Stats['days'][number]
type Kinds = Map<string, { total: number; last_at: number }>

/** Figures for the dashboard, each read from an index alone, however long the history is. */
export function createStatistics({ db, clock }: StoreContext) {
  const answered = db.prepare<[number, number], { bot_name: string; total: number }>(
    `SELECT bot_name, count(*) AS total FROM jobs INDEXED BY idx_jobs_updated
     WHERE updated_at >= ? AND updated_at < ? AND state = 'done' GROUP BY bot_name`,
  )
  const ended = db.prepare<[number, number], { state: string; total: number }>(
    `SELECT state, count(*) AS total FROM jobs INDEXED BY idx_jobs_updated WHERE updated_at >= ? AND updated_at < ? GROUP BY state`,
  )
  const received = db
    .prepare<[number, number], number>(
      `SELECT count(*) FROM messages INDEXED BY idx_messages_received
       WHERE origin IN ('live', 'offline') AND from_me = 0 AND received_at >= ? AND received_at < ?`,
    )
    .pluck()
  const kinds = db.prepare<[number, number], { kind: string; total: number; last_at: number }>(
    `SELECT kind, count(*) AS total, max(received_at) AS last_at FROM messages INDEXED BY idx_messages_received
     WHERE origin IN ('live', 'offline') AND from_me = 0 AND received_at >= ? AND received_at < ? GROUP BY kind`,
  )
  const oldest = db
    .prepare<[], number | null>(
      `SELECT min(at) FROM (SELECT min(received_at) AS at FROM messages WHERE origin = 'live' AND from_me = 0
       UNION ALL SELECT min(received_at) FROM messages WHERE origin = 'offline' AND from_me = 0)`,
    )
    .pluck()
  const latencies = db.prepare<{ since: number; limit: number }, { at: number; milliseconds: number }>(
    `SELECT o.acked_at AS at, o.acked_at - m.received_at AS milliseconds
     FROM (SELECT job, acked_at FROM outbox WHERE chunk = 1 ORDER BY id DESC LIMIT @limit) o
     JOIN jobs j ON j.id = o.job JOIN messages m ON m.id = j.message WHERE o.acked_at BETWEEN @since AND ${Number.MAX_SAFE_INTEGER} AND typeof(o.acked_at) = 'integer'
       AND typeof(m.received_at) = 'integer' ORDER BY o.acked_at`,
  )
  const totals = db.prepare<[number], Stats['totals']>(
    `SELECT (SELECT count(*) FROM chats) - (SELECT count(*) FROM chats WHERE is_placeholder = 1) AS chats,
       (SELECT count(*) FROM chats WHERE last_message_time >= ?) AS active_chats,
       (SELECT coalesce(sum(message_count), 0) FROM chats WHERE message_count BETWEEN 0 AND 1000000000000 AND typeof(message_count) = 'integer') AS messages,
       (SELECT count(*) FROM bot_chat_assignments WHERE enabled = 1) AS bots_on,
       (SELECT count(DISTINCT chat_id) FROM bot_chat_assignments WHERE enabled = 1) AS chats_with_bots`,
  )
  const past = new Map<string, { at: number; day: Day }>()
  let inbound: { since: number; at: number; rows: Promise<Kinds> } | undefined

  function count(start: Date): Day {
    const from = start.getTime()
    const to = nextDay(start).getTime()
    const failed = ended.all(from, to).find(({ state }) => state === 'failed')?.total ?? 0
    const bots = Object.fromEntries(answered.all(from, to).map(({ bot_name, total }) => [bot_name, total]))
    return { day: nameOf(start), bots, received: received.get(from, to) ?? 0, failed }
  }

  function dayOf(start: Date, isToday: boolean): Day {
    const known = past.get(nameOf(start))
    if (!isToday && known && clock.now() - known.at < PAST_LIVES) return known.day
    const day = count(start)
    if (!isToday) past.set(day.day, { at: clock.now(), day })
    return day
  }

  async function countKinds(before: number): Promise<Kinds> {
    const rows: Kinds = new Map()
    // A time that cannot be read, or lies before 1970, would be counted for ever.
    const first = oldest.get()
    for (let from = first === null ? before : (readInstant(first) ?? 0); from < before; from += STRETCH) {
      for (const row of kinds.all(from, Math.min(before, from + STRETCH))) add(rows, row)
      await breathe()
    }
    return rows
  }

  return {
    /** The last `days` days, today included, by this machine's time zone. */
    stats(days: number): Omit<Stats, 'inbound'> {
      const now = clock.now()
      const today = startOfDay(new Date(now))
      const starts = Array.from({ length: days }, (_, index) => {
        const start = new Date(today)
        start.setDate(start.getDate() - (days - 1 - index))
        return start
      })
      const from = today.getTime()
      const states = new Map(ended.all(from, from + 2 * DAY).map(({ state, total }) => [state, total]))
      return {
        days: starts.map((start) => dayOf(start, start.getTime() === from)),
        today: {
          received: received.get(from, from + 2 * DAY) ?? 0,
          answered: states.get('done') ?? 0,
          skipped: states.get('skipped') ?? 0,
          failed: states.get('failed') ?? 0,
          latencies: latencies.all({ since: from, limit: LATENCIES }),
        },
        totals: totals.get(now - DAY) ?? { chats: 0, active_chats: 0, messages: 0, bots_on: 0, chats_with_bots: 0 },
      }
    },
    /** What was ever received, by kind. Everything up to midnight is counted seldom, today's each time. */
    async inbound(): Promise<Stats['inbound']> {
      const since = startOfDay(new Date(clock.now())).getTime()
      if (!inbound || inbound.since !== since || clock.now() - inbound.at > PAST_LIVES) {
        inbound = { since, at: clock.now(), rows: countKinds(since) }
        // Asked again next time; whoever waits for it now is told.
        inbound.rows.catch(() => {
          inbound = undefined
        })
      }
      const merged: Kinds = new Map(await inbound.rows)
      for (const row of kinds.all(since, Number.MAX_SAFE_INTEGER)) add(merged, row)
      return [...merged].map(([kind, row]) => ({ kind, ...row })).sort((a, b) => b.total - a.total)
    },
  }
}

function add(rows: Kinds, row: { kind: string; total: number; last_at: number }): void {
  const { total } = row
  const [kind, last_at] = [readText(row.kind) ?? '', readInstant(row.last_at) ?? 0]
  const known = rows.get(kind)
  rows.set(kind, { total: total + (known?.total ?? 0), last_at: Math.max(last_at, known?.last_at ?? 0) })
}
function startOfDay(time: Date): Date {
  const start = new Date(time)
  start.setHours(0, 0, 0, 0)
  return start
}
function nextDay(start: Date): Date {
  const next = new Date(start)
  next.setDate(next.getDate() + 1)
  return next
}
const nameOf = (day: Date) =>
  `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`
