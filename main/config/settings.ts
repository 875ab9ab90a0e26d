import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type * as z from 'zod'
import { isScheduleCode } from '../../preload/contract/codes.ts'
import { type SettingSource, Settings, type SettingsPatch } from '../../preload/contract/settings.ts'
import { keepsNoModes } from '../files/modes.ts'
import { replaceFileNow } from '../files/replace-file.ts'
import { ConfigError } from './config-error.ts'
import { nestsTooDeep } from './depth.ts'
import type { Environment } from './environment.ts'
import { lastGoodOf, readSettings, settle } from './read-settings.ts'
import { isPlainObject, putAt, type SettingPath, valueAt } from './setting-path.ts'
import {
  isSettingGroup,
  isSettingPath,
  refusedChange,
  SETTING_PATHS,
  type SettingRule,
  travelling,
} from './setting-rules.ts'
import { createSettingsDoubt, doubtOf, type GuardedAct } from './settings-doubt.ts'

/** What conf and electron-store have in common: the whole file as one object, written atomically. */
export interface SettingsFile {
  store: Record<string, unknown>
}
/** Opens settings.json in that folder with mode 0600. The desktop host passes electron-store, the others conf. */
export type OpenSettingsFile = (options: { cwd: string; name: string }) => SettingsFile

export interface SettingsDeps {
  path: string
  open: OpenSettingsFile
  environment: Pick<Environment, 'OPENAI_BASE_URL' | 'OPENAI_MODEL'>
  now(): number
}

/**
 * The settings, checked on the way in and out. Where the file cannot be read, or a setting in it is not valid, the last good copy stands in, and without
 * one the default; the old file is kept beside, what happened is named, and what could do harm waits until the user confirms (see settings-doubt.ts).
 */
export function createSettings(deps: SettingsDeps) {
  const reading = readSettings(deps.path)
  const { lost } = reading
  const keptAs = lost === 'unreadable' || reading.invalid.length > 0 ? aside(deps) : null
  const doubt = createSettingsDoubt(deps.path)
  // The note first: whatever happens next, the loss is known.
  const found = doubtOf(reading, deps.now(), keptAs && basename(keptAs))
  if (found !== null) doubt.raise(found)
  if (keptAs !== null && lost === 'unreadable') renameSync(deps.path, keptAs)
  else if (keptAs !== null) copyFileSync(deps.path, keptAs)
  if (reading.encoded) replaceFileNow(deps.path, JSON.stringify(reading.settings))
  const file = deps.open({ cwd: dirname(deps.path), name: 'settings' })
  const listeners = new Set<(settings: Settings) => void>()

  const write = (next: Settings) => {
    try {
      file.store = next
    } catch (error) {
      // The library sets the file's mode and takes a file system that keeps none for a failure.
      if (!keepsNoModes(error)) throw error
      replaceFileNow(deps.path, `${JSON.stringify(next, null, '\t')}\n`)
    }
  }
  let saved = reading.found ? reading.settings : settle(file.store, Settings.parse({})).settings
  if (keptAs !== null || lost !== undefined || Object.keys(file.store).length === 0) write(saved)
  const repaired: readonly string[] = lost === undefined ? reading.invalid : ['everything']

  /** Only of settings that nobody doubts. */
  const keepCopy = () => {
    if (doubt.now() !== null || !existsSync(deps.path)) return
    try {
      replaceFileNow(lastGoodOf(deps.path), `${JSON.stringify(saved, null, 2)}\n`)
    } catch {
      // A full disk: the file itself was written, and the copy stays one change behind.
    }
  }
  if (reading.found) keepCopy()

  const effective = (): Settings => ({
    ...saved,
    model: {
      ...saved.model,
      ...(deps.environment.OPENAI_BASE_URL && { base_url: deps.environment.OPENAI_BASE_URL }),
      ...(deps.environment.OPENAI_MODEL && { name: deps.environment.OPENAI_MODEL }),
    },
  })
  let current = effective()

  const save = (next: Settings) => {
    try {
      write(next)
    } catch (cause) {
      throw new ConfigError(
        'unwritable',
        `${deps.path} could not be written. Nothing was changed. Check the disk and its permissions.`,
        { cause },
      )
    }
    saved = next
    current = effective()
    keepCopy()
    for (const listener of listeners) listener(current)
    return current
  }

  /**
   * A change by the program itself; callers from outside go through `updateByCaller`.
   * @throws ConfigError that names the value; nothing is changed then
   */
  const update = (patch: SettingsPatch): Settings => {
    if (nestsTooDeep(patch)) throw tooDeep()
    const parsed = Settings.safeParse(patched(saved, patch))
    if (!parsed.success) throw invalid(parsed.error)
    return save(parsed.data)
  }

  return {
    /** What is in force: the environment wins over the file. */
    get: (): Settings => current,
    /** Names of values that were not valid when the file was read. */
    repaired: (): readonly string[] => repaired,
    sources(): Record<string, z.infer<typeof SettingSource>> {
      return {
        ...(deps.environment.OPENAI_BASE_URL && { 'model.base_url': 'environment' as const }),
        ...(deps.environment.OPENAI_MODEL && { 'model.name': 'environment' as const }),
      }
    },
    update,
    /**
     * A change that a caller of the contract asks for: page, script or command line.
     * @throws ConfigError that names the setting, also where this caller may not change it; nothing is changed then
     */
    updateByCaller(patch: SettingsPatch, host: 'desktop' | 'headless'): Settings {
      const refused = refusedChange(patch, current, host)
      if (refused) throw protectedSetting(refused.path, refused.change)
      const next = update(patch)
      doubt.settle(SETTING_PATHS.filter((path) => valueAt(patch, path) !== undefined))
      return next
    },
    /** That settings could not be read, and were not confirmed yet. */
    doubt: doubt.now,
    /** The user says that the settings in force are right. @returns false: nobody doubted */
    confirm(): boolean {
      const confirmed = doubt.confirm()
      keepCopy()
      for (const listener of listeners) listener(current)
      return confirmed
    },
    /** Why an act must wait until the user has confirmed; undefined: it need not. */
    refusal: (act: GuardedAct): ConfigError | undefined => doubt.refusal(act, current),
    /** What travels to another machine: no secrets, and nothing that belongs to this one. */
    exported: (): string => `${JSON.stringify(travelling(saved), null, 2)}\n`,
    /** Called with what is in force after each change. Returns the unsubscriber. */
    onChange(listener: (settings: Settings) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
export type SettingsStore = ReturnType<typeof createSettings>

/** What is valid of a file of settings; all else takes its default. */
export function repairedSettings(raw: unknown): { settings: Settings; repaired: string[] } {
  if (!isPlainObject(raw)) return { settings: Settings.parse({}), repaired: ['everything'] }
  const { settings, invalid } = settle(raw, Settings.parse({}))
  return { settings, repaired: invalid }
}

const aside = ({ path, now }: SettingsDeps) =>
  path.replace(/\.json$/, `.broken-${new Date(now()).toISOString().replace(/\D/g, '').slice(0, 14)}.json`)

/**
 * The settings with a patch put in, each single setting as a whole.
 * @throws ConfigError for a name that is no setting
 */
function patched(settings: Settings, patch: SettingsPatch): Settings {
  const next = structuredClone(settings)
  const put = (part: object, above: string) => {
    for (const [name, value] of Object.entries(part)) {
      const path = above + name
      if (value === undefined) continue
      if (isSettingPath(path)) putAt(next, path, value)
      else if (isSettingGroup(path) && isPlainObject(value)) put(value, `${path}.`)
      else throw unknownSetting(path)
    }
  }
  put(patch, '')
  return next
}

const nameOf = (path: string) => JSON.stringify(path.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 100))
const unknownSetting = (path: string): ConfigError =>
  new ConfigError(
    'invalid-settings',
    isSettingGroup(path)
      ? `${nameOf(path)} is a group of settings and needs an object. Nothing was changed.`
      : `There is no setting named ${nameOf(path)}. Nothing was changed.`,
  )

function protectedSetting(path: SettingPath, change: SettingRule['change']): ConfigError {
  const why = {
    contract: '',
    folder: `On the desktop, ${path} is chosen in a folder dialog of the window.`,
    removal: `Entries of ${path} can be removed here. They are added in a dialog of the desktop program only.`,
    dialog: `${path} is changed in a dialog of the desktop program only.`,
    program: `${path} is set by the program itself.`,
  }[change]
  return new ConfigError('protected-setting', `${why} Nothing was changed.`)
}

const tooDeep = () =>
  new ConfigError('invalid-settings', 'These settings are nested deeper than any that fit. Nothing was changed.')

function invalid(error: z.ZodError): ConfigError {
  const [issue] = error.issues
  const name = issue?.path.join('.') ?? ''
  const code = issue?.code === 'custom' && isScheduleCode(issue.params?.code) ? issue.params.code : 'invalid-settings'
  return new ConfigError(
    code,
    `The setting ${name} is not valid: ${withoutStop(issue?.message ?? '')}. Nothing was changed.`,
  )
}
const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '')
