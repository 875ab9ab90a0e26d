import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { PauseState } from '../pause/pause.ts'
import type { Outbound } from '../ports.ts'
import type { ChunkDetails, OpenChunk, Outbox as OutboxRows } from '../store/outbox.ts'
import type { ReasonCode } from '../store/reasons.ts'
import { nextChunk } from './next-chunk.ts'
import { humanDelay, type Pacing } from './pacing.ts'

export interface OutboxDeps {
  rows: OutboxRows
  outbound: Outbound
  pause: PauseState
  /** Undefined: nothing is paced. Only for an emulator. */
  pacing: Pacing | undefined
  typing: () => boolean
  /** ms, server's clock. */
  now: () => number
  log: Pick<Logger, 'warn' | 'error'>
  /** Looked at right before a chunk is sent; a code ends its answer. */
  objection: (chunk: ChunkDetails) => ReasonCode | undefined
  onChange: (chatId: number) => void
  /** A chunk goes out for the first time. */
  onSaid?: (chatId: number, text: string) => void
  /** Tests shorten these (ms). */
  timing?: Partial<Timing>
  /** Proves in tests that a safeguard is needed. The composition allows it with an emulator only. */
  disable?: ReadonlySet<string>
}
export interface Timing {
  /** An ack that does not come within this time is asked for by sending the same id again; doubles each time. */
  ack: number
  /** A send that neither succeeds nor fails. */
  send: number
  /** First wait after a send that failed; doubles each time. */
  again: number
}

const TIMING: Timing = { ack: 15_000, send: 30_000, again: 1000 }
const MOST_FAILURES = 5
const LONGEST_ACK_WAIT = 5 * 60_000
const TIMELOCK = '463'
const AGAIN_MS = 1000

/**
 * Brings answers to their chats: in order within a chat, chats side by side, each chunk under its one id for as long as it takes. What is
 * sent is not delivered; only the server's ack says so.
 */
export function createOutbox(deps: OutboxDeps) {
  const { rows, outbound, pause, now, log } = deps
  const timing = { ...TIMING, ...deps.timing }
  const busy = new Set<number>()
  const timers = new Map<number, NodeJS.Timeout>()
  const closing = new AbortController()
  const inWork = new Set<Promise<void>>()
  let sentOnThisConnection = new Set<number>()
  let wasReady = false
  let again: NodeJS.Timeout | undefined

  const startedAt = now()
  // Without the outbox an answer lives in memory: one try, gone with the process.
  const remembered = (open: OpenChunk[]) =>
    deps.disable?.has('outbox')
      ? open.filter(({ state, createdAt }) => state === 'pending' && createdAt >= startedAt)
      : open
  // Without the deterministic id each try is a message of its own.
  const realIds = new Map<string, string>()
  const wireId = (id: string) => {
    if (!deps.disable?.has('deterministic-id')) return id
    const fresh = `3EB0${randomBytes(9).toString('hex').toUpperCase()}`
    realIds.set(fresh, id)
    return fresh
  }

  const mayGo = () => !closing.signal.aborted && outbound.ready() && !pause.active()

  /** Looks at one chat; cheap to call often. A database that cannot be read or written for a moment ends nothing. */
  function wake(chatId: number): void {
    clearTimeout(timers.get(chatId))
    timers.delete(chatId)
    try {
      look(chatId)
    } catch (error) {
      log.error({ err: nameOf(error) }, 'what is to be sent could not be looked for; it is tried again')
      timers.set(chatId, setTimeout(() => wake(chatId), AGAIN_MS).unref())
    }
  }

  function look(chatId: number): void {
    if (busy.has(chatId) || !mayGo()) return
    const next = nextChunk(remembered(rows.openOf(chatId)), now(), (id) => sentOnThisConnection.has(id))
    switch (next.kind) {
      case 'none':
        return
      case 'wait':
        timers.set(chatId, setTimeout(() => wake(chatId), next.ms + 1).unref())
        return
      case 'expired':
        rows.end(next.chunk, 'expired', next.chunk.state === 'sent' ? 'no-ack' : 'expired')
        deps.onChange(chatId)
        wake(chatId)
        return
      case 'send': {
        busy.add(chatId)
        const work = deliver(next.chunk)
          .catch((error: unknown) => {
            if (closing.signal.aborted) return undefined
            log.error({ err: nameOf(error) }, 'an answer could not be worked off; it is tried again')
            return sleep(AGAIN_MS, undefined, { ref: false })
          })
          .finally(() => {
            busy.delete(chatId)
            inWork.delete(work)
            wake(chatId)
          })
        inWork.add(work)
      }
    }
  }

  function wakeAll(): void {
    const ready = outbound.ready()
    if (ready && !wasReady) sentOnThisConnection = new Set()
    wasReady = ready
    if (!mayGo()) return
    try {
      for (const chatId of rows.openChats()) wake(chatId)
    } catch (error) {
      log.error({ err: nameOf(error) }, 'open answers could not be looked for; it is tried again')
      clearTimeout(again)
      again = setTimeout(wakeAll, AGAIN_MS).unref()
    }
  }

  async function deliver(chunk: OpenChunk): Promise<void> {
    let details = current(chunk)
    if (!details) return
    if (deps.pacing) {
      await pace(details, chunk.attempts === 0, deps.pacing)
      // Switched off, answered by somebody else, paused or disconnected in the meantime?
      details = current(chunk)
      if (!details || !mayGo()) return
    }
    const { body } = details
    if (body === null) {
      endAnswer(chunk, 'cancelled', 'forgotten')
      return
    }
    const time = now()
    const ackWait = Math.min(timing.ack * 2 ** Math.min(chunk.attempts, 10), LONGEST_ACK_WAIT)
    if (!rows.sending(chunk.id, time, time + ackWait)) return
    sentOnThisConnection.add(chunk.id)
    if (chunk.attempts === 0) deps.onSaid?.(chunk.chatId, body)
    deps.onChange(chunk.chatId)
    try {
      const message = { waMessageId: wireId(details.waMessageId), chatJid: details.chatJid, text: body }
      const sent = outbound.send(details.quoted ? { ...message, quoted: details.quoted } : message)
      // One that hangs may have been written: it stays sent, and the ack or its absence decides.
      await Promise.race([sent, sleep(timing.send, undefined, { ref: false, signal: closing.signal })])
    } catch (error) {
      if (!closing.signal.aborted) notWritten(chunk, error)
    }
  }

  /** The chunk as it stands now; undefined where it must not be sent (any more). */
  function current(chunk: OpenChunk): ChunkDetails | undefined {
    const details = rows.details(chunk.id)
    if (!details || (details.state !== 'pending' && details.state !== 'sent')) return undefined
    // What is on the wire cannot be called back: sending it again only asks for its ack.
    const objection = details.state === 'pending' && chunk.attempts === 0 ? deps.objection(details) : undefined
    if (objection === undefined) return details
    endAnswer(chunk, 'cancelled', objection)
    return undefined
  }

  async function pace(details: ChunkDetails, first: boolean, pacing: Pacing): Promise<void> {
    await pacing.turn(details.chatId, closing.signal)
    if (!first || !mayGo()) return
    const typing = deps.typing()
    if (typing) await show(details.chatJid, 'composing')
    await sleep(humanDelay(details.body?.length ?? 0), undefined, { signal: closing.signal, ref: false })
    if (typing) await show(details.chatJid, 'paused')
  }

  async function show(chatJid: string, state: 'composing' | 'paused'): Promise<void> {
    try {
      await Promise.race([outbound.typing(chatJid, state), sleep(2000, undefined, { ref: false })])
    } catch (error) {
      log.warn({ err: nameOf(error) }, 'the typing indicator could not be shown; the answer goes out without it')
    }
  }

  function notWritten(chunk: OpenChunk, error: unknown): void {
    sentOnThisConnection.delete(chunk.id)
    // The connection's fault is none of the chunk's: it goes again when there is a connection.
    if (!outbound.ready()) {
      rows.unsent(chunk.id, now(), false)
      return
    }
    log.warn({ err: nameOf(error) }, 'an answer could not be handed to WhatsApp')
    if (chunk.attempts + 1 >= MOST_FAILURES) {
      endAnswer(chunk, 'refused', 'send-failed')
      return
    }
    rows.unsent(chunk.id, now() + timing.again * 2 ** chunk.attempts, true)
    deps.onChange(chunk.chatId)
  }

  function endAnswer(
    chunk: Pick<OpenChunk, 'id' | 'job' | 'createdAt' | 'chatId'>,
    state: 'refused' | 'cancelled',
    code: string,
  ): void {
    rows.end(chunk, state, code)
    deps.onChange(chunk.chatId)
  }

  function acknowledged(heard: { waMessageId: string; error?: string }): void {
    const ack = { ...heard, waMessageId: realIds.get(heard.waMessageId) ?? heard.waMessageId }
    const chunk = rows.byWaId(ack.waMessageId)
    if (!chunk) return
    if (ack.error === undefined) {
      if (!rows.acked(ack.waMessageId, now())) return
      deps.onChange(chunk.chatId)
    } else if (chunk.state === 'pending' || chunk.state === 'sent') {
      endAnswer(chunk, 'refused', ack.error)
      // Each further try would make it worse for the account.
      if (ack.error === TIMELOCK) pause.restrict()
    }
    sentOnThisConnection.delete(chunk.id)
    wake(chunk.chatId)
  }

  const unsubscribe = [
    outbound.onAck((ack) => {
      try {
        acknowledged(ack)
      } catch (error) {
        // Not recorded: the same id goes out again, and is acknowledged again.
        log.error({ err: nameOf(error) }, 'an acknowledgement could not be stored')
      }
    }),
    outbound.onReady(wakeAll),
    pause.onChange(wakeAll),
  ]

  return {
    wake,
    wakeAll,
    /** Stops at once. What is on the wire is asked for again at the next start. */
    async dispose(): Promise<void> {
      for (const stop of unsubscribe) stop()
      for (const timer of [again, ...timers.values()]) clearTimeout(timer)
      closing.abort()
      await Promise.allSettled(inWork)
    },
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error)
