import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { whatslang } from './command.ts'

vi.setConfig({ testTimeout: 120_000 })
beforeAll(() => bundle())

const root = join(import.meta.dirname, '..')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-signals-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function serve(args: string[], cwd = root) {
  const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WHATSLANG_PORT: '0', WHATSLANG_EMULATOR_URL: 'ws://127.0.0.1:9' },
  })
  let err = ''
  child.stderr.on('data', (chunk) => {
    err += String(chunk)
  })
  const started = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  )
  return { child, started, exited, err: () => err }
}

describe('a signal', () => {
  test('ends the start at each of its moments, and the next start finds everything in order', async () => {
    const data = join(folder, 'data')
    // The moments are a search through one start, not a wait for anything.
    const began = performance.now()
    const whole = serve(['--data-dir', data])
    await whole.started
    const startTakes = performance.now() - began
    whole.child.kill('SIGTERM')
    expect(await whole.exited).toEqual({ code: 0, signal: null })
    for (const part of [0.2, 0.5, 0.75, 0.95]) {
      const { child, exited, err } = serve(['--data-dir', data])
      await sleep(startTakes * part)
      child.kill('SIGTERM')
      const { code, signal } = await exited
      // Before the program's first line runs, the system ends it.
      expect(code === 0 || signal === 'SIGTERM', `${part}: ${code} ${err()}`).toBe(true)
      expect(existsSync(join(data, 'messages.db-wal'))).toBe(false)
    }
    const doctor = await whatslang(['doctor', '--data-dir', data, '--json'])
    expect(doctor.code, doctor.err).toBe(0)
  })

  test.skipIf(process.platform === 'win32')('is not needed where a pipe lies in the place of a file', async () => {
    const data = join(folder, 'data')
    const made = serve(['--data-dir', data])
    await made.started
    made.child.kill('SIGTERM')
    await made.exited
    for (const [path, cwd] of [
      [join(folder, 'config.yaml'), folder],
      [join(data, 'settings.json'), root],
    ] as const) {
      rmSync(path, { force: true })
      execFileSync('mkfifo', [path])
      const { exited, err } = serve(['--data-dir', data], cwd)
      expect((await exited).code, path).not.toBe(0)
      expect(err()).toContain(`${path} is a pipe, not a file.`)
      rmSync(path)
      if (path.endsWith('settings.json')) writeFileSync(path, '{}', { mode: 0o600 })
    }
  })
})
