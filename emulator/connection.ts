import { type BinaryNode, decodeBinaryNode, encodeBinaryNode, type proto } from '@whiskeysockets/baileys'
import type { WebSocket } from 'ws'
import { createServerNoise, type ServerKeys } from './noise.ts'

export interface ConnectionEvents {
  /** The handshake is done; the payload says who connects. */
  onPayload(payload: proto.ClientPayload): void
  onNode(node: BinaryNode): Promise<void>
  onClose(): void
  onError(error: unknown): void
}

/** One client's socket: intro, frames of three length bytes, Noise handshake, then binary nodes. */
export function createConnection(socket: WebSocket, keys: ServerKeys, events: ConnectionEvents) {
  const noise = createServerNoise(keys)
  let pending: Buffer = Buffer.alloc(0)
  let introSeen = false
  let phase: 'hello' | 'finish' | 'open' = 'hello'
  /** Half-open: the TCP connection lives, nobody is at the other end. */
  let frozen = false
  let work: Promise<void> = Promise.resolve()

  const writeFrame = (payload: Uint8Array) => {
    if (frozen || socket.readyState !== socket.OPEN) return
    const length = payload.byteLength
    socket.send(Buffer.concat([Buffer.from([length >> 16, (length >> 8) & 255, length & 255]), payload]))
  }

  const onFrame = async (frame: Buffer) => {
    if (phase === 'hello') {
      phase = 'finish'
      writeFrame(noise.hello(frame))
    } else if (phase === 'finish') {
      const payload = noise.finish(frame)
      phase = 'open'
      events.onPayload(payload)
    } else {
      await events.onNode(await decodeBinaryNode(noise.open(frame)))
    }
  }

  const onData = async (data: Buffer) => {
    if (frozen) return
    pending = Buffer.concat([pending, data])
    if (!introSeen) {
      const intro = introLength(pending)
      if (intro === undefined) return
      pending = pending.subarray(intro)
      introSeen = true
    }
    while (pending.length >= 3) {
      const length = pending.readUIntBE(0, 3)
      if (pending.length < 3 + length) return
      const frame = pending.subarray(3, 3 + length)
      pending = pending.subarray(3 + length)
      await onFrame(frame)
    }
  }

  socket.on('message', (data: Buffer) => {
    work = work
      .then(() => onData(Buffer.from(data)))
      .catch((error: unknown) => {
        events.onError(error)
        socket.close()
      })
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => events.onClose())

  return {
    send(node: BinaryNode): void {
      // A frame that is not written must not be sealed: it would use up a nonce.
      if (frozen || phase !== 'open' || socket.readyState !== socket.OPEN) return
      writeFrame(noise.seal(encodeBinaryNode(node)))
    },
    isOpen: () => socket.readyState === socket.OPEN,
    close: () => socket.close(),
    terminate: () => socket.terminate(),
    freeze: () => {
      frozen = true
    },
    /** Resolves when everything received so far was handled. */
    settled: () => work,
  }
}
export type Connection = ReturnType<typeof createConnection>

/** `WA` and two version bytes, with `ED`, 00 01, three length bytes and the routing info before it where the client has one. */
export function introLength(data: Buffer): number | undefined {
  if (data.length < 4) return undefined
  if (data.toString('latin1', 0, 2) !== 'ED') return 4
  if (data.length < 7) return undefined
  const total = 7 + data.readUIntBE(4, 3) + 4
  return data.length < total ? undefined : total
}
