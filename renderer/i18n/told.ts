import i18next from 'i18next'
import type { Bot } from '../../preload/contract/bots.ts'
import type { Finding } from '../../preload/contract/health.ts'
import type { Said, Told } from './catalogues.ts'

/** The other language's words for what the program says itself. English needs none: there the program's own sentences stand. */
export const TOLD = 'told'
type Section = keyof Told
type Values = Record<string, string | number>

function wordsOf(section: Section, code: string): unknown {
  const words: Partial<Told> | undefined = i18next.getResourceBundle(i18next.language, TOLD)
  const all: Record<string, unknown> = words?.[section] ?? {}
  return Object.hasOwn(all, code) ? all[code] : undefined
}
const sentence = (section: 'reason' | 'failure' | 'why', code: string | undefined | null): string | undefined => {
  const found = code === undefined || code === null ? undefined : wordsOf(section, code)
  return typeof found === 'string' ? found : undefined
}
const fill = (text: string, values: Values) =>
  text.replace(/{{(\w+)}}/g, (place, name: string) => String(values[name] ?? place))

/** Why a message was not answered, a chunk not delivered, a bot stopped, or the model failed. */
export const tellReason = ({ code, message }: { code: string; message: string }): string =>
  sentence('reason', code) ?? message

/** What went wrong with a call, a job or a backup. The first code that has words says it. */
export const tellFailure = (message: string, ...codes: (string | undefined | null)[]): string =>
  codes.map((code) => sentence('failure', code) ?? sentence('reason', code)).find((words) => words !== undefined) ??
  message

export const tellWhy = ({ source, why }: { source: string; why: string }): string => sentence('why', source) ?? why

/** A finding of the doctor. `bytes` writes a size, `problem` a session's problem. */
export function tellFinding(
  { key, values = {}, title, cause, way_out, code }: Finding,
  say: { bytes(bytes: number): string; problem(code: string): string },
): { title: string; cause: string | null; wayOut: string | null } {
  const words = key === undefined ? undefined : wordsOf('finding', key)
  if (!isSaid(words)) return { title, cause, wayOut: way_out }
  const filled: Values = { ...values }
  for (const name of ['free', 'bytes']) if (typeof values[name] === 'number') filled[name] = say.bytes(values[name])
  if (typeof values.problem === 'string') filled.cause = say.problem(values.problem)
  if (typeof values.code === 'string') filled.cause = tellFailure(String(values.cause ?? ''), values.code)
  if (code === 'location') filled.why = tellWhy({ source: String(values.source ?? ''), why: '' })
  return {
    title: fill(words.title, filled),
    cause: words.cause === undefined ? null : fill(words.cause, filled),
    wayOut: words.way_out === undefined ? null : fill(words.way_out, filled),
  }
}
const isSaid = (words: unknown): words is Said => typeof words === 'object' && words !== null && 'title' in words

/** A bot of the catalogue under the name and description of this language; the user's own are as the user wrote them. */
export function tellBot(bot: Bot): Bot {
  const words = bot.origin === 'catalogue' ? wordsOf('bot', bot.name) : undefined
  return isBot(words) ? { ...bot, ...words } : bot
}
const isBot = (words: unknown): words is { label: string; description: string } =>
  typeof words === 'object' && words !== null && 'label' in words
