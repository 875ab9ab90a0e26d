/** No call and no file of settings nests deeper than a handful of levels. */
const MAX_DEPTH = 64

/**
 * Whether a value that came as JSON nests deeper than any of ours. Asked before the value meets code that calls itself for each level, which
 * would run out of stack. Takes time in proportion to the value's size, and no stack.
 */
export function nestsTooDeep(value: unknown, limit = MAX_DEPTH): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true
    const below: unknown[] = []
    for (const item of level) for (const part of partsOf(item)) if (typeof part === 'object' && part) below.push(part)
    level = below
  }
  return false
}

function partsOf(value: unknown): Iterable<unknown> {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value) || value instanceof Set) return value
  if (value instanceof Map) return [...value.keys(), ...value.values()]
  return Object.values(value)
}
