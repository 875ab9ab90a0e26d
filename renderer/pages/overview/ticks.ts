const HOUR = 3_600_000
const HALF_HOURS = [0.5, 1, 2, 3, 4, 6].map((hours) => hours * HOUR)

/** Even marks from below `from` to above `to`, counted from `zero`, by the first of the steps that needs at most `most` of them. */
function evenTicks(from: number, to: number, zero: number, steps: readonly number[], most: number): number[] {
  for (const [index, step] of steps.entries()) {
    const low = Math.floor((from - zero) / step)
    const high = Math.max(low + 1, Math.ceil((to - zero) / step))
    if (high - low <= most || index === steps.length - 1)
      return Array.from({ length: high - low + 1 }, (_, mark) => zero + (low + mark) * step)
  }
  return []
}

/** Round hours or half hours of this machine's zone. */
export const timeTicks = (from: number, to: number): number[] =>
  evenTicks(from, to, new Date(from).setHours(0, 0, 0, 0), HALF_HOURS, 4)

/** From zero, in steps of 0.2, 0.5 or 1, 2, 5 and so on: each is exact with one digit behind the point. */
export function secondsTicks(to: number): number[] {
  const steps = [0.2, 0.5]
  for (let ten = 1; ten * 2.5 < to; ten *= 10) steps.push(ten, ten * 2, ten * 5)
  return evenTicks(0, to, 0, [...steps, Math.max(1, Math.ceil(to))], 5)
}
