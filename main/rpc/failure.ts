import { ORPCError, ValidationError } from '@orpc/server'
import type { Logger } from 'pino'
import { FAILURE_SUBJECTS, type FailureCode, type SystemCode } from '../../preload/contract/codes.ts'
import type { ErrorCode } from '../../preload/contract/common.ts'
import type { BackupErrorCode } from '../backup/backup-error.ts'
import type { RefusalCode } from '../backup/restore/refusal.ts'
import type { ConfigErrorCode } from '../config/config-error.ts'
import type { FileRefusalCode } from '../files/read-file.ts'
import { systemFailure } from '../files/system-error.ts'
import type { ModelErrorCode } from '../llm/model-error.ts'
import { type StoreErrorCode, sqliteInWords } from '../store/errors.ts'
import type { TaskErrorCode } from '../tasks/task-error.ts'
import type { WhatsAppErrorCode } from '../whatsapp/errors.ts'

/** Codes of our typed errors, by what the caller can do about them. What is not named here was not expected. */
const CODES: Readonly<Record<FailureCode, ErrorCode>> = {
  // store
  'not-found': 'NOT_FOUND',
  'disk-full': 'NO_SPACE',
  busy: 'UNAVAILABLE',
  corrupt: 'UNAVAILABLE',
  io: 'UNAVAILABLE',
  // bots and settings
  invalid: 'INVALID',
  conflict: 'CONFLICT',
  'invalid-settings': 'INVALID',
  'schedule-fields': 'INVALID',
  'schedule-name': 'INVALID',
  'schedule-minute': 'INVALID',
  'schedule-hour': 'INVALID',
  'schedule-day': 'INVALID',
  'schedule-month': 'INVALID',
  'schedule-weekday': 'INVALID',
  'schedule-never': 'INVALID',
  'no-settings': 'INVALID',
  'settings-changed': 'CONFLICT',
  'settings-doubtful': 'CONFLICT',
  'protected-setting': 'REFUSED',
  unwritable: 'FAILED',
  KEYCHAIN_UNAVAILABLE: 'UNAVAILABLE',
  'sign-in-unwritten': 'UNAVAILABLE',
  // WhatsApp
  'not-connected': 'NOT_CONNECTED',
  'not-linked': 'NOT_CONNECTED',
  'already-linked': 'CONFLICT',
  'pairing-refused': 'REFUSED',
  'pairing-interrupted': 'CONFLICT',
  'emulator-refused': 'REFUSED',
  'session-in-use': 'CONFLICT',
  'storage-failed': 'UNAVAILABLE',
  // a bot that is tried out: the endpoint's trouble or the settings', never this program's own
  'model-missing': 'CONFLICT',
  'model-key': 'CONFLICT',
  'model-key-elsewhere': 'CONFLICT',
  'model-unknown': 'CONFLICT',
  'model-refused': 'CONFLICT',
  'model-limit': 'UNAVAILABLE',
  'model-timeout': 'UNAVAILABLE',
  'model-unreachable': 'UNAVAILABLE',
  'model-oversized': 'UNAVAILABLE',
  'model-redirect': 'CONFLICT',
  'model-link-local': 'REFUSED',
  'model-failed': 'UNAVAILABLE',
  'budget-day': 'CONFLICT',
  'rules-too-costly': 'CONFLICT',
  // the operating system
  ENOSPC: 'NO_SPACE',
  EDQUOT: 'NO_SPACE',
  EFBIG: 'UNAVAILABLE',
  EROFS: 'UNAVAILABLE',
  EACCES: 'UNAVAILABLE',
  EPERM: 'UNAVAILABLE',
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'INVALID',
  EISDIR: 'INVALID',
  EEXIST: 'CONFLICT',
  ENOTEMPTY: 'CONFLICT',
  ENAMETOOLONG: 'INVALID',
  ELOOP: 'INVALID',
  EBUSY: 'UNAVAILABLE',
  ETXTBSY: 'UNAVAILABLE',
  EIO: 'UNAVAILABLE',
  ENXIO: 'UNAVAILABLE',
  EMFILE: 'UNAVAILABLE',
  ENFILE: 'UNAVAILABLE',
  ETIMEDOUT: 'UNAVAILABLE',
  ESTALE: 'UNAVAILABLE',
  ENOTCONN: 'UNAVAILABLE',
  EHOSTDOWN: 'UNAVAILABLE',
  ENOTSUP: 'UNAVAILABLE',
  EINVAL: 'UNAVAILABLE',
  EXDEV: 'UNAVAILABLE',
  // tasks
  CANCELLED: 'CANCELLED',
  TIME_LIMIT: 'FAILED',
  MEMORY_LIMIT: 'REFUSED',
  DISK_LIMIT: 'NO_SPACE',
  CRASHED: 'FAILED',
  // backups
  NO_SPACE: 'NO_SPACE',
  NO_FOLDER: 'UNAVAILABLE',
  NOT_MOUNTED: 'UNAVAILABLE',
  NO_ANSWER: 'UNAVAILABLE',
  SOURCE_CORRUPT: 'UNAVAILABLE',
  SOURCE_EMPTY: 'CONFLICT',
  NO_SECRET: 'CONFLICT',
  TRUNCATED: 'REFUSED',
  ALTERED: 'REFUSED',
  WRONG_PASSPHRASE: 'REFUSED',
  KEY_NEEDED: 'REFUSED',
  WRONG_KEY: 'REFUSED',
  BAD_KEY: 'INVALID',
  BAD_RECIPIENT: 'INVALID',
  NO_MEMORY: 'UNAVAILABLE',
  NOT_OURS: 'REFUSED',
  MISMATCH: 'REFUSED',
  MISSING: 'NOT_FOUND',
  DEADLINE: 'FAILED',
  'backup-pinned': 'CONFLICT',
  'backup-last-verified': 'CONFLICT',
  'backup-needed': 'CONFLICT',
  'backup-in-use': 'CONFLICT',
  'backup-not-ours': 'CONFLICT',
  'backup-undeletable': 'FAILED',
  // restores
  'not-a-file': 'REFUSED',
  'inside-data-directory': 'REFUSED',
  empty: 'REFUSED',
  'unknown-kind': 'REFUSED',
  damaged: 'REFUSED',
  truncated: 'REFUSED',
  'too-large': 'REFUSED',
  'too-much-compression': 'REFUSED',
  statement: 'REFUSED',
  schema: 'REFUSED',
  'newer-version': 'REFUSED',
  'wrong-passphrase': 'REFUSED',
  'passphrase-needed': 'REFUSED',
  'key-needed': 'REFUSED',
  'wrong-key': 'REFUSED',
  row: 'REFUSED',
  'not-ours': 'REFUSED',
  // files that cannot be used
  IO: 'UNAVAILABLE',
  locked: 'CONFLICT',
  'older-version': 'UNAVAILABLE',
  'migration-failed': 'UNAVAILABLE',
  unreadable: 'UNAVAILABLE',
  'read-only-file': 'UNAVAILABLE',
  'read-only-folder': 'UNAVAILABLE',
  'no-folder': 'UNAVAILABLE',
  directory: 'INVALID',
  'empty-file': 'REFUSED',
  'not-a-database': 'REFUSED',
  'foreign-database': 'REFUSED',
  'python-database': 'REFUSED',
  'schema-damaged': 'UNAVAILABLE',
  'unsafe-sqlite': 'UNAVAILABLE',
  'pragma-refused': 'UNAVAILABLE',
  'import-failed': 'FAILED',
  'file-replaced': 'UNAVAILABLE',
  'foreign-owner': 'UNAVAILABLE',
  'writable-by-others': 'UNAVAILABLE',
  'foreign-data-directory': 'UNAVAILABLE',
  'invalid-config-file': 'INVALID',
  'invalid-environment': 'INVALID',
  'missing-config-file': 'NOT_FOUND',
  'refused-config-file': 'UNAVAILABLE',
  'refused-file': 'UNAVAILABLE',
  cancelled: 'CANCELLED',
}

/** Every code that an error class of ours can carry. One that is missing above would reach the user as an unexpected error. */
type OwnCode =
  | BackupErrorCode
  | ConfigErrorCode
  | FileRefusalCode
  | ModelErrorCode
  | RefusalCode
  | StoreErrorCode
  | SystemCode
  | TaskErrorCode
  | WhatsAppErrorCode
CODES satisfies Readonly<Record<OwnCode, ErrorCode>>

const STATUS: Readonly<Record<ErrorCode, number>> = {
  NOT_FOUND: 404,
  INVALID: 422,
  CONFLICT: 409,
  NOT_CONNECTED: 409,
  REFUSED: 422,
  NO_SPACE: 507,
  CANCELLED: 499,
  UNAVAILABLE: 503,
  FAILED: 500,
}

/** What a code of ours means to a caller; undefined: it is none of ours. */
export const contractCode = (code: string): ErrorCode | undefined =>
  Object.hasOwn(CODES, code) ? CODES[code as FailureCode] : undefined

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** The one place where our errors become the contract's. An unexpected one is logged once, here, and its text stays here. */
export function asContractError(thrown: unknown, log: Logger): ORPCError<string, unknown> {
  const error = sqliteInWords(thrown)
  if (error instanceof ORPCError) {
    if (error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError) return invalidInput(error.cause)
    // An answer that breaks the contract is our own fault: which field, never its value.
    if (error.code === 'INTERNAL_SERVER_ERROR')
      log.error({ fields: fieldsOf(error.cause) }, 'an answer broke the contract')
    return error
  }
  const system = systemFailure(error)
  const own = system?.code ?? codeOf(error)
  const code = contractCode(own)
  if (!(error instanceof Error) || code === undefined) {
    log.error({ err: error }, 'a call failed unexpectedly')
    return new ORPCError('INTERNAL_SERVER_ERROR', {
      message:
        'Whatslang met an error that it did not expect, and ended this call. Try again; if it happens again, the log says more (Health page, or the folder logs of the data directory).',
    })
  }
  return new ORPCError(code, {
    defined: true,
    status: STATUS[code],
    message: system?.message ?? error.message,
    data: dataOf(code, own, error),
  })
}

/** What of the input does not fit, in words: the contract's own sentence, or the field with what is wrong about it. */
function invalidInput({ issues }: ValidationError): ORPCError<string, unknown> {
  const [issue] = issues
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  const what = path === '' ? 'input' : path
  const text = issue?.message ?? 'does not fit'
  const message = text.endsWith('.') ? text : `${what}: ${text}.`
  return new ORPCError('INVALID', { defined: true, status: STATUS.INVALID, message, data: { what } })
}

function dataOf(code: ErrorCode, own: string, error: Error): unknown {
  const data = 'data' in error && typeof error.data === 'object' && error.data !== null ? error.data : {}
  const number = (name: string) => Number(Reflect.get(data, name) ?? 0)
  switch (code) {
    case 'NOT_FOUND':
      return { what: own, id: '' }
    case 'NOT_CONNECTED':
      return { state: own }
    case 'REFUSED':
      return { reason: own }
    case 'NO_SPACE':
      return { needed: number('needed'), free: number('free') }
    case 'INVALID':
    case 'CONFLICT':
    case 'CANCELLED':
    case 'UNAVAILABLE':
    case 'FAILED':
      return { what: subjectOf(error) ?? own }
  }
}

function fieldsOf(cause: unknown): string[] {
  if (typeof cause !== 'object' || cause === null || !('issues' in cause) || !Array.isArray(cause.issues)) return []
  return cause.issues.slice(0, 5).map((issue: { path?: unknown[] }) => (issue.path ?? []).join('.'))
}

/** Which field or thing it is about, where the error says so and a page has words for it. */
function subjectOf(error: Error): string | undefined {
  const what = 'what' in error ? error.what : undefined
  return FAILURE_SUBJECTS.find((subject) => subject === what)
}
