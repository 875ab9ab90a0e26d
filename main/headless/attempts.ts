/** Counts wrong tokens per address within a minute. A guess beyond the limit is not looked at at all. */
export function createAttempts(options: { limit: number; windowMs: number; now: () => number }) {
  const failures = new Map<string, { count: number; until: number }>()
  const current = (address: string) => {
    const entry = failures.get(address)
    if (entry && entry.until <= options.now()) {
      failures.delete(address)
      return undefined
    }
    return entry
  }
  return {
    /** Seconds to wait; 0 where a guess is allowed. */
    wait(address: string): number {
      const entry = current(address)
      return entry && entry.count >= options.limit ? Math.ceil((entry.until - options.now()) / 1000) : 0
    },
    failed(address: string): void {
      const entry = current(address)
      if (entry) entry.count += 1
      else {
        if (failures.size >= 1000) failures.clear()
        failures.set(address, { count: 1, until: options.now() + options.windowMs })
      }
    },
  }
}
export type Attempts = ReturnType<typeof createAttempts>
