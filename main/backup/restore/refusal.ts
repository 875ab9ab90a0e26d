/** Why a file was not taken. The code is stable: the CLI's exit code 3 and the page's texts hang on it. */
export type RefusalCode =
  | 'not-a-file'
  | 'inside-data-directory'
  | 'empty'
  | 'unknown-kind'
  | 'damaged'
  | 'truncated'
  | 'too-large'
  | 'too-much-compression'
  | 'statement'
  | 'schema'
  | 'newer-version'
  | 'wrong-passphrase'
  | 'passphrase-needed'
  | 'key-needed'
  | 'wrong-key'
  | 'row'
  | 'not-ours'
  /** Not the file's fault: another restore runs, or there is nothing to undo. */
  | 'conflict'
  | 'not-found'

/** The file is refused; nothing of the running database was touched. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError'
  readonly code: RefusalCode
  readonly line: number | undefined

  constructor(code: RefusalCode, message: string, options: { line?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.line = options.line
  }
}
