import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../ports.ts'

export interface PacingDeps {
  limits: () => { perMinute: number; perChatPerMinute: number }
  clock: Pick<Clock, 'monotonic'>
  /** What was sent in the last minute before this start: how long ago, in ms, and to which chat. */
  recent?: readonly { agoMs: number; chatId: number }[]
}

const MINUTE = 60_000

/**
 * Keeps a bot from writing faster than a person would: at most so many messages in any 60 seconds, overall and to one chat. An account that
 * answers in bursts is restricted by WhatsApp.
 */
export function createPacing({ limits, clock, recent = [] }: PacingDeps) {
  let sent = recent.map(({ agoMs, chatId }) => ({ at: clock.monotonic() - agoMs, chatId }))
  let line: Promise<void> = Promise.resolve()

  function waitFor(list: readonly { at: number }[], limit: number): number {
    const oldest = list.at(-limit)
    return oldest ? oldest.at + MINUTE - clock.monotonic() : 0
  }
  function inWindow(): { at: number; chatId: number }[] {
    const start = clock.monotonic() - MINUTE
    sent = sent.filter(({ at }) => at > start)
    return sent
  }
  async function until(wait: () => number, signal: AbortSignal): Promise<void> {
    for (let ms = wait(); ms > 0; ms = wait()) await sleep(Math.min(ms + 1, 5000), undefined, { signal, ref: false })
  }

  return {
    /** Resolves when a message may go to this chat, and counts it. Chats wait side by side; rejects when `signal` ends. */
    async turn(chatId: number, signal: AbortSignal): Promise<void> {
      const ofChat = () => inWindow().filter((one) => one.chatId === chatId)
      await until(() => waitFor(ofChat(), limits().perChatPerMinute), signal)
      const mine = line.then(() => until(() => waitFor(inWindow(), limits().perMinute), signal))
      // Who gives up leaves the line to the next.
      line = mine.catch(() => undefined)
      await mine
      sent.push({ at: clock.monotonic(), chatId })
    },
  }
}
export type Pacing = ReturnType<typeof createPacing>

/** How long a person would take: 0.8 s for a word, 3 s for a long text. */
export function humanDelay(length: number): number {
  return Math.round(800 + 2200 * Math.min(length / 600, 1))
}
