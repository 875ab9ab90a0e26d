import type { ModelError } from '../llm/model-error.ts'

const FIRST = 1000
const LONGEST_QUICK = 15_000
const FIRST_SLOW = 15_000
/** No wait is longer; one that seems to be was written by a clock that has jumped since. */
export const LONGEST_WAIT = 10 * 60_000
const SLOW_TRIES = 5

export interface Verdict {
  /** Undefined: do not try again. */
  waitMs: number | undefined
}

/**
 * How long a job waits after its `attempts`-th failure. The first `retries` waits are of seconds. After them an endpoint that is down or over its
 * limit is waited for as long as the answer lives; any other failure may be this message's own fault, and ends after a few slow tries.
 */
export function afterFailure(error: ModelError, attempts: number, retries: number, random: () => number): Verdict {
  if (!error.retryable || (error.once && attempts > 1)) return { waitMs: undefined }
  const quick = attempts <= retries
  const isOutage =
    error.code === 'model-unreachable' || error.code === 'model-limit' || [502, 503, 504].includes(error.status ?? 0)
  if (!quick && !isOutage && attempts > retries + SLOW_TRIES) return { waitMs: undefined }
  const wait = quick
    ? Math.min(FIRST * 2 ** (attempts - 1), LONGEST_QUICK)
    : Math.min(FIRST_SLOW * 2 ** Math.min(attempts - retries - 1, 10), 2 * 60_000)
  const jittered = wait * (0.8 + 0.4 * random())
  return { waitMs: Math.min(Math.max(jittered, error.retryAfterMs ?? 0), LONGEST_WAIT) }
}
