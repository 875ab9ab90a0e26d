export type HostErrorCode =
  | 'token-damaged'
  | 'token-needed'
  | 'token-weak'
  | 'address-in-use'
  | 'address-refused'
  | 'page-missing'
  | 'sign-in-unwritten'
  | 'owner-gone'

/** Why the headless host does not start, or cannot keep what it was told; and what to do. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: HostErrorCode
  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
