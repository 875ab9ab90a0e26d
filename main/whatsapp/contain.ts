import type { EventEmitter } from 'node:events'

/**
 * Baileys listens with asynchronous functions that nobody awaits: a closed socket or a damaged frame inside one of them
 * would end the whole process as an unhandled rejection. Each listener gets a catch of its own.
 */
export function containFailures(emitter: EventEmitter, onError: (error: unknown) => void): void {
  for (const event of emitter.eventNames()) {
    if (typeof event !== 'string' || !(event === 'message' || event.startsWith('CB:'))) continue
    const listeners = emitter.rawListeners(event)
    emitter.removeAllListeners(event)
    for (const listener of listeners) {
      emitter.on(event, (...args: unknown[]) => {
        try {
          Promise.resolve(Reflect.apply(listener, emitter, args)).catch(onError)
        } catch (error) {
          onError(error)
        }
      })
    }
  }
}

/** Cuts a connection whose other side does not answer the closing handshake. */
export function terminate(client: object): void {
  const socket: unknown = Reflect.get(client, 'socket')
  if (typeof socket !== 'object' || socket === null || !('terminate' in socket)) return
  if (typeof socket.terminate === 'function') socket.terminate()
}
