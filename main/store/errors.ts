/** What can be wrong with a database file, or stop an operation on one. */
export type StoreErrorCode =
  | 'newer-version'
  | 'older-version'
  | 'migration-failed'
  | 'locked'
  | 'busy'
  | 'unreadable'
  | 'read-only-file'
  | 'read-only-folder'
  | 'no-folder'
  | 'directory'
  | 'empty-file'
  | 'not-a-database'
  | 'foreign-database'
  | 'python-database'
  | 'corrupt'
  | 'schema-damaged'
  | 'disk-full'
  | 'unsafe-sqlite'
  | 'pragma-refused'
  | 'io'
  | 'not-found'
  | 'import-failed'
  /** The file under the open database became another one. */
  | 'file-replaced'

/** An expected failure. `message` says what happened, to which file, and what to do now. */
export class StoreError extends Error {
  readonly code: StoreErrorCode
  readonly path: string
  constructor(code: StoreErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
    this.path = path
  }
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** SQLite's own failure, from wherever it comes, in words about the database; anything else passes through untouched. */
export function sqliteInWords(error: unknown): unknown {
  if (error instanceof StoreError || !codeOf(error).startsWith('SQLITE_')) return error
  const named = asStoreError(error, 'the database')
  if (named instanceof StoreError) named.message = named.message.replace(/^the /, 'The ')
  return named
}

/** Gives SQLite's and the file system's expected failures their own words; anything else passes through untouched. */
export function asStoreError(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error
  const make = (code: StoreErrorCode, message: string) => new StoreError(code, path, message, { cause: error })
  const code = codeOf(error)
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT' || code === 'SQLITE_IOERR_WRITE') {
    return make('disk-full', `The disk that holds ${path} is full. Nothing was changed. Free some space and try again.`)
  }
  if (code === 'SQLITE_NOTADB') {
    return make(
      'not-a-database',
      `${path} is not an SQLite database (or it is encrypted). It was left as it is. Choose another file, or move this one away and restore a backup.`,
    )
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return make(
      'corrupt',
      `${path} is damaged. It was left as it is. Restore the newest verified backup, or save what is readable.`,
    )
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return make(
      'busy',
      `${path} is in use by another program. Nothing was changed. Close the other program and try again.`,
    )
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS') {
    return make(
      'read-only-file',
      `${path} can only be read. Nothing was changed. Make the file and its folder writable, and look whether its disk is mounted for writing.`,
    )
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'SQLITE_PERM' || code === 'SQLITE_AUTH') {
    return make('unreadable', `${path} may not be opened by this user. Change its owner or its permissions.`)
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return make('io', `${path} could not be opened. Look at the permissions of the file and its folder.`)
  }
  if (code.startsWith('SQLITE_IOERR') || code === 'EIO') {
    return make('io', `Reading or writing ${path} failed. Look at the disk's health, then start again.`)
  }
  return error
}
