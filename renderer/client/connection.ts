import { sameOriginProbe } from './authentication.ts'

export type ConnectionState = 'connecting' | 'online' | 'offline' | 'unauthenticated'

export interface Connection {
  get(): ConnectionState
  set(state: ConnectionState): void
  subscribe(listener: () => void): () => void
  /** Asks the host, by HTTP, whether it knows us. */
  probe(): Promise<ConnectionState>
  /** What `start` does; nothing where the transport is there from the beginning. */
  onStart(action: () => void): void
  start(): void
}

/** Between this page and the program; what is between the program and WhatsApp is the session. */
export function createConnection(initial: ConnectionState): Connection {
  let state = initial
  let begin: () => void = () => undefined
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    set(next) {
      if (next === state) return
      state = next
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    probe: sameOriginProbe,
    onStart(action) {
      begin = action
    },
    start: () => begin(),
  }
}
