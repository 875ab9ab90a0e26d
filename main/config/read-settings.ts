import { dirname } from 'node:path'
import { Settings, type SettingsDoubt } from '../../preload/contract/settings.ts'
import { readOwnFile } from '../files/read-file.ts'
import { decodeText } from '../files/text.ts'
import { orRefuse } from './config-error.ts'
import { nestsTooDeep } from './depth.ts'
import { isPlainObject, putAt, type SettingPath, valueAt } from './setting-path.ts'
import { SETTING_PATHS } from './setting-rules.ts'

const MAX_BYTES = 4 * 1024 * 1024

/** The last settings that were read or written whole; beside the file. */
export const lastGoodOf = (path: string): string => path.replace(/\.json$/, '.last-good.json')

/** By setting: which part of its value does not fit, and why. */
export type Reasons = NonNullable<SettingsDoubt['reasons']>

export interface SettingsReading {
  settings: Settings
  /** Single settings of the file that are not valid. */
  invalid: SettingPath[]
  /** Why, of those that have their own sentence for it. */
  reasons: Reasons
  /** Where the file as a whole says nothing: it cannot be read, or it is gone although there is a copy. */
  lost: 'unreadable' | 'missing' | undefined
  /** What is used instead of what is not valid or lost. */
  instead: 'last-good' | 'default'
  /** The file is read, and is no UTF-8 without a byte-order mark, as its writer expects. */
  encoded: boolean
  /** False: there is neither the file nor a copy. */
  found: boolean
}

/**
 * Reads settings.json, and where that gives nothing the last good copy. Writes nothing.
 * @throws ConfigError where the file is refused: another user's, no file, too large
 */
export function readSettings(path: string): SettingsReading {
  const bytes = bytesOf(path)
  const copy = parsed(bytesOf(lastGoodOf(path)))?.value
  const own = parsed(bytes)
  const instead = copy === undefined ? 'default' : 'last-good'
  const fallback = settle(copy, Settings.parse({})).settings
  if (own === undefined) {
    const lost = bytes !== undefined ? 'unreadable' : copy === undefined ? undefined : 'missing'
    return { settings: fallback, invalid: [], reasons: {}, lost, instead, encoded: false, found: lost !== undefined }
  }
  return { ...settle(own.value, fallback), lost: undefined, instead, encoded: own.encoded, found: true }
}

/** The settings of a file, each by itself: one that is not valid takes its value from the fallback, one that is missing its default. */
export function settle(
  file: unknown,
  fallback: Settings,
): { settings: Settings; invalid: SettingPath[]; reasons: Reasons } {
  const settings = Settings.parse({})
  const invalid: SettingPath[] = []
  const reasons: Reasons = {}
  for (const path of SETTING_PATHS) {
    const value = valueAt(file, path)
    if (value === undefined && !isBlocked(file, path)) continue
    const alone = value === undefined ? undefined : Settings.safeParse(putAt({}, path, value))
    if (alone?.success) putAt(settings, path, valueAt(alone.data, path))
    else {
      invalid.push(path)
      const issue = alone?.error?.issues[0]
      if (issue?.code === 'custom') reasons[path] = { code: String(issue.params?.code), message: issue.message }
      putAt(settings, path, valueAt(fallback, path))
    }
  }
  return { settings, invalid, reasons }
}

/** Something that is no object stands where the setting's group should be. */
function isBlocked(file: unknown, path: string): boolean {
  const groups = path.split('.').slice(0, -1)
  return groups.some((_, index) => {
    const group = valueAt(file, groups.slice(0, index + 1).join('.'))
    return group !== undefined && !isPlainObject(group)
  })
}

function bytesOf(path: string): Buffer | undefined {
  return orRefuse(
    () => readOwnFile(path, MAX_BYTES, { folder: dirname(path) }),
    'It holds the settings. Check its owner and its permissions, or move it away.',
  )
}

/** Undefined: no text, no JSON, or no object. */
function parsed(bytes: Buffer | undefined): { value: Record<string, unknown>; encoded: boolean } | undefined {
  const text = bytes && decodeText(bytes)
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isPlainObject(value) && !nestsTooDeep(value)
      ? { value, encoded: !bytes?.equals(Buffer.from(text)) }
      : undefined
  } catch {
    return undefined // cut off, or no JSON at all
  }
}
