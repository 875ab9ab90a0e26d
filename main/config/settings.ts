import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type * as z from 'zod'
import { type SettingSource, Settings, type SettingsPatch } from '../../preload/contract/settings.ts'
import { readOwnFile } from '../files/read-file.ts'
import { ConfigError, orRefuse } from './config-error.ts'
import { nestsTooDeep } from './depth.ts'
import type { Environment } from './environment.ts'
import { isPlainObject, putAt, type SettingPath } from './setting-path.ts'
import { isSettingGroup, isSettingPath, refusedChange, type SettingRule, travelling } from './setting-rules.ts'

const MAX_BYTES = 4 * 1024 * 1024

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

/** The settings, checked on the way in and out. A value that is not valid goes back to its default, is named, and the old file is kept beside. */
export function createSettings(deps: SettingsDeps) {
  const repaired = [...setAsideUnreadable(deps)]
  const file = deps.open({ cwd: dirname(deps.path), name: 'settings' })
  const listeners = new Set<(settings: Settings) => void>()

  const found = repairedSettings(file.store)
  repaired.push(...found.repaired)
  if (found.repaired.length > 0 && existsSync(deps.path)) copyFileSync(deps.path, aside(deps))
  let saved = found.settings
  if (Object.keys(file.store).length === 0 || found.repaired.length > 0) file.store = saved

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
      file.store = next
    } catch (cause) {
      throw new ConfigError(
        'unwritable',
        `${deps.path} could not be written. Nothing was changed. Check the disk and its permissions.`,
        { cause },
      )
    }
    saved = next
    current = effective()
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
      return update(patch)
    },
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

/** Drops each value that is not valid until the rest is; a dropped value takes its default. */
export function repairedSettings(raw: unknown): { settings: Settings; repaired: string[] } {
  const repaired: string[] = []
  const draft: unknown = structuredClone(raw)
  for (;;) {
    const parsed = Settings.safeParse(draft)
    if (parsed.success) return { settings: parsed.data, repaired }
    const [issue] = parsed.error.issues
    const path = issue?.path ?? []
    if (path.length === 0 || !drop(draft, path)) return { settings: Settings.parse({}), repaired: ['everything'] }
    repaired.push(path.join('.'))
  }
}

/** Removes the value at the path, or the nearest one above it that exists. */
function drop(root: unknown, path: readonly PropertyKey[]): boolean {
  for (let depth = path.length; depth > 0; depth--) {
    let at: unknown = root
    for (const key of path.slice(0, depth - 1)) at = isObject(at) ? at[key as string] : undefined
    const key = path[depth - 1] as string
    // A list is dropped as a whole: without one of its parts it may mean something else.
    if (isObject(at) && !Array.isArray(at) && key in at) {
      delete at[key]
      return true
    }
  }
  return false
}

function setAsideUnreadable(deps: SettingsDeps): string[] {
  const bytes = orRefuse(
    () => readOwnFile(deps.path, MAX_BYTES, { folder: dirname(deps.path) }),
    'It holds the settings. Check its owner and its permissions, or move it away.',
  )
  if (bytes === undefined) return []
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (isObject(value) && !nestsTooDeep(value)) return []
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  renameSync(deps.path, aside(deps))
  return ['everything']
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
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const tooDeep = () =>
  new ConfigError('invalid-settings', 'These settings are nested deeper than any that fit. Nothing was changed.')

function invalid(error: z.ZodError): ConfigError {
  const [issue] = error.issues
  return new ConfigError(
    'invalid-settings',
    `The setting ${issue?.path.join('.') ?? ''} is not valid: ${issue?.message ?? ''}. Nothing was changed.`,
  )
}
