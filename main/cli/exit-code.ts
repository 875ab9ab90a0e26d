import { ORPCError } from '@orpc/client'
import type { ErrorCode } from '../../preload/contract/common.ts'
import { ConfigError } from '../config/config-error.ts'
import { systemFailure } from '../files/system-error.ts'
import { HostError } from '../headless/host-error.ts'
import { contractCode } from '../rpc/failure.ts'
import { StoreError, sqliteInWords } from '../store/errors.ts'
import { UsageError } from './arguments.ts'
import { OutError } from './out.ts'

export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, held: 4, noSpace: 5 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export interface Failure {
  exit: ExitCode
  code: string
  message: string
}

/** Every error as an exit code, a stable word and a sentence. What nobody expected keeps its details for the log. */
export function failureOf(thrown: unknown): Failure {
  const error = sqliteInWords(thrown)
  if (error instanceof UsageError) return { exit: EXIT.usage, code: 'usage', message: error.message }
  if (error instanceof ConfigError) return { exit: EXIT.usage, code: error.code, message: error.message }
  if (error instanceof StoreError) {
    const { code, message } = error
    if (code === 'locked' || code === 'busy') return { exit: EXIT.held, code, message }
    if (code === 'disk-full') return { exit: EXIT.noSpace, code, message }
    return { exit: REFUSED_FILES.has(code) ? EXIT.refused : EXIT.failed, code, message }
  }
  if (error instanceof OutError) {
    const { code, message } = error
    return { exit: code === 'EPIPE' ? EXIT.failed : EXIT.refused, code, message }
  }
  if (error instanceof HostError) return { exit: EXIT.failed, code: error.code, message: error.message }
  if (error instanceof ORPCError) return ofContract(error)
  return ofCode(error)
}

/** By its code alone: the class of an error does not survive the way out of a task's process. */
function ofCode(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unexpected'
  const system = systemFailure(error)
  const known = contractCode(system?.code ?? code)
  const exit = (known && EXIT_OF[known]) ?? EXIT.failed
  if (system) return { exit, code: system.code, message: system.message }
  if (known === undefined) return { exit, code, message: UNEXPECTED }
  return { exit, code, message: error instanceof Error ? error.message : UNEXPECTED }
}

const UNEXPECTED =
  'Whatslang met an error that it did not expect. Run `whatslang doctor`; the folder logs of the data directory says more.'

/** The contract's codes that a script must tell apart; every other one is 1. */
const EXIT_OF: Partial<Record<ErrorCode, ExitCode>> = {
  REFUSED: EXIT.refused,
  NO_SPACE: EXIT.noSpace,
  INVALID: EXIT.usage,
}

const REFUSED_FILES: ReadonlySet<string> = new Set([
  'newer-version',
  'corrupt',
  'not-a-database',
  'foreign-database',
  'empty-file',
])

function ofContract(error: ORPCError<string, unknown>): Failure {
  const { code, message } = error
  switch (code) {
    case 'REFUSED':
      return { exit: EXIT.refused, code: reasonOf(error.data) ?? code, message }
    case 'NO_SPACE':
      return { exit: EXIT.noSpace, code, message }
    case 'INVALID':
    case 'BAD_REQUEST':
      return { exit: EXIT.usage, code, message }
    default:
      return { exit: EXIT.failed, code, message }
  }
}

function reasonOf(data: unknown): string | undefined {
  return typeof data === 'object' && data !== null && 'reason' in data && typeof data.reason === 'string'
    ? data.reason
    : undefined
}
