import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openStore } from '../store/index.ts'
import { childEnvironment, forgetSecrets } from './environment.ts'
import { createForkTasks } from './fork.ts'

const SECRETS = {
  WHATSLANG_TOKEN: 'token-in-the-environment',
  WHATSLANG_BACKUP_PASSPHRASE: 'passphrase-in-the-environment',
  OPENAI_API_KEY: 'key-in-the-environment',
  AWS_SECRET_ACCESS_KEY: 'somebody-else’s-key',
  DATABASE_URL: 'postgres://user:password@host',
}

beforeEach(() => {
  for (const [name, value] of Object.entries(SECRETS)) vi.stubEnv(name, value)
})
afterEach(() => vi.unstubAllEnvs())

test('a child is given what programs need, and nothing else', () => {
  const given = {
    PATH: '/bin',
    Path: 'C:\\',
    LC_ALL: 'C',
    lang: 'pt',
    HOME: '/root',
    SQLITE_TMPDIR: '/data/scratch',
    NODE_OPTIONS: '--use-openssl-ca',
  }
  expect(childEnvironment([], { ...given, ELECTRON_RUN_AS_NODE: '1', ...SECRETS })).toEqual(given)
  expect(childEnvironment(['DISPLAY'], { DISPLAY: ':0', XAUTHORITY: 'x' })).toEqual({ DISPLAY: ':0' })
})

test('secrets that were read are in this process’s environment no longer, so nothing inherits them', () => {
  const own = { PATH: process.env.PATH ?? '', ...SECRETS }
  forgetSecrets(own)
  expect(Object.keys(own)).toEqual(['PATH', 'AWS_SECRET_ACCESS_KEY', 'DATABASE_URL'])
  forgetSecrets()
  const inherited = execFileSync(process.execPath, ['-p', 'JSON.stringify(process.env)']).toString()
  for (const name of ['WHATSLANG_TOKEN', 'WHATSLANG_BACKUP_PASSPHRASE', 'OPENAI_API_KEY'] as const)
    expect(inherited).not.toContain(SECRETS[name])
})

describe.skipIf(process.platform !== 'linux')('the process of a task', () => {
  test('has none of the secrets in its environment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'task-environment-'))
    const tasks = createForkTasks({ entry: join(import.meta.dirname, '../../test/holding-task.ts') })
    try {
      const path = join(folder, 'messages.db')
      openStore({ path }).close()
      const before = new Set(children())
      await new Promise<void>((resolve) => {
        tasks.run('health.inspect', { path }, { onProgress: () => resolve() }).catch(() => undefined) // it is cancelled
      })
      const started = children().filter((pid) => !before.has(pid))
      expect(started).toHaveLength(1)
      const environment = readFileSync(`/proc/${started[0]}/environ`, 'utf8')
      expect(environment).toContain('PATH=')
      for (const secret of Object.values(SECRETS)) expect(environment).not.toContain(secret)
    } finally {
      await tasks.dispose()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

function children(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const [, parent] = /^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? []
        return Number(parent) === process.pid
      } catch {
        return false // it ended meanwhile
      }
    })
}
