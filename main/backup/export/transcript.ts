import { oneLine } from '../../text/one-line.ts'
import { type Entry, entriesOf, entryOf } from './entry.ts'
import type { ExportWords } from './export-words.ts'
import type { LocalTime } from './local-time.ts'
import type { Exported } from './message-rows.ts'

/**
 * Plain text for people: a heading for each chat, a line for each message, local times. Names and texts stand between isolates
 * (U+2068, U+2069), so that Hebrew or Arabic does not reorder the line's time.
 */
export function* transcript(
  exported: Exported,
  words: ExportWords,
  time: LocalTime & { zone: string },
): Generator<string> {
  const title = exported.chat ? oneLine(exported.chat.name ?? exported.chat.jid) : words.allChats
  yield `${heading(title, '=')}${words.times(time.zone)}\n\n`
  let chat: number | undefined
  for (const row of exported.messages()) {
    if (row.chat_id !== chat) {
      if (exported.chat === undefined) {
        const name = oneLine(row.chat_name ?? row.chat)
        yield `${chat === undefined ? '' : '\n'}${heading(name === row.chat ? name : `${name} (${row.chat})`, '-')}`
      }
      chat = row.chat_id
    }
    yield line(entryOf(row, words), words, time)
  }
  let any = false
  for (const answer of exported.earlier()) {
    if (!any) yield `\n${heading(words.earlier, '-')}${words.earlierHint}\n\n`
    any = true
    for (const entry of entriesOf(answer, words)) yield line(entry, words, time)
  }
}

const isolated = (text: string) => `\u2068${text}\u2069`

const heading = (text: string, mark: string) => `${isolated(text)}\n${mark.repeat(Math.min(text.length, 80))}\n\n`

function line(entry: Entry, words: ExportWords, time: LocalTime): string {
  const at = (entry.at === undefined ? undefined : time.stamp(entry.at)) ?? words.noDate
  const to = entry.to === undefined ? '' : ` \u2192 ${isolated(entry.to)}`
  const bot = entry.bot === undefined ? '' : ` (${isolated(oneLine(entry.bot))})`
  const body = entry.body.split(/\r\n|[\n\r\u2028\u2029]/).map(isolated)
  return `[${at}] ${isolated(entry.from)}${bot}${to}: ${body.join('\n    ')}\n`
}
