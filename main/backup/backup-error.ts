/**
 * How making or proving a backup can fail.
 * - NO_SPACE: data has `needed` and `free`, in bytes.
 * - NO_FOLDER: the folder cannot be used; NOT_MOUNTED: its disk is not there; NO_ANSWER: it does not answer, as a network share that hangs.
 * - SOURCE_CORRUPT: the running database itself is damaged; no older backup is removed because of it.
 * - NO_SECRET: encryption is configured and its passphrase is not at hand.
 * - TRUNCATED, ALTERED: the file is not what was written; WRONG_PASSPHRASE, KEY_NEEDED, WRONG_KEY: it cannot be opened with what was given.
 * - NO_MEMORY: a passphrase needs more memory than there is.
 * - BAD_KEY: what was given is no age key at all; BAD_RECIPIENT: no age recipient.
 * - NOT_OURS: whole or not, it is no backup that this program wrote.
 * - MISMATCH: the file is whole, yet what it restores to differs from what the snapshot held.
 */
export type BackupErrorCode =
  | 'NO_SPACE'
  | 'NO_FOLDER'
  | 'NOT_MOUNTED'
  | 'NO_ANSWER'
  | 'SOURCE_CORRUPT'
  | 'SOURCE_EMPTY'
  | 'NO_SECRET'
  | 'TRUNCATED'
  | 'ALTERED'
  | 'WRONG_PASSPHRASE'
  | 'KEY_NEEDED'
  | 'WRONG_KEY'
  | 'BAD_KEY'
  | 'BAD_RECIPIENT'
  | 'NO_MEMORY'
  | 'NOT_OURS'
  | 'MISMATCH'
  | 'MISSING'
  | 'DEADLINE'
  | 'CANCELLED'
  | 'IO'

/** `message` says what happened, to which file, and what to do now. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly code: BackupErrorCode
  readonly data: Record<string, unknown>
  constructor(code: BackupErrorCode, message: string, data: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.data = data
  }
}

export const altered = (path: string, cause?: unknown): BackupError =>
  new BackupError(
    'ALTERED',
    `${path} is not what was written: its contents were altered. Use another backup.`,
    {},
    { cause },
  )
export const truncated = (path: string): BackupError =>
  new BackupError('TRUNCATED', `${path} is cut off: its end is missing. Copy it again, or use another backup.`)
