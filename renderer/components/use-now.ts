import { useSyncExternalStore } from 'react'

const clocks = new Map<number, ReturnType<typeof createTicks>>()

/** One timer for all that show a passing time at one pace. */
function createTicks(every: number) {
  let now = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  const listeners = new Set<() => void>()
  return {
    get: () => now,
    subscribe(listener: () => void) {
      listeners.add(listener)
      if (!timer) {
        now = Date.now()
        timer = setInterval(() => {
          now = Date.now()
          for (const tell of [...listeners]) tell()
        }, every)
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}

export function useNow(every: number): number {
  let clock = clocks.get(every)
  if (!clock) {
    clock = createTicks(every)
    clocks.set(every, clock)
  }
  return useSyncExternalStore(clock.subscribe, clock.get)
}
