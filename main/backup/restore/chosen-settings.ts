import type { RestoreOptions } from '../../../preload/contract/restore.ts'
import type { Difference } from '../../config/setting-differences.ts'
import { RefusalError } from './refusal.ts'
import type { UndoRecord } from './undo-record.ts'

/** What a restore takes of a file's settings. @throws RefusalError where a name is none of a setting that the file would change: a caller who mistyped it means something else */
export function chosenSettings(
  differences: readonly Difference[],
  wanted: RestoreOptions['settings'],
): NonNullable<UndoRecord['settings']> {
  const names = Array.isArray(wanted) ? wanted : wanted === true ? differences.map(({ key }) => key) : []
  const stray = names.find((name) => !differences.some(({ key }) => key === name))
  if (stray !== undefined) {
    throw new RefusalError(
      'not-found',
      `The file changes no setting named ${stray}. The preview names those that it would change. Nothing was changed.`,
    )
  }
  return differences
    .filter(({ key }) => names.includes(key))
    .map(({ key, inFile, here }) => ({ key, before: here, after: inFile }))
}
