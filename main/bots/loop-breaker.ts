import type { Answers } from '../store/answers.ts'
import type { Assignments } from '../store/assignments.ts'
import type { InboundMessage } from '../store/inbound.ts'
import { nearlyEqual, templateOf } from './likeness.ts'

export interface LoopBreakerDeps {
  assignments: Pick<Assignments, 'stop'>
  answers: Pick<Answers, 'cancel'>
  /** Whether something that the bot was asked in the chat is not answered yet. */
  isBehind: (chatId: number, bot: string) => boolean
  enabled: () => boolean
  /** ms, by the server's clock. */
  now: () => number
  onStopped: (chatId: number, bot: string) => void
}

/** The bot is stopped at this many points. */
const ENOUGH = 10
/**
 * What an exchange counts for. `fast`: it follows on ours at once; ours are sparse where the one before is a while ago, and then that is no chance.
 * `same`: words of some length that were said before, counters aside. `like`: short words again, or nearly the same; people do that as well, at their
 * pace. `burst`: a message like others in a row that no answer of ours came between.
 */
const POINTS = { fastSparse: 1, fast: 0.5, same: 0.75, likeFast: 1 / 3, like: 0.15, steady: 1, burst: 1 / 8 }
/** Nobody reads a message, types a short one and sends it in less (ms), again and again; longer ones take longer. */
const FAST_MS = 1500
const FAST_CHARACTERS = 40
const MS_PER_CHARACTER = 1000 / 30
const SPARSE_MS = 5000
/** What comes later than this is no reaction any more. */
const LATE_MS = 10 * 60_000
/** Delays of a machine that waits before it answers: so many, all but equal, and too long for somebody in a hurry. */
const STEADY = { delays: 8, least: 8000, within: 1500, share: 0.1 }
const SHORT = 10
const KEPT_TEXTS = 20
const COMPARED_NEARLY = 6
const KEPT_SENDERS = 500
const KEPT_CHATS = 2000

interface Said {
  at: number
  text: string
}
/** One who writes in a chat, as one bot there hears them. */
interface Partner {
  lastAt: number
  points: number
  /** Templates, newest last. */
  texts: string[]
  /** From our message to theirs, newest last (ms). */
  delays: number[]
}

/**
 * Stops a bot that talks with another program: one without a `[prefix]`, which answers each answer. A program gives itself away by what no person keeps up:
 * it answers at once every time, or after the same wait, or in the same words. One exchange as people have them begins the count again. It is kept in memory
 * only: a loop that goes on after a restart is found again, and budgets hold meanwhile.
 */
export function createLoopBreaker(deps: LoopBreakerDeps) {
  /** Newest last; both are bounded, the one that was quiet for the longest goes first. */
  const ours = new Map<number, Said[]>()
  const partners = new Map<string, Partner>()

  /** Points of one message; undefined: a person wrote it. */
  function judge(
    message: InboundMessage,
    chatId: number,
    bot: string,
    partner: Partner,
    at: number,
  ): number | undefined {
    const said = ours.get(chatId) ?? []
    const last = said.at(-1)
    // The later of both clocks' words: seconds of the server, and our own receipt.
    const delay = last ? Math.max(at, message.sentAt) - last.at : Number.POSITIVE_INFINITY
    if (!last || delay > LATE_MS) return undefined
    const text = message.text ?? ''
    const template = templateOf(text)
    const likeness = likenessOf(template, partner, said)
    remember(partner.texts, template, KEPT_TEXTS)
    const isFast = delay <= FAST_MS + Math.max(0, text.length - FAST_CHARACTERS) * MS_PER_CHARACTER
    const isSparse = last.at - (said.at(-2)?.at ?? 0) >= SPARSE_MS
    const isReply = last.at > partner.lastAt && (isSparse || !deps.isBehind(chatId, bot))
    if (!isReply) {
      if (likeness) return POINTS.burst
      return isFast || at - partner.lastAt <= FAST_MS ? 0 : undefined
    }
    const isSteady = steady(partner.delays, delay)
    remember(partner.delays, delay, STEADY.delays)
    const points =
      (isFast ? (isSparse ? POINTS.fastSparse : POINTS.fast) : 0) +
      (likeness === 'same' ? POINTS.same : likeness ? (isFast ? POINTS.likeFast : POINTS.like) : 0) +
      (isSteady ? POINTS.steady : 0)
    return points || undefined
  }

  function partnerOf(key: string, at: number): Partner | undefined {
    const known = partners.get(key)
    partners.delete(key)
    partners.set(key, known ?? { lastAt: at, points: 0, texts: [], delays: [] })
    dropOldest(partners, KEPT_SENDERS)
    return known
  }

  return {
    /** A chunk of ours goes out. */
    said(chatId: number, text: string): void {
      const list = ours.get(chatId) ?? []
      remember(list, { at: deps.now(), text: templateOf(text.replace(/^\[[^\]]{1,20}\]\s*/, '')) }, 3)
      ours.delete(chatId)
      ours.set(chatId, list)
      dropOldest(ours, KEPT_CHATS)
    },
    /** For each message that a bot would answer, inside the transaction that stores it. True: the bot is stopped now, and does not. */
    heard(message: InboundMessage, chatId: number, bot: string): boolean {
      if (!deps.enabled() || !ours.has(chatId)) return false
      const at = message.origin === 'live' ? message.receivedAt : message.sentAt
      const partner = partnerOf(`${chatId} ${bot} ${message.senderJid}`, at)
      if (!partner) return false
      const points = judge(message, chatId, bot, partner, at)
      partner.lastAt = at
      partner.points = points === undefined ? 0 : partner.points + points
      if (partner.points < ENOUGH || !deps.assignments.stop(chatId, bot, { code: 'bot-loop' })) return false
      for (const key of partners.keys()) if (key.startsWith(`${chatId} ${bot} `)) partners.delete(key)
      deps.answers.cancel(chatId, bot, 'bot-loop', deps.now())
      deps.onStopped(chatId, bot)
      return true
    },
  }
}
export type LoopBreaker = ReturnType<typeof createLoopBreaker>

/** How much a text is like what the same partner wrote, or what we said. */
function likenessOf(template: string, { texts }: Partner, said: readonly Said[]): 'same' | 'like' | undefined {
  const repeats = texts.includes(template) || said.some(({ text }) => text === template)
  if (repeats) return template.length < SHORT ? 'like' : 'same'
  const near = [...texts.slice(-COMPARED_NEARLY), ...said.map(({ text }) => text)]
  return near.some((text) => nearlyEqual(text, template)) ? 'like' : undefined
}

function steady(delays: readonly number[], delay: number): boolean {
  if (delays.length < STEADY.delays || delay < STEADY.least) return false
  const all = [...delays, delay]
  return Math.max(...all) - Math.min(...all) <= Math.max(STEADY.within, STEADY.share * delay)
}

function remember<T>(list: T[], one: T, most: number): void {
  list.push(one)
  if (list.length > most) list.shift()
}

function dropOldest(map: Map<unknown, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}
