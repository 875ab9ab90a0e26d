import { ORPCError } from '@orpc/client'
import { expect, test } from 'vitest'
import { BackupError } from '../backup/backup-error.ts'
import { RefusalError } from '../backup/restore/refusal.ts'
import { ConfigError } from '../config/config-error.ts'
import { HostError } from '../headless/host-error.ts'
import { OwnedError, StoreError } from '../store/index.ts'
import { TaskError } from '../tasks/task-error.ts'
import { UsageError } from './arguments.ts'
import { failureOf } from './exit-code.ts'

const contract = (code: string, data?: unknown) => new ORPCError(code, { message: 'because', data })

test.each<[unknown, number, string]>([
  [new UsageError('no'), 2, 'usage'],
  [new ConfigError('invalid-environment', 'no'), 2, 'invalid-environment'],
  [new OwnedError('/x', { pid: 1, program: 'p', started: 1 }), 4, 'locked'],
  [new StoreError('newer-version', '/x', 'no'), 3, 'newer-version'],
  [new StoreError('corrupt', '/x', 'no'), 3, 'corrupt'],
  [new StoreError('disk-full', '/x', 'no'), 5, 'disk-full'],
  [new StoreError('unreadable', '/x', 'no'), 1, 'unreadable'],
  [new HostError('address-in-use', 'no'), 1, 'address-in-use'],
  [new RefusalError('statement', 'no'), 3, 'statement'],
  [new BackupError('TRUNCATED', 'no'), 3, 'TRUNCATED'],
  [new BackupError('WRONG_PASSPHRASE', 'no'), 3, 'WRONG_PASSPHRASE'],
  [new BackupError('NO_SPACE', 'no'), 5, 'NO_SPACE'],
  [new BackupError('NO_SECRET', 'no'), 1, 'NO_SECRET'],
  // A class does not survive the way from a task's process; its code does.
  [new TaskError('ALTERED', 'no'), 3, 'ALTERED'],
  [new TaskError('wrong-passphrase', 'no'), 3, 'wrong-passphrase'],
  [new TaskError('CANCELLED', 'no'), 1, 'CANCELLED'],
  [contract('REFUSED', { reason: 'newer-version' }), 3, 'newer-version'],
  [contract('NO_SPACE', { needed: 1, free: 0 }), 5, 'NO_SPACE'],
  [contract('INVALID', { what: 'x' }), 2, 'INVALID'],
  [contract('CONFLICT', { what: 'x' }), 1, 'CONFLICT'],
  [contract('INTERNAL_SERVER_ERROR'), 1, 'INTERNAL_SERVER_ERROR'],
  [Object.assign(new Error('no'), { code: 'ENOSPC' }), 5, 'ENOSPC'],
  [new Error('no'), 1, 'unexpected'],
  ['a string', 1, 'unexpected'],
])('%s exits with %i', (error, exit, code) => {
  expect(failureOf(error)).toMatchObject({ exit, code })
})
