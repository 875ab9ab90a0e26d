import type { Database } from 'better-sqlite3'
import { stringify } from 'csv-stringify/sync'

export interface MessageRow {
  id: number
  chat: string
  chat_name: string | null
  sender: string
  sender_name: string | null
  from_me: number
  sent_at: number
  kind: string
  text: string | null
}

/** Messages in order of time, of one chat (any form of its address) or of all. Undefined: no such chat. */
export function messageRows(
  db: Database,
  chat: string | undefined,
): { title: string; rows: Iterable<MessageRow> } | undefined {
  const found =
    chat === undefined
      ? undefined
      : db
          .prepare<{ jid: string }, { id: number; title: string }>(
            'SELECT id, COALESCE(chat_name, chat_jid) AS title FROM chats WHERE chat_jid = @jid OR id IN (SELECT chat_id FROM chat_aliases WHERE jid = @jid) LIMIT 1',
          )
          .get({ jid: chat })
  if (chat !== undefined && found === undefined) return undefined
  const sql = `SELECT m.id, c.chat_jid AS chat, c.chat_name, m.sender_jid AS sender, m.sender_name, m.from_me, m.sent_at, m.kind, m.text
    FROM messages m JOIN chats c ON c.id = m.chat_id ${found === undefined ? '' : 'WHERE m.chat_id = ?'} ORDER BY m.chat_id, m.sent_at, m.id`
  const statement = db.prepare<number[], MessageRow>(sql)
  return {
    title: found?.title ?? 'All chats',
    rows: found === undefined ? statement.iterate() : statement.iterate(found.id),
  }
}

const COLUMNS = ['chat', 'chat_name', 'sender', 'sender_name', 'from_me', 'sent_at', 'kind', 'text'] as const
const instant = (ms: number): string => {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

/** RFC 4180 with CRLF. A text that a spreadsheet would run as a formula gets an apostrophe in front of it. */
export function* csv(rows: Iterable<MessageRow>): Generator<string> {
  const line = (values: unknown[]): string =>
    stringify([values], { record_delimiter: 'windows', escape_formulas: true })
  yield `\ufeff${line([...COLUMNS])}`
  for (const row of rows)
    yield line(COLUMNS.map((column) => (column === 'sent_at' ? instant(row.sent_at) : row[column])))
}

const whoOf = (row: MessageRow): string =>
  row.from_me === 1 ? 'You' : (row.sender_name ?? (row.sender === '' ? (row.chat_name ?? row.chat) : row.sender))
const bodyOf = (row: MessageRow): string => row.text ?? (row.kind === 'text' ? '(no longer kept)' : `(${row.kind})`)

export function* transcript(title: string, rows: Iterable<MessageRow>): Generator<string> {
  yield `${title}\n${'='.repeat(Math.min(title.length, 80))}\n\n`
  for (const row of rows) yield `[${instant(row.sent_at)}] ${whoOf(row)}: ${bodyOf(row).replaceAll('\n', '\n    ')}\n`
}

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

/** One file that needs nothing else, and whose policy lets nothing run: message texts are strangers' texts. */
export function* page(title: string, rows: Iterable<MessageRow>): Generator<string> {
  yield `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}
article{margin:.5rem 0;padding:.5rem .75rem;border:1px solid #8884;border-radius:.5rem}.me{margin-left:20%}header{font-size:.8rem;opacity:.75}p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}</style></head><body><h1>${escapeHtml(title)}</h1>\n`
  for (const row of rows) {
    yield `<article${row.from_me === 1 ? ' class="me"' : ''}><header>${escapeHtml(whoOf(row))} · <time>${instant(row.sent_at)}</time></header><p dir="auto">${escapeHtml(bodyOf(row))}</p></article>\n`
  }
  yield '</body></html>\n'
}

/** One object; each table's rows in their own columns. Blobs are {"base64": ...}; integers beyond 2^53 are strings. */
export function* json(db: Database, tables: readonly string[]): Generator<string> {
  yield '{"format":"whatslang-export","version":1,"tables":{'
  for (const [i, table] of tables.entries()) {
    yield `${i === 0 ? '' : ','}\n${JSON.stringify(table)}:[`
    let first = true
    for (const row of db.prepare(`SELECT * FROM "${table}"`).safeIntegers().iterate()) {
      yield (first ? '\n' : ',\n') + JSON.stringify(row, portable)
      first = false
    }
    yield ']'
  }
  yield '\n}}\n'
}
function portable(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (isBufferJson(value)) return { base64: Buffer.from(value.data).toString('base64') }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
const isBufferJson = (value: unknown): value is { type: 'Buffer'; data: number[] } =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  value.type === 'Buffer' &&
  'data' in value &&
  Array.isArray(value.data)
