import { isDeepStrictEqual } from 'node:util'
import { Settings, type SettingsPatch } from '../../../preload/contract/settings.ts'

/** The settings as the restore service needs them. */
export interface RestorableSettings {
  get(): Settings
  /** @throws where one is not valid; nothing is changed then */
  update(patch: SettingsPatch): Settings
  /** Names of those that are set from outside: the environment wins over any file. */
  fixed(): readonly string[]
}
export interface Difference {
  key: string
  inFile: unknown
  here: unknown
}

/**
 * What of a file's settings may be taken: not what belongs to one machine (where backups lie, windows), not what its owner agreed to, and not
 * what would make the program trust somebody (hosts whose links open unasked, where updates come from).
 */
const TAKEN = [
  'language',
  'theme',
  'model.base_url',
  'model.name',
  'model.timeout_seconds',
  'model.retries',
  'model.parallel',
  'answering.catch_up_minutes',
  'answering.answer_lifetime_minutes',
  'answering.per_minute',
  'answering.per_chat_per_minute',
  'answering.typing',
  'backup.schedule',
  'backup.format',
  'backup.encryption',
  'backup.keep.last',
  'backup.keep.daily',
  'backup.keep.weekly',
  'backup.keep.monthly',
  'backup.keep.yearly',
  'backup.keep.days',
  'backup.stale_after_hours',
  'retention.message_text_days',
  'retention.secure_delete',
  'desktop.start_at_login',
  'desktop.close_to_tray',
  'desktop.notifications',
] as const

/** The settings that a file carries, that are valid here, and that differ from today's. */
export function settingsDifference(file: unknown, settings: Pick<RestorableSettings, 'get' | 'fixed'>): Difference[] {
  const today = settings.get()
  const fixed = new Set(settings.fixed())
  return TAKEN.flatMap((key) => {
    const inFile = at(file, key)
    const here = at(today, key)
    if (inFile === undefined || fixed.has(key) || isDeepStrictEqual(inFile, here)) return []
    const parsed = Settings.safeParse(put(structuredClone(today), key, inFile))
    return parsed.success ? [{ key, inFile: at(parsed.data, key), here }] : []
  })
}

/** These values, as a patch of the settings. */
export function patchOf(values: readonly { key: string; value: unknown }[]): SettingsPatch {
  return values.reduce<object>((patch, { key, value }) => put(patch, key, value), {})
}

/** Of the settings that a restore gave, those that are still as it left them: what somebody changed since stays. */
export const stillGiven = <T extends { key: string; after: unknown }>(given: readonly T[], today: Settings): T[] =>
  given.filter(({ key, after }) => isDeepStrictEqual(at(today, key), after))

export const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null))

function at(root: unknown, key: string): unknown {
  return key
    .split('.')
    .reduce<unknown>(
      (value, part) => (typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined),
      root,
    )
}

function put<T extends object>(root: T, key: string, value: unknown): T {
  const parts = key.split('.')
  const last = parts.pop() ?? key
  let here: object = root
  for (const part of parts) {
    const next: unknown = Reflect.get(here, part)
    const inner: object = typeof next === 'object' && next !== null ? next : {}
    Reflect.set(here, part, inner)
    here = inner
  }
  Reflect.set(here, last, value)
  return root
}
