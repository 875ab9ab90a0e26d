import { EventEmitter } from 'node:events'

type Handler = (event: unknown, ...args: unknown[]) => unknown

class IpcMainStandIn extends EventEmitter {
  readonly #handlers = new Map<string, Handler>()
  handle(channel: string, handler: Handler) {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
    this.#handlers.set(channel, handler)
  }
  removeHandler(channel: string) {
    this.#handlers.delete(channel)
  }
  invoked(channel: string, event: unknown, args: unknown[]): unknown {
    const handler = this.#handlers.get(channel)
    if (!handler) throw new Error(`No handler registered for '${channel}'`)
    return handler(event, ...args)
  }
}
export const ipcMain = new IpcMainStandIn()
