import { type Choice, whole } from './power-disk.ts'

export type Random = () => number

/** The same seed gives the same numbers (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The four corners: everything arrived, nothing, only names, only bytes. */
export const CORNERS: readonly Choice[] = [
  (_node, pending) => whole(pending),
  () => [],
  (node, pending) => (node.kind === 'folder' ? whole(pending) : []),
  (node, pending) => (node.kind === 'file' ? whole(pending) : []),
]

/** Any other state, each node for itself. `disorderly`: a folder may forget an older change and keep a newer one. */
export function anyState(random: Random, disorderly: boolean): Choice {
  const some = <T>(list: readonly T[]): T[] => list.filter(() => random() < 0.5)
  return (node, pending) => {
    const oldest = pending.slice(0, Math.floor(random() * (pending.length + 1)))
    const dice = random()
    if (dice < 0.2) return whole(pending)
    if (dice < 0.4) return []
    if (node.kind === 'folder') return whole(disorderly && dice > 0.7 ? some(pending) : oldest)
    if (dice < 0.6) return whole(oldest)
    if (dice < 0.75) return whole(some(pending))
    return some(pending).map((change) => {
      const fate = random()
      if (fate < 0.4) return { change }
      return fate < 0.6 ? { change, lengthOnly: true } : { change, torn: Math.floor(random() * 2 ** 31) }
    })
  }
}
