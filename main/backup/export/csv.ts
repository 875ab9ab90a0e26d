import { stringify } from 'csv-stringify/sync'
import { type Exported, instantOf, type MessageRow } from './message-rows.ts'

const COLUMNS = [
  'chat',
  'chat_name',
  'sender',
  'sender_name',
  'from_me',
  'sent_at',
  'kind',
  'text',
  'bot',
  'source',
] as const
type CsvRow = Partial<Record<(typeof COLUMNS)[number], string | number | null>>

/**
 * RFC 4180 with CRLF; times in UTC, for programs. A text that a spreadsheet would run as a formula gets an apostrophe in front of it.
 * `source` is `whatsapp`, or `imported` for what the Python service had answered.
 */
export function* csv(exported: Exported): Generator<string> {
  const line = (values: unknown[]): string =>
    stringify([values], { record_delimiter: 'windows', escape_formulas: true, quoted_match: /[\r\n]/ })
  const lineOf = (row: CsvRow) => line(COLUMNS.map((column) => row[column] ?? ''))
  yield `\ufeff${line([...COLUMNS])}`
  for (const row of exported.messages()) yield lineOf(ofMessage(row))
  for (const row of exported.earlier()) {
    const at = instantOf(row.answered_at)
    const both = { kind: 'text', sent_at: at === undefined ? '' : iso(at), source: 'imported' }
    const asked = { chat: row.chat_jid, chat_name: row.chat_name }
    const went = row.forwarded_jid === null ? asked : { chat: row.forwarded_jid, chat_name: row.forwarded_name }
    if (row.question !== null && row.question !== '')
      yield lineOf({ ...both, ...asked, from_me: 0, text: row.question })
    yield lineOf({ ...both, ...went, from_me: 1, text: row.answer, bot: row.bot })
  }
}

function ofMessage({ chat, chat_name, sender, sender_name, from_me, sent_at, kind, text, bot }: MessageRow): CsvRow {
  return { chat, chat_name, sender, sender_name, from_me, sent_at: iso(sent_at), kind, text, bot, source: 'whatsapp' }
}

function iso(ms: number | undefined): string {
  const date = new Date(ms ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
