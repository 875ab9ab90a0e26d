export type EmulatorErrorCode =
  | 'timeout'
  | 'qr-unknown'
  | 'code-wrong'
  | 'code-unasked'
  | 'not-linked'
  | 'stopped'
  | 'name-taken'
  | 'unknown-member'

/** Something that a test or the demo asked of the emulator and that cannot be. */
export class EmulatorError extends Error {
  readonly code: EmulatorErrorCode

  constructor(code: EmulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EmulatorError'
    this.code = code
  }
}
