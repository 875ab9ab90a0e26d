import type { FailureCode } from '../../preload/contract/codes.ts'
import { StoreError } from '../store/errors.ts'
import { codeOf } from './results.ts'

/** The file is there, and what is wrong with it is known. */
export class NotProven extends Error {
  override readonly name = 'NotProven'
  readonly code: string
  constructor(id: string, cause: unknown) {
    super(`${id} was made, but could not be proven. ${cause instanceof Error ? cause.message : ''}`.trim(), { cause })
    this.code = codeOf(cause)
  }
}

export const NOT_OURS = 'Another installation made it, which uses the same folder: only that one decides about it.'
const UNDO = 'The last restore can be undone with it. Wait until then, or set the days for undoing to 0.'
/** What keeps a backup from being removed by hand, the reason that is told first. */
export const LOCKS: readonly [string, FailureCode, string][] = [
  ['pinned', 'backup-pinned', 'It is pinned: unpin it first.'],
  ['in-use', 'backup-in-use', 'It is being restored: wait until that has ended.'],
  ['undo', 'backup-needed', UNDO],
  ['restored-from', 'backup-needed', UNDO],
  ['last-verified', 'backup-last-verified', 'It is the newest verified backup: make another one first.'],
]
export const refusal = (code: FailureCode, id: string, what: 'removed' | 'pinned', why: string) =>
  Object.assign(new Error(`${id} was not ${what}. ${why}`), { code })
export const noBackup = (id: string) =>
  new StoreError('not-found', id, `There is no backup named ${id}. Reload the list.`)
