import type { OpenChunk } from '../store/outbox.ts'

/** No due time is farther away; one that seems to be was written by a clock that has jumped since. */
const LONGEST_WAIT = 10 * 60_000

/** So often a chunk may fail or stay without an ack before the chat's other answers pass it: a short hiccup must not change the order. */
const PATIENCE = 2

export type Next =
  | { kind: 'send'; chunk: OpenChunk }
  | { kind: 'expired'; chunk: OpenChunk }
  | { kind: 'wait'; ms: number }
  | { kind: 'none' }

/**
 * Which chunk of one chat is next. `open` is in the order in which they must arrive. A chunk waits for the ack of the one before it. Once
 * that one has failed or stayed without an ack for a while, only the rest of its own answer still waits for it.
 * `isFresh`: sent on this connection; an ack for what was sent on an earlier one can no longer come.
 */
export function nextChunk(open: readonly OpenChunk[], now: number, isFresh: (id: number) => boolean): Next {
  const held = new Set<string>()
  let wait = Number.POSITIVE_INFINITY
  for (const chunk of open) {
    const answer = `${chunk.job} ${chunk.createdAt}`
    if (chunk.expiresAt <= now) return { kind: 'expired', chunk }
    if (held.has(answer)) continue
    const ms = chunk.dueAt - now
    const due = ms <= 0 || ms > LONGEST_WAIT
    if (due || (chunk.state === 'sent' && !isFresh(chunk.id))) return { kind: 'send', chunk }
    held.add(answer)
    wait = Math.min(wait, ms)
    if (chunk.attempts <= PATIENCE) break
  }
  return Number.isFinite(wait) ? { kind: 'wait', ms: wait } : { kind: 'none' }
}
