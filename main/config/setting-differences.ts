import { isDeepStrictEqual } from 'node:util'
import { type Consequence, type LeftOutReason, Settings, type SettingsPatch } from '../../preload/contract/settings.ts'
import { isPlainObject, putAt, type SettingPath, valueAt } from './setting-path.ts'
import { isSettingGroup, isSettingPath, SETTING_PATHS, SETTING_RULES } from './setting-rules.ts'

/** A setting that a file may set and that differs from what is in force. */
export interface Difference {
  key: SettingPath
  inFile: unknown
  here: unknown
  consequence: Consequence | undefined
}
export interface LeftOut {
  /** As the file names it. */
  key: string
  why: LeftOutReason
}
export interface Comparison {
  differences: Difference[]
  leftOut: LeftOut[]
  /** Settings of the file that are in force already. */
  same: number
}

/** What a file's settings would change here, by the one table of settings. `fixed`: set from outside, where the environment wins over any file. */
export function compareWithFile(file: unknown, today: Settings, fixed: readonly string[]): Comparison {
  const found: Comparison = { differences: [], leftOut: unknownOf(file), same: 0 }
  for (const key of SETTING_PATHS) {
    const inFile = valueAt(file, key)
    const here = valueAt(today, key)
    if (inFile === undefined) continue
    if (isDeepStrictEqual(inFile, here)) {
      found.same++
      continue
    }
    const rule = SETTING_RULES[key]
    const parsed = Settings.safeParse(putAt(structuredClone(today), key, inFile))
    if (!rule.file) found.leftOut.push({ key, why: 'not-from-file' })
    else if (fixed.includes(key)) found.leftOut.push({ key, why: 'fixed' })
    else if (!parsed.success) found.leftOut.push({ key, why: 'invalid' })
    else {
      const consequence = rule.consequence?.(today, parsed.data)
      found.differences.push({ key, inFile: valueAt(parsed.data, key), here, consequence })
    }
  }
  return found
}

/** Keys that this program does not know, and groups that are no objects. Looks no deeper than settings lie. */
function unknownOf(file: unknown, above = ''): LeftOut[] {
  if (!isPlainObject(file)) return []
  return Object.entries(file).flatMap(([name, value]): LeftOut[] => {
    const key = above + name
    if (isSettingPath(key)) return []
    if (!isSettingGroup(key)) return [{ key, why: 'unknown' }]
    return isPlainObject(value) ? unknownOf(value, `${key}.`) : [{ key, why: 'invalid' }]
  })
}

/** These values, as a patch of the settings. */
export function patchOf(values: readonly { key: string; value: unknown }[]): SettingsPatch {
  return values.reduce<object>((patch, { key, value }) => putAt(patch, key, value), {})
}

/** Of the settings that a restore gave, those that are still as it left them: what the user changed since stays. */
export const stillGiven = <T extends { key: string; after: unknown }>(given: readonly T[], today: Settings): T[] =>
  given.filter(({ key, after }) => isDeepStrictEqual(valueAt(today, key), after))
