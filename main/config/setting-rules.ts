import { isDeepStrictEqual } from 'node:util'
import type { Consequence, Settings, SettingsPatch } from '../../preload/contract/settings.ts'
import { putAt, type SettingPath, valueAt } from './setting-path.ts'

export interface SettingRule {
  /** A file may set it: an import after its preview, a restore where the user takes the settings. */
  file: boolean
  /** It is part of an exported file and of a backup. */
  travels: boolean
  /**
   * Who may change it while the program runs.
   * `contract`: every caller. `folder`: the same, but on a desktop only a native folder dialog. `removal`: a caller may only take entries out of the
   * list; a native dialog adds them. `dialog`: only a native dialog of the desktop. `program`: only the program itself.
   */
  change: 'contract' | 'folder' | 'removal' | 'dialog' | 'program'
  /** What a value from a file would do that deletes something or is easily overlooked: the user confirms it by name. */
  consequence?(today: Settings, file: Settings): Consequence | undefined
  /** Where it cannot be read, something could be deleted, missing or readable by others: the user confirms what is in force. */
  guards?: true
}

/** Of the look or the pace of things. */
const plain: SettingRule = { file: true, travels: true, change: 'contract' }
/** Belongs to this machine or to what its user agreed to here. */
const here: SettingRule = { file: false, travels: false, change: 'contract' }

/** Every setting, and who may set it. A setting that is missing here does not compile. */
export const SETTING_RULES: Readonly<Record<SettingPath, SettingRule>> = {
  version: { file: false, travels: true, change: 'program' },
  language: plain,
  theme: plain,
  welcomed: here,
  risk_accepted: here,
  'model.base_url': { ...plain, consequence: () => 'key-again' },
  'model.name': plain,
  'model.timeout_seconds': plain,
  'model.retries': plain,
  'model.parallel': plain,
  'answering.catch_up_minutes': plain,
  'answering.answer_lifetime_minutes': plain,
  'answering.per_minute': plain,
  'answering.per_chat_per_minute': plain,
  'answering.typing': plain,
  'limits.chat_calls_per_day': limit('chat_calls_per_day'),
  'limits.chat_characters_per_day': limit('chat_characters_per_day'),
  'limits.calls_per_day': limit('calls_per_day'),
  'limits.characters_per_day': limit('characters_per_day'),
  'limits.message_characters': limit('message_characters'),
  'limits.context_characters': limit('context_characters'),
  'limits.messages_per_answer': plain,
  'limits.stop_loops': { ...plain, consequence: (_today, file) => when(!file.limits.stop_loops, 'loops-run') },
  'backup.schedule': {
    ...plain,
    // Backups come at another time than the user set: told until the user has seen it.
    guards: true,
    consequence: (_today, file) => when(file.backup.schedule === null, 'no-schedule'),
  },
  'backup.format': plain,
  'backup.folder': { file: false, travels: false, change: 'folder', guards: true },
  'backup.encryption': {
    ...plain,
    guards: true,
    consequence: (_today, file) => `encryption-${file.backup.encryption.kind}` as const,
  },
  'backup.keep.last': keep('last'),
  'backup.keep.daily': keep('daily'),
  'backup.keep.weekly': keep('weekly'),
  'backup.keep.monthly': keep('monthly'),
  'backup.keep.yearly': keep('yearly'),
  'backup.keep.days': keep('days'),
  'backup.drill_days': plain,
  'backup.undo_days': {
    ...plain,
    guards: true,
    consequence: ({ backup: today }, { backup: file }) => when(file.undo_days < today.undo_days, 'fewer-backups'),
  },
  'backup.stale_after_hours': plain,
  'retention.message_text_days': {
    ...plain,
    guards: true,
    consequence: ({ retention: today }, { retention: file }) =>
      when((file.message_text_days ?? Infinity) < (today.message_text_days ?? Infinity), 'texts-forgotten'),
  },
  'retention.secure_delete': plain,
  'desktop.start_at_login': here,
  'desktop.close_to_tray': plain,
  'desktop.tray_notice_shown': { ...here, change: 'program' },
  'desktop.notifications': plain,
  'desktop.update_feed': { ...here, change: 'dialog' },
  'desktop.bounds': { ...here, change: 'program' },
  'desktop.trusted_hosts': { ...here, change: 'removal' },
}

export const SETTING_PATHS = Object.keys(SETTING_RULES) as SettingPath[]
export const isSettingPath = (path: string): path is SettingPath => Object.hasOwn(SETTING_RULES, path)
/** True for `backup` and `backup.keep`: settings lie below. */
export const isSettingGroup = (path: string): boolean => SETTING_PATHS.some((known) => known.startsWith(`${path}.`))

function keep(rule: keyof Settings['backup']['keep']): SettingRule {
  return {
    ...plain,
    guards: true,
    consequence: ({ backup: today }, { backup: file }) => when(file.keep[rule] < today.keep[rule], 'fewer-backups'),
  }
}
/** A null is no limit. */
function limit(rule: Exclude<keyof Settings['limits'], 'messages_per_answer' | 'stop_loops'>): SettingRule {
  return {
    ...plain,
    consequence: ({ limits: today }, { limits: file }) =>
      when((file[rule] ?? Infinity) > (today[rule] ?? Infinity), 'higher-limit'),
  }
}
const when = <T>(applies: boolean, consequence: T): T | undefined => (applies ? consequence : undefined)

/** What of these settings a file of them may hold. */
export function travelling(settings: Settings): Record<string, unknown> {
  const part = {}
  for (const path of SETTING_PATHS) if (SETTING_RULES[path].travels) putAt(part, path, valueAt(settings, path))
  return part
}

/** The first setting that a caller of the contract may not change in this way. A value that is in force already is no change. */
export function refusedChange(
  patch: SettingsPatch,
  today: Settings,
  host: 'desktop' | 'headless',
): { path: SettingPath; change: SettingRule['change'] } | undefined {
  for (const path of SETTING_PATHS) {
    const value = valueAt(patch, path)
    const { change } = SETTING_RULES[path]
    if (value === undefined || isDeepStrictEqual(value, valueAt(today, path))) continue
    if (!allows(change, value, valueAt(today, path), host)) return { path, change }
  }
  return undefined
}

function allows(change: SettingRule['change'], value: unknown, today: unknown, host: 'desktop' | 'headless'): boolean {
  switch (change) {
    case 'contract':
      return true
    case 'folder':
      return host === 'headless' || value === null
    case 'removal':
      return Array.isArray(value) && Array.isArray(today) && value.every((entry) => today.includes(entry))
    case 'dialog':
    case 'program':
      return false
  }
}
