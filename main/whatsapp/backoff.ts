/** 1, 2, 4 ... 60 s and up to a quarter more, so that many clients do not return in one moment. */
export function createBackoff(limits: { first: number; max: number }, random: () => number = Math.random) {
  let failures = 0
  return {
    next(longest = false): number {
      const step = longest ? limits.max : Math.min(limits.max, limits.first * 2 ** failures)
      failures += 1
      return Math.round(step * (1 + random() / 4))
    },
    reset() {
      failures = 0
    },
  }
}
