import { createHash } from 'node:crypto'
import type { ImportPreview, ImportResult } from '../../preload/contract/settings.ts'
import { ConfigError } from './config-error.ts'
import { type Comparison, compareWithFile, patchOf } from './setting-differences.ts'
import { isPlainObject, showValue, valueAt } from './setting-path.ts'
import { SETTING_PATHS, SETTING_RULES } from './setting-rules.ts'
import type { SettingsStore } from './settings.ts'

/** Of a hostile file with a hundred thousand keys this many are named. */
const MAX_NAMED = 100
const MAX_NAME = 100

export interface ImportChoice {
  /** Of the preview that the user saw; without it nothing that has a consequence is taken. */
  digest?: string | undefined
  /** Keys of settings whose consequence the user confirmed. */
  accept?: readonly string[] | undefined
}

/** Settings from a file, in two steps: what it would change, and the change that was shown. */
export function createSettingsImport(settings: Pick<SettingsStore, 'get' | 'update' | 'sources'>) {
  function compare(json: string) {
    const today = settings.get()
    const fixed = Object.keys(settings.sources())
    const comparison = compareWithFile(read(json), today, fixed)
    const importable = SETTING_PATHS.filter((path) => SETTING_RULES[path].file)
    // Whatever the preview says follows from these.
    const basis = [json, fixed, importable.map((path) => valueAt(today, path))]
    return { ...comparison, digest: createHash('sha256').update(JSON.stringify(basis)).digest('hex') }
  }

  return {
    /** @throws ConfigError where the file holds no settings */
    preview(json: string): ImportPreview {
      const { differences, digest, same, ...rest } = compare(json)
      return {
        digest,
        same,
        differences: differences.map(({ key, inFile, here, consequence }) => ({
          key,
          file: showValue(inFile),
          now: showValue(here),
          consequence: consequence ?? null,
        })),
        ...named(rest.leftOut),
      }
    },
    /**
     * Takes what the file may set; of settings with a consequence only those that `accept` names after a preview.
     * @throws ConfigError `settings-changed` where the file or the settings are no longer as the preview saw them; nothing is changed then
     */
    apply(json: string, { digest, accept = [] }: ImportChoice = {}): ImportResult {
      const found = compare(json)
      if (digest !== undefined && digest !== found.digest) {
        throw new ConfigError(
          'settings-changed',
          'The file or the settings have changed since they were compared. Nothing was changed. Look at the differences again.',
        )
      }
      const confirmed = (key: string) => digest !== undefined && accept.includes(key)
      const taken = found.differences.filter(({ key, consequence }) => consequence === undefined || confirmed(key))
      const waiting = found.differences.filter((difference) => !taken.includes(difference))
      const leftOut: Comparison['leftOut'] = [
        ...waiting.map(({ key }) => ({ key, why: 'not-confirmed' as const })),
        ...found.leftOut,
      ]
      const now = settings.update(patchOf(taken.map(({ key, inFile }) => ({ key, value: inFile }))))
      const { left_out, left_out_total } = named(leftOut)
      return {
        settings: now,
        taken: taken.map(({ key }) => key),
        ignored: left_out.map(({ key }) => key),
        left_out,
        left_out_total,
      }
    },
  }
}

function read(json: string): Record<string, unknown> {
  let value: unknown
  try {
    // Editors on Windows put a byte-order mark before it.
    value = JSON.parse(json.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new ConfigError('no-settings', 'This file is not JSON, so it holds no settings. Nothing was changed.', {
      cause,
    })
  }
  if (!isPlainObject(value)) throw new ConfigError('no-settings', 'This file holds no settings. Nothing was changed.')
  return value
}

/** Names come from the file: one line each, not too long, and not too many. */
const named = (leftOut: Comparison['leftOut']) => ({
  left_out: leftOut.slice(0, MAX_NAMED).map(({ key, why }) => ({ key: oneLine(key), why })),
  left_out_total: leftOut.length,
})
const oneLine = (text: string) => text.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, MAX_NAME)
