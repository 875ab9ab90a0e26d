export type WhatsAppErrorCode =
  | 'not-connected'
  | 'not-linked'
  | 'already-linked'
  | 'pairing-refused'
  | 'pairing-interrupted'
  | 'emulator-refused'
  | 'session-in-use'
  | 'storage-failed'

/** An expected failure. `message` says what happened and what to do now. */
export class WhatsAppError extends Error {
  readonly code: WhatsAppErrorCode
  constructor(code: WhatsAppErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'WhatsAppError'
    this.code = code
  }
}

export type MediaErrorCode = 'gone' | 'too-large' | 'damaged' | 'no-media' | 'network'

export class MediaError extends Error {
  readonly code: MediaErrorCode
  constructor(code: MediaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MediaError'
    this.code = code
  }
}

export const notConnected = () =>
  new WhatsAppError('not-connected', 'WhatsApp is not connected. The message waits and is sent by itself later.')

export const pairingInterrupted = (options?: ErrorOptions) =>
  new WhatsAppError(
    'pairing-interrupted',
    'The connection ended, or another code was asked for, before this code came. Ask for a code again.',
    options,
  )

/** What a log may say of an error: its code, or its name. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
