export type HostErrorCode =
  | 'token-damaged'
  | 'token-needed'
  | 'address-in-use'
  | 'address-refused'
  | 'page-missing'
  | 'owner-gone'

/** Why the headless host does not start, and what to do. */
export class HostError extends Error {
  override readonly name = 'HostError'
  readonly code: HostErrorCode
  constructor(code: HostErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
