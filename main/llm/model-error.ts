import { APIConnectionError, APIError } from 'openai'
import { originOf } from './model-key.ts'

export type ModelErrorCode =
  | 'model-missing'
  | 'model-key'
  | 'model-key-elsewhere'
  | 'model-unknown'
  | 'model-refused'
  | 'model-limit'
  | 'model-timeout'
  | 'model-unreachable'
  | 'model-oversized'
  | 'model-redirect'
  | 'model-link-local'
  | 'model-failed'
  | 'cancelled'

export interface ModelErrorFacts {
  retryable: boolean
  retryAfterMs?: number | undefined
  status?: number | undefined
  /** Retryable, but one more time only. */
  once?: boolean
  /** False where the model surely never worked on it, so that it costs nothing. */
  billed?: boolean
}

/** Why a call to the model gave no answer. Its message names the endpoint and the way out, never a key or a message's text. */
export class ModelError extends Error {
  readonly code: ModelErrorCode
  /** True where the same call may succeed later: no 4xx but 408 and 429. */
  readonly retryable: boolean
  /** How long the endpoint asked us to wait. */
  readonly retryAfterMs: number | undefined
  readonly status: number | undefined
  readonly once: boolean
  readonly billed: boolean
  constructor(code: ModelErrorCode, message: string, facts: ModelErrorFacts) {
    super(message)
    this.name = 'ModelError'
    this.code = code
    this.retryable = facts.retryable
    this.retryAfterMs = facts.retryAfterMs
    this.status = facts.status
    this.once = facts.once ?? false
    this.billed = facts.billed ?? true
  }
}

export interface Endpoint {
  base_url: string
  name: string
  key: string | undefined
  /** Where the key at hand belongs. */
  origin: string | undefined
}

/** There is a key, and it was entered for another server. What waits for it is tried again when it is entered here, or the address goes back. */
export const keyElsewhere = (baseUrl: string, origin: string): ModelError =>
  new ModelError(
    'model-key-elsewhere',
    `The key was entered for ${origin} and is not sent to ${originOf(baseUrl)}. Enter the key for the new address in Settings, or go back to the former one.`,
    { retryable: true },
  )

/** The cause is left out on purpose: the library's errors carry the request's headers, key included. */
export function asModelError(error: unknown, endpoint: Endpoint): ModelError {
  if (error instanceof ModelError) return error
  const { name: model } = endpoint
  const at = placeOf(endpoint.base_url)
  if (error instanceof APIError && typeof error.status === 'number') {
    const { status } = error
    const facts = {
      status,
      retryable: status === 408 || status === 429 || status >= 500,
      retryAfterMs: retryAfter(error),
      billed: ![401, 403, 404, 429].includes(status),
    }
    if (status === 401 || status === 403) {
      if (endpoint.key === undefined && endpoint.origin !== undefined)
        return keyElsewhere(endpoint.base_url, endpoint.origin)
      return new ModelError('model-key', `${at} refused the key (${status}). Check the key in Settings.`, facts)
    }
    if (status === 404) {
      return new ModelError(
        'model-unknown',
        `${at} does not know the model ${model} (404). Check its name and the address in Settings.`,
        facts,
      )
    }
    if (status === 429) {
      return new ModelError(
        'model-limit',
        `${at} is over its limit of requests or credit (429). It is tried again later.`,
        facts,
      )
    }
    if (status === 408) return new ModelError('model-timeout', `${at} gave up waiting (408). It is tried again.`, facts)
    if (status >= 500) return new ModelError('model-failed', `${at} failed (${status}). It is tried again.`, facts)
    return new ModelError(
      'model-refused',
      `${at} refused the request (${status}). Check the model ${model} in Settings.`,
      facts,
    )
  }
  if (error instanceof APIConnectionError) {
    return new ModelError(
      'model-unreachable',
      `${at} could not be reached. Check the address in Settings and that the server runs.`,
      { retryable: true, billed: !causes(error).some(neverConnected) },
    )
  }
  return new ModelError('model-failed', `${at} gave an answer that could not be read. It is tried again.`, {
    retryable: true,
  })
}

/** An error with what it says led to it, itself first. Bounded: a chain may lead back to itself. */
export function causes(error: unknown): Error[] {
  const all: Error[] = []
  for (let one = error; one instanceof Error && all.length < 8; one = one.cause) all.push(one)
  return all
}

const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/
const neverConnected = (error: Error) =>
  'code' in error && typeof error.code === 'string' && NEVER_CONNECTED.test(error.code)

/** The endpoint's host: an address in the settings may hold a user name, a password or a key in its query. */
export function placeOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'The model'
}

function retryAfter(error: APIError): number | undefined {
  const headers: unknown = error.headers
  if (!(headers instanceof Headers)) return undefined
  const seconds = Number(headers.get('retry-after'))
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, 10 * 60_000) : undefined
}
