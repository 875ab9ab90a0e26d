import type { Clock } from '../ports.ts'

export interface ServerClock {
  /** ms since 1970 by the server. Before the first word from it: the machine's clock. */
  now(): number
  known(): boolean
  /** `success`: the login's `t`, which is exact. */
  login(seconds: number): void
  /** `t` of a live stanza: it cannot lie in the server's future. */
  heard(seconds: number): void
}

/** The server's time plus what has passed on a clock that cannot be set. A wrong local clock changes nothing. */
export function createServerClock(clock: Clock, onOffset?: (offset: number) => void): ServerClock {
  let base: { server: number; monotonic: number } | undefined
  const now = () => (base ? Math.round(base.server + (clock.monotonic() - base.monotonic)) : clock.now())
  const set = (server: number) => {
    base = { server, monotonic: clock.monotonic() }
    onOffset?.(server - clock.now())
  }
  return {
    now,
    known: () => base !== undefined,
    login: (seconds) => {
      if (isTime(seconds)) set(seconds * 1000)
    },
    heard: (seconds) => {
      if (isTime(seconds) && base && seconds * 1000 > now()) set(seconds * 1000)
    },
  }
}

// Later than 2015, earlier than 2100: anything else is no time.
const isTime = (seconds: number) => seconds > 1.42e9 && seconds < 4.1e9
