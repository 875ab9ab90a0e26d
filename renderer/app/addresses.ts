import type { Outcome } from '../../preload/contract/activity.ts'
import type { ChatFilter } from '../../preload/contract/chats.ts'

/** What the address of a page may carry. What does not fit is left out: an old bookmark still opens. */
export interface FilterSearch {
  query?: string
  type?: 'direct' | 'group'
  activity?: 'active' | 'recent' | 'idle'
  bots?: string
  sort?: 'chat_name' | 'message_count' | 'added_at'
  order?: 'asc' | 'desc'
}
export interface ChatSearch extends FilterSearch {
  message?: number
}
/** In the order in which a person looks for them. */
export const OUTCOMES = [
  'waiting',
  'done',
  'undelivered',
  'silent',
  'skipped',
  'failed',
  'cancelled',
] as const satisfies readonly Outcome[]

export interface ActivitySearch {
  bot?: string
  jid?: string
  state?: Outcome
  id?: number
  /** What an imported service had answered, instead of what happened here. */
  earlier?: true
  query?: string
}
type Raw = Record<string, unknown>

const oneOf = <const T extends string>(value: unknown, ...choices: T[]): T | undefined =>
  choices.find((choice) => choice === value)
const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && String(value) !== ''
    ? String(value).slice(0, 200)
    : undefined
const id = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined)
const present = <T extends object>(search: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T

export const readFilter = (raw: Raw): FilterSearch =>
  present<FilterSearch>({
    query: text(raw.query),
    type: oneOf(raw.type, 'direct', 'group'),
    activity: oneOf(raw.activity, 'active', 'recent', 'idle'),
    bots: text(raw.bots),
    sort: oneOf(raw.sort, 'chat_name', 'message_count', 'added_at'),
    order: oneOf(raw.order, 'asc', 'desc'),
  })
export const readChatSearch = (raw: Raw): ChatSearch =>
  present<ChatSearch>({ ...readFilter(raw), message: id(raw.message) })
export const readActivitySearch = (raw: Raw): ActivitySearch =>
  present<ActivitySearch>({
    bot: text(raw.bot),
    jid: text(raw.jid),
    state: oneOf(raw.state, ...OUTCOMES),
    id: id(raw.id),
    earlier: raw.earlier === true ? true : undefined,
    query: text(raw.query),
  })

export const asChatFilter = ({ query, type, activity, bots, sort, order }: FilterSearch): Partial<ChatFilter> =>
  present<Partial<ChatFilter>>({ query, type, activity, bots, sort, order })

export const readRestoreSearch = (raw: Raw) => ({ upload: text(raw.upload) ?? '', name: text(raw.name) ?? '' })
