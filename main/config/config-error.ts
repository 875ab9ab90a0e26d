import type { ScheduleCode } from '../../preload/contract/codes.ts'
import { FileRefusal } from '../files/read-file.ts'

export type ConfigErrorCode =
  | 'invalid-environment'
  | 'invalid-config-file'
  | 'missing-config-file'
  | 'refused-config-file'
  | 'refused-file'
  | 'foreign-data-directory'
  | 'invalid-settings'
  /** A schedule that never runs, by the field that does not fit. */
  | ScheduleCode
  /** A file or a text that should hold settings and does not. */
  | 'no-settings'
  | 'settings-changed'
  /** What depends on settings that could not be read, until the user confirms those in force. */
  | 'settings-doubtful'
  /** A setting that no caller of the contract may change in this way. */
  | 'protected-setting'
  | 'unwritable'

/** A setting from outside that cannot be used. The message names the setting, where it came from, and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code: ConfigErrorCode
  constructor(code: ConfigErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** Reads a file that steers the program; one that is refused becomes a ConfigError that ends with the way out. */
export function orRefuse<T>(read: () => T, wayOut: string, code: ConfigErrorCode = 'refused-file'): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof FileRefusal)) throw cause
    throw new ConfigError(code, `${cause.message} ${wayOut}`, { cause })
  }
}
