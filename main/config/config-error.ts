export type ConfigErrorCode =
  | 'invalid-environment'
  | 'invalid-config-file'
  | 'missing-config-file'
  | 'invalid-settings'
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
