import type { Settings } from '../../preload/contract/settings.ts'

type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never

/** The place of each single setting. A list, and an object that comes in several kinds or may be null, is one setting as a whole. */
type LeafOf<T> = {
  [K in keyof T & string]: IsUnion<T[K]> extends true
    ? K
    : T[K] extends readonly unknown[]
      ? K
      : T[K] extends object
        ? `${K}.${LeafOf<T[K]>}`
        : K
}[keyof T & string]
export type SettingPath = LeafOf<Settings>

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Undefined where nothing is there. */
export function valueAt(root: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), root)
}

/** Changes `root`, making the objects on the way. */
export function putAt<T extends object>(root: T, path: string, value: unknown): T {
  const keys = path.split('.')
  const last = keys.pop() ?? path
  let here: object = root
  for (const key of keys) {
    const next: unknown = Reflect.get(here, key)
    const inner: object = isPlainObject(next) ? next : {}
    Reflect.set(here, key, inner)
    here = inner
  }
  Reflect.set(here, last, value)
  return root
}

/** A value in one line: a text as it is, all else as JSON. */
export const showValue = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null))
