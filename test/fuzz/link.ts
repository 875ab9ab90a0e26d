import { type Answer, answerOf, fileFrame, requestFrame, stopFrame } from './frames.ts'

/** A connection that carries frames: a WebSocket, or a page's MessagePort. */
export interface Wire {
  send(frame: string | Uint8Array): void
  /** One listener at a time. */
  onFrame(listener: (frame: string | Buffer) => void): void
  onClose(listener: () => void): void
  close(): Promise<void>
}

export const ANSWER_MS = 120_000

/** Calls over a wire, without the checks of a real client. Streams are stopped at their first event. */
export function createLink(wire: Wire) {
  const waiting = new Map<string, (answer: Answer | Error) => void>()
  let next = 1
  let closed = false
  wire.onFrame((frame) => {
    const told = answerOf(frame)
    if (told === undefined) return
    if (told.answer.streams) wire.send(stopFrame(told.id))
    waiting.get(told.id)?.(told.answer)
  })
  wire.onClose(() => {
    closed = true
    for (const settle of [...waiting.values()]) settle(new Error('The connection was closed before the answer came.'))
  })

  function ask(id: string, frame: string | Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(new Error('No answer came.')), ANSWER_MS)
      const settle = (answer: Answer | Error) => {
        clearTimeout(timer)
        waiting.delete(id)
        if (answer instanceof Error) reject(answer)
        else resolve(answer)
      }
      waiting.set(id, settle)
      if (closed) settle(new Error('The connection is closed.'))
      else wire.send(frame)
    })
  }
  const newId = () => String(next++)

  return {
    get closed() {
      return closed
    },
    call(path: string, input?: unknown): Promise<Answer> {
      const id = newId()
      return ask(id, requestFrame({ id, path, input }))
    },
    /** A body as it is, whatever it is. */
    callWith(path: string, body: unknown): Promise<Answer> {
      const id = newId()
      return ask(id, JSON.stringify({ i: id, p: { u: path, b: body } }))
    },
    /** `field` of the input becomes the file. */
    async callWithFile(path: string, input: unknown, field: string, file: File): Promise<Answer> {
      const id = newId()
      return ask(id, await fileFrame({ id, path, input }, field, file))
    },
    send: wire.send,
    close: wire.close,
  }
}
export type Link = ReturnType<typeof createLink>
