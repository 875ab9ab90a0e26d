import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SYSTEM_CODES } from '../../preload/contract/codes.ts'
import { TaskError, toRecord } from '../tasks/task-error.ts'
import { systemCode, systemFailure } from './system-error.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'system-error-'))
  writeFileSync(join(folder, 'file'), 'x')
  mkdirSync(join(folder, 'full'))
  writeFileSync(join(folder, 'full/x'), 'x')
  symlinkSync(join(folder, 'loop'), join(folder, 'loop'))
  execFileSync('mkfifo', [join(folder, 'fifo')])
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Real failures of this machine's file system. */
const REAL: [code: string, fail: () => unknown][] = [
  ['ENOENT', () => openSync(join(folder, 'none/at/all'), 'r')],
  ['ENOTDIR', () => openSync(join(folder, 'file/below'), 'r')],
  ['EISDIR', () => writeFileSync(folder, 'x')],
  ['EEXIST', () => mkdirSync(join(folder, 'full'))],
  ['ENOTEMPTY', () => rmdirSync(join(folder, 'full'))],
  ['ENAMETOOLONG', () => writeFileSync(join(folder, 'n'.repeat(300)), 'x')],
  ['ELOOP', () => openSync(join(folder, 'loop'), 'r')],
  ['ENOSPC', () => writeSync(openSync('/dev/full', 'w'), 'x')],
  ['EINVAL', () => renameSync(join(folder, 'full'), join(folder, 'full/inside'))],
]

test.each(REAL)('%s is told with its path and what to do', (code, fail) => {
  let caught: unknown
  try {
    fail()
  } catch (error) {
    caught = error
  }
  const failure = systemFailure(caught)
  expect(failure?.code).toBe(code)
  expect(failure?.message).toMatch(/\. [A-Z].+\.$/)
  expect(failure?.message).not.toMatch(/E[A-Z]{3,}|syscall|errno/)
})

test('every code has a sentence that names the path and holds no code', () => {
  for (const code of SYSTEM_CODES) {
    const failure = systemFailure(Object.assign(new Error(`${code}: x`), { code, path: '/data/backups/a file' }))
    expect(failure?.message, code).toContain('/data/backups/a file')
    expect(failure?.message, code).not.toContain(code)
    const nameless = systemFailure(Object.assign(new Error(`${code}: x`), { code }))
    expect(nameless?.message, code).toContain('a file or folder')
  }
})

test('a full quota, for which libuv has no name, is a full quota', () => {
  expect(systemCode('Unknown system error -122')).toBe('EDQUOT')
  expect(
    systemFailure(Object.assign(new Error('Unknown system error -122: write'), { code: 'Unknown system error -122' }))
      ?.message,
  ).toContain('quota')
})

test('the path survives the way out of a task, and cannot carry control characters', () => {
  const thrown = Object.assign(new Error('EACCES: permission denied'), {
    code: 'EACCES',
    path: '/a\u001b[31m\nb',
    syscall: 'open',
  })
  const { code, message, data } = toRecord(thrown)
  expect(systemFailure(new TaskError(code, message, data))?.message).toContain('/a [31m b')
})

test('a sentence of our own that keeps the system’s code stays as it is', () => {
  const own = Object.assign(new Error('The backup before the update failed.'), { code: 'EACCES' })
  expect(systemFailure(own)).toMatchObject({ code: 'EACCES', message: 'The backup before the update failed.' })
})

test('an error of another kind is left alone', () => {
  for (const error of [
    new Error('x'),
    'EACCES',
    null,
    Object.assign(new Error('x'), { code: 5 }),
    Object.assign(new Error('x'), { code: 'TRUNCATED' }),
  ]) {
    expect(systemFailure(error)).toBeUndefined()
  }
})
