import { oneLine } from '../../text/one-line.ts'
import { type Entry, entriesOf, entryOf } from './entry.ts'
import type { ExportWords } from './export-words.ts'
import type { LocalTime } from './local-time.ts'
import type { Exported } from './message-rows.ts'

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
h1,h2,h3{overflow-wrap:anywhere;line-height:1.25}h2{margin-top:3rem;border-top:1px solid #8886;padding-top:1rem}h3{font-size:.9rem;font-weight:600;text-align:center;margin:1.5rem 0 .5rem}
article{margin:.5rem 0;padding:.5rem .75rem;border:1px solid #8886;border-radius:.5rem;max-width:85%;width:fit-content;box-sizing:border-box}.me{margin-inline-start:auto}
header{font-size:.8rem;overflow-wrap:anywhere}p{margin:0}article p{white-space:pre-wrap;overflow-wrap:anywhere}nav li{overflow-wrap:anywhere}
@media (max-width:30rem){body{margin:1rem auto;padding:0 .75rem}article{max-width:95%}}
@media print{:root{color-scheme:light}body{max-width:none;margin:0;font-size:10pt}article{break-inside:avoid}h2,h3{break-after:avoid}nav{display:none}}`

/** One file that needs nothing else, and whose policy lets nothing run: message texts are strangers' texts. */
export function* page(exported: Exported, words: ExportWords, time: LocalTime & { zone: string }): Generator<string> {
  const title = exported.chat ? oneLine(exported.chat.name ?? exported.chat.jid) : words.allChats
  yield `<!doctype html><html lang="${words.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><h1>${bdi(title)}</h1><p>${escapeHtml(words.times(time.zone))}</p>\n`
  if (exported.chat === undefined) yield* contents(exported, words)
  yield '<main>\n'
  let chat: number | undefined
  let day: string | undefined
  for (const row of exported.messages()) {
    if (row.chat_id !== chat) {
      const name = oneLine(row.chat_name ?? row.chat)
      if (exported.chat === undefined) yield `<h2 id="chat-${row.chat_id}">${bdi(name)}</h2>\n`
      chat = row.chat_id
      day = undefined
    }
    const entry = entryOf(row, words)
    const today = dayOf(entry, words, time)
    if (today !== day) yield `<h3>${escapeHtml(today)}</h3>\n`
    day = today
    yield article(entry, words, time)
  }
  yield* earlier(exported, words, time)
  yield '</main></body></html>\n'
}

function* contents(exported: Exported, words: ExportWords): Generator<string> {
  yield `<nav><details><summary>${escapeHtml(words.chats)}</summary><ol>\n`
  for (const { id, jid, name, messages } of exported.chats()) {
    if (messages > 0)
      yield `<li><a href="#chat-${id}">${bdi(oneLine(name ?? jid))}</a> (${messages} ${words.messages})</li>\n`
  }
  yield '</ol></details></nav>\n'
}

function* earlier(exported: Exported, words: ExportWords, time: LocalTime): Generator<string> {
  let day: string | undefined
  for (const answer of exported.earlier()) {
    if (day === undefined) yield `<h2>${escapeHtml(words.earlier)}</h2><p>${escapeHtml(words.earlierHint)}</p>\n`
    for (const entry of entriesOf(answer, words)) {
      const today = dayOf(entry, words, time)
      if (today !== day) yield `<h3>${escapeHtml(today)}</h3>\n`
      day = today
      yield article(entry, words, time)
    }
  }
}

const dayOf = ({ at }: Entry, words: ExportWords, time: LocalTime): string =>
  (at === undefined ? undefined : time.day(at)) ?? words.noDate

function article(entry: Entry, words: ExportWords, time: LocalTime): string {
  const stamp = entry.at === undefined ? undefined : time.stamp(entry.at)
  const clock = entry.at === undefined ? undefined : time.clock(entry.at)
  const when =
    stamp === undefined ? words.noDate : `<time datetime="${stamp.replace(' ', 'T').replace(' ', '')}">${clock}</time>`
  const to = entry.to === undefined ? '' : ` \u2192 ${bdi(entry.to)}`
  const bot = entry.bot === undefined ? '' : ` (${bdi(oneLine(entry.bot))})`
  return `<article${entry.mine ? ' class="me"' : ''}><header>${bdi(entry.from)}${bot}${to} · ${when}</header><p dir="auto">${escapeHtml(entry.body)}</p></article>\n`
}

/** A name in another script must not reorder what stands beside it. */
const bdi = (text: string) => `<bdi>${escapeHtml(text)}</bdi>`

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
