import type { EarlierAnswer } from '../../store/earlier-answers.ts'
import { oneLine } from '../../text/one-line.ts'
import type { ExportWords } from './export-words.ts'
import { instantOf, type MessageRow } from './message-rows.ts'

/** One message as a reader sees it, in a transcript or on a page. */
export interface Entry {
  at: number | undefined
  mine: boolean
  from: string
  /** Whom it was written to, where that is worth saying: what you or your bots wrote. */
  to: string | undefined
  bot: string | undefined
  body: string
}

export function entryOf(row: MessageRow, words: ExportWords): Entry {
  const chat = oneLine(row.chat_name ?? row.chat)
  const mine = row.from_me === 1
  return {
    at: row.sent_at,
    mine,
    from: mine ? words.you : oneLine(row.sender_name ?? (row.sender === '' ? chat : row.sender)),
    to: mine ? chat : undefined,
    bot: row.bot ?? undefined,
    body: bodyOf(row, words),
  }
}

/** A question and its answer, as two entries. */
export function entriesOf(row: EarlierAnswer, words: ExportWords): Entry[] {
  const chat = row.chat_jid === null ? words.unknownChat : oneLine(row.chat_name ?? row.chat_jid)
  const at = instantOf(row.answered_at)
  const to = row.forwarded_jid === null ? chat : oneLine(row.forwarded_name ?? row.forwarded_jid)
  const answer: Entry = { at, mine: true, from: words.you, to, bot: row.bot, body: row.answer }
  if (row.question === null || row.question === '') return [answer]
  return [{ at, mine: false, from: chat, to: undefined, bot: undefined, body: row.question }, answer]
}

function bodyOf(row: MessageRow, words: ExportWords): string {
  if (row.kind === 'text') return row.text ?? words.notKept
  const placeholder = `(${words.kinds[row.kind] ?? words.kinds.other}${secondsOf(row.media)})`
  return row.text === null || row.text === '' ? placeholder : `${placeholder} ${row.text}`
}

/** How long a voice message or a video is: `, 1:05`. */
function secondsOf(media: string | null): string {
  try {
    const { seconds } = JSON.parse(media ?? '{}') as { seconds?: unknown }
    if (typeof seconds !== 'number' || !(seconds > 0 && seconds < 1e6)) return ''
    return `, ${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
  } catch {
    // The row's facts cannot be read: the placeholder goes without a length.
    return ''
  }
}
