import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerFailure } from './headers.ts'

/** How often is looked. Times below are exact to this. */
const LOOK_MS = 1000

/** How long the body of a request may take. */
export type BodyPace =
  /** The whole of it. */
  | { kind: 'whole'; milliseconds: number }
  /** A file of any size: so many bytes in each span, while we wait for them. */
  | { kind: 'steady'; bytes: number; milliseconds: number }

/** 4 KB of a token, or a body that the page's own files do not need. */
export const STRANGERS_PACE: BodyPace = { kind: 'whole', milliseconds: 10_000 }
/** 4 MB at most, over a slow line. */
export const CALL_PACE: BodyPace = { kind: 'whole', milliseconds: 60_000 }
/** 1 kB a second, looked at over half a minute. */
export const FILE_PACE: BodyPace = { kind: 'steady', bytes: 30_000, milliseconds: 30_000 }

/** A reader may stand still for this long, and then for a second more for each of these bytes that wait for it. */
const READER_MS = 30_000
const READER_BYTES_A_SECOND = 8 * 1024
/** Of the page's own files, which strangers may ask for. The largest has 2 MB. */
const STRANGERS_ANSWER_MS = 180_000
/** What stood still for this long may be closed where there is no more room. */
const STILL_MS = 500
/** Strangers may have so many bodies under way. */
const MAX_STRANGERS_BODIES = 64

export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  /** The caller has not proved itself. */
  stranger: boolean
  pace: BodyPace
}

interface Watched extends Exchange {
  startedAt: number
  /** Bytes of the connection moved last, in either direction, as far as was looked. */
  movedAt: number
  moved: number
  spanAt: number
  spanBytes: number
  sentAt: number
  sent: number
  cutAt: number | undefined
}

/**
 * Looks after every request that runs: a body that does not come, or drips, and an answer that is not read hold a connection and its descriptor
 * only for so long. An upload and a download may take hours, as long as they move.
 */
export function createProgress(options: { now(): number; lookMs?: number }) {
  const { now } = options
  const watched = new Set<Watched>()

  const look = () => {
    for (const one of watched) {
      note(one)
      if (one.cutAt !== undefined) end(one)
      else if (bodyIsLate(one)) cut(one)
      else if (answerIsStuck(one)) end(one)
    }
    const bodies = [...watched].filter((one) => one.stranger && !one.request.complete)
    for (const one of bodies.slice(0, Math.max(0, bodies.length - MAX_STRANGERS_BODIES))) end(one)
  }

  const note = (one: Watched) => {
    const moved = bytesOf(one)
    if (moved !== one.moved) Object.assign(one, { moved, movedAt: now() })
  }

  const bodyIsLate = (one: Watched): boolean => {
    const { request, pace } = one
    if (request.complete || request.destroyed) return false
    if (pace.kind === 'whole') return now() - one.startedAt > pace.milliseconds
    const bytes = request.socket.bytesRead
    // What already lies here was not taken by our disk yet: that is no fault of the sender.
    const waiting = request.readableLength < request.readableHighWaterMark
    if (waiting && now() - one.spanAt <= pace.milliseconds) return false
    const late = waiting && bytes - one.spanBytes < pace.bytes
    one.spanAt = now()
    one.spanBytes = bytes
    return late
  }

  const answerIsStuck = (one: Watched): boolean => {
    const { response } = one
    const socket = response.socket
    if (!socket || !response.headersSent) return false
    if (one.stranger && now() - one.startedAt > STRANGERS_ANSWER_MS) return true
    const waiting = response.writableLength
    const sent = socket.bytesWritten - socket.writableLength
    if (waiting === 0 || sent !== one.sent) {
      one.sent = sent
      one.sentAt = now()
      return false
    }
    return now() - one.sentAt > READER_MS + (waiting / READER_BYTES_A_SECOND) * 1000
  }

  const end = ({ request, response }: Watched) => {
    response.destroy()
    request.destroy()
  }
  /** Says why, where nothing was said yet; what still comes is not read. */
  const cut = (one: Watched) => {
    const { response } = one
    if (response.headersSent) return end(one)
    one.cutAt = now()
    response.setHeader('connection', 'close')
    response.once('finish', () => end(one))
    answerFailure(response, 408, 'REQUEST_TIMEOUT', 'The rest of the request did not come in time. Nothing was done.')
  }

  const looking = setInterval(look, options.lookMs ?? LOOK_MS)
  looking.unref()

  return {
    /** From now on until the response is closed. */
    watch(exchange: Exchange): void {
      const { socket } = exchange.request
      const one: Watched = {
        ...exchange,
        startedAt: now(),
        movedAt: now(),
        moved: bytesOf(exchange),
        spanAt: now(),
        spanBytes: socket.bytesRead,
        sentAt: now(),
        sent: -1,
        cutAt: undefined,
      }
      watched.add(one)
      exchange.response.once('close', () => watched.delete(one))
    },
    /** Of the proven callers' bodies and answers that are under way, the one that has stood still for longest; undefined where all move. */
    stillest(): Exchange | undefined {
      for (const one of watched) note(one)
      return [...watched]
        .filter((one) => !one.stranger && (!one.request.complete || one.response.writableLength > 0))
        .filter((one) => now() - one.movedAt > STILL_MS)
        .toSorted((a, b) => a.movedAt - b.movedAt)[0]
    },
    dispose: () => clearInterval(looking),
  }
}
const bytesOf = ({ request: { socket } }: Exchange) => socket.bytesRead + socket.bytesWritten - socket.writableLength

export type Progress = ReturnType<typeof createProgress>
