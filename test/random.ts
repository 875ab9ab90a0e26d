/** The same seed gives the same choices (mulberry32). */
export function createRandom(seed: number) {
  let state = seed | 0
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number): number => Math.floor(next() * end)
  return {
    below,
    one<T>(items: readonly T[]): T {
      if (items.length === 0) throw new Error('Nothing to choose from.')
      return items[below(items.length)] as T
    },
    /** True once in so many times. */
    chance: (of: number): boolean => below(of) === 0,
  }
}
export type Random = ReturnType<typeof createRandom>
