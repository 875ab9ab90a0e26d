import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Settings, SettingsDoubt } from '../../preload/contract/settings.ts'
import { readOwnFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'
import type { Notice } from '../ports.ts'
import { ConfigError, orRefuse } from './config-error.ts'
import { readSettings, type SettingsReading } from './read-settings.ts'
import type { SettingPath } from './setting-path.ts'
import { SETTING_PATHS, SETTING_RULES } from './setting-rules.ts'

const MAX_BYTES = 64 * 1024

export const doubtFileOf = (settingsPath: string): string => settingsPath.replace(/\.json$/, '.doubt.json')

/** What waits until the user has confirmed the settings, as far as it depends on one that could not be read. */
export type GuardedAct = 'plain-backup' | 'prune' | 'restore' | 'forget'

/** Those whose loss would delete something, or make it readable by others. */
export const GUARDED: readonly SettingPath[] = SETTING_PATHS.filter((path) => SETTING_RULES[path].guards === true)
const KEEPS_NOTHING: readonly SettingPath[] = ['backup.encryption', 'backup.schedule']
const RETENTION = GUARDED.filter((path) => path.startsWith('backup.') && !KEEPS_NOTHING.includes(path))

/** That settings could not be read, remembered beside them until the user confirms those in force. */
export function createSettingsDoubt(settingsPath: string) {
  const path = doubtFileOf(settingsPath)
  let current = readDoubt(path)

  const keep = (next: SettingsDoubt | null) => {
    if (next === null) rmSync(path, { force: true })
    else replaceFileNow(path, `${JSON.stringify(next)}\n`)
    current = next
  }
  const covers = (setting: SettingPath): boolean =>
    current !== null && (current.keys.length === 0 || current.keys.includes(setting))

  return {
    now: (): SettingsDoubt | null => current,
    /** A second loss before the first was confirmed widens the doubt. */
    raise(doubt: SettingsDoubt): void {
      const before = current ?? doubt
      const whole = before.keys.length === 0 || doubt.keys.length === 0
      const keys = whole ? [] : [...new Set([...before.keys, ...doubt.keys])]
      const reasons = { ...before.reasons, ...doubt.reasons }
      keep({ ...doubt, at: before.at, keys, ...(Object.keys(reasons).length > 0 && { reasons }) })
    },
    /** The user confirmed all settings. @returns false: there was no doubt */
    confirm(): boolean {
      if (current === null) return false
      keep(null)
      return true
    },
    /** The user set these anew. Where the whole file was lost, each of the others may still be wrong. */
    settle(changed: readonly string[]): void {
      if (current === null || current.keys.length === 0) return
      const keys = current.keys.filter((key) => !changed.includes(key))
      if (keys.length !== current.keys.length) keep(keys.length === 0 ? null : { ...current, keys })
    },
    /** Why an act must wait; undefined: it need not. */
    refusal(act: GuardedAct, settings: Settings): ConfigError | undefined {
      const plain = covers('backup.encryption') && settings.backup.encryption.kind === 'none'
      const prune = RETENTION.some(covers)
      const waits = {
        'plain-backup': plain,
        prune,
        // It makes a backup of today's data first, and old ones are pruned after that.
        restore: plain || prune,
        forget: covers('retention.message_text_days'),
      }[act]
      if (!waits || current === null) return undefined
      return new ConfigError('settings-doubtful', `${sayDoubt(current)} ${REFUSED[act]} ${CONFIRM}`)
    },
  }
}

/** What a start with these settings would doubt. Writes nothing. */
export function doubtOf(reading: SettingsReading, at: number, keptAs: string | null): SettingsDoubt | null {
  const { lost, instead } = reading
  const keys = reading.invalid.filter((path) => GUARDED.includes(path))
  if (lost === undefined && keys.length === 0) return null
  const reasons = Object.fromEntries(
    Object.entries(reading.reasons).filter(([path]) => keys.some((key) => key === path)),
  )
  return {
    at,
    why: lost ?? 'values',
    instead,
    kept_as: keptAs,
    keys: lost === undefined ? keys : [],
    ...(Object.keys(reasons).length > 0 && { reasons }),
  }
}

/** The doubt that stands, or the one that the next start will find. Writes nothing. */
export const lookForDoubt = (settingsPath: string, now: number): SettingsDoubt | null =>
  readDoubt(doubtFileOf(settingsPath)) ?? doubtOf(readSettings(settingsPath), now, null)

const REFUSED: Readonly<Record<GuardedAct, string>> = {
  'plain-backup': 'Backups may have been encrypted, so none is made in plain.',
  prune: 'More backups may have been meant to be kept, so none is removed.',
  restore: 'A restore depends on them, so nothing is restored.',
  forget: 'Texts may have been meant to be kept longer, so none is forgotten.',
}
export const CONFIRM = 'Look at Settings and confirm those in force, or run `whatslang settings --confirm`.'

/** What happened, in a sentence. */
export function sayDoubt({ why, instead, keys, reasons = {} }: Omit<SettingsDoubt, 'at' | 'kept_as'>): string {
  const used = instead === 'last-good' ? 'the last good copy of them is in force' : 'the defaults are in force'
  if (why === 'unreadable') return `The settings file could not be read, and ${used}.`
  if (why === 'missing') return `The settings file was gone, and ${used}.`
  const because = Object.values(reasons).map(({ message }) => ` ${message}`)
  return keys.length === 1
    ? `The setting ${keys[0]} is not valid, and ${instead === 'last-good' ? 'its last good value' : 'its default'} is in force.${because.join('')}`
    : `The settings ${keys.join(', ')} are not valid, and ${instead === 'last-good' ? 'their last good values' : 'their defaults'} are in force.${because.join('')}`
}

/** Told at each start until the user has confirmed. */
export const doubtNotice = (doubt: SettingsDoubt): Notice => ({
  code: 'settings-doubtful',
  title: 'Look at the settings',
  body: `${sayDoubt(doubt)} ${CONFIRM}`,
  page: '/settings',
})

/** A note that cannot be read is still one: all settings are in doubt. */
export function readDoubt(path: string): SettingsDoubt | null {
  const read = () => readOwnFile(path, MAX_BYTES, { folder: dirname(path) })
  const bytes = orRefuse(read, 'It says whether the settings are in doubt. Check its owner and its permissions.')
  if (bytes === undefined) return null
  try {
    return SettingsDoubt.parse(JSON.parse(bytes.toString()))
  } catch {
    return { at: 0, why: 'unreadable', instead: 'default', kept_as: null, keys: [] }
  }
}
