import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { makeData, whatslang } from './command.ts'

vi.setConfig({ testTimeout: 120_000 })
beforeAll(() => bundle())

const root = join(import.meta.dirname, '..')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-terminal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Sets the title, clears the screen, forges a line, turns the order around. */
const HOSTILE = 'a\x1b]0;owned\x07\x1b[2J\nerror   forged\x9b31m\u202Egpj'
const HARMFUL = /(?!\n)[\p{Cc}\u2028-\u202e\u2066-\u2069]/u

describe('a terminal', () => {
  test('shows names with control characters as text, in results, errors, tables and JSON', async () => {
    const data = join(folder, HOSTILE)
    makeData(data)
    writeFileSync(
      join(data, 'settings.json'),
      JSON.stringify({ model: { name: HOSTILE }, backup: { folder: join(folder, 'b', HOSTILE) } }),
      { mode: 0o600 },
    )
    const other = join(folder, 'other')
    const run = async (args: string[], dataDirectory = data) => {
      const ran = await whatslang([...args, '--data-dir', dataDirectory])
      expect(ran.out).not.toMatch(HARMFUL)
      expect(ran.err).not.toMatch(HARMFUL)
      expect(`${ran.out}${ran.err}`.split('\n')).not.toContain('error   forged')
      return ran
    }
    const made = await run(['backup', '--json'])
    expect(made.code, made.err).toBe(0)
    const file = String(made.json().file)
    expect(file).toContain(HOSTILE)
    expect((await run(['verify', file])).out).toContain('\\u001b]0;owned\\u0007')
    expect((await run(['doctor'])).out).toContain('\\u009b31m')
    // The preview names settings of the file.
    const preview = await run(['restore', file, '--dry-run'], other)
    expect(preview.code, preview.err).toBe(0)
    expect(preview.out).toContain('\\u202egpj')
    const missing = await run(['verify', join(folder, HOSTILE, 'none.sql.gz')])
    expect(missing.code).not.toBe(0)
    for (const args of [[HOSTILE], ['backup', `--${HOSTILE}`], ['export', '--format', HOSTILE, '--out', 'x']])
      expect((await run(args)).code).toBe(2)
  })
})

describe('the token that was made', () => {
  const start = (words: string[], command = process.execPath, before: string[] = []) => {
    const child = spawn(command, [...before, ...words], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, WHATSLANG_PORT: '0', WHATSLANG_TOKEN: '', WHATSLANG_EMULATOR_URL: 'ws://127.0.0.1:9' },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += String(chunk)
      })
    }
    const exited = new Promise((resolve) => child.once('exit', resolve))
    return { said: () => said, stop: () => child.kill('SIGTERM') && exited, exited }
  }
  const token = () => readFileSync(join(folder, 'token'), 'utf8').trim()

  test.each([
    ['sentences', []],
    ['JSON', ['--json']],
  ])('is in no journal and no log: elsewhere than on a terminal %s name its file', async (_what, more) => {
    chmodSync(folder, 0o700)
    const server = start(['out/main/cli.js', 'serve', '--data-dir', folder, ...more])
    await expect.poll(() => server.said(), { timeout: 60_000 }).toContain('http://127.0.0.1:')
    await server.stop()
    expect(server.said()).toContain(join(folder, 'token'))
    const logs = readdirSync(join(folder, 'logs')).map((name) => readFileSync(join(folder, 'logs', name), 'utf8'))
    expect(token().length).toBeGreaterThan(30)
    expect([server.said(), ...logs].join('')).not.toContain(token())
    if (more.length > 0)
      expect(JSON.parse(server.said().split('\n')[0] ?? '')).toMatchObject({
        address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/),
        token_file: join(folder, 'token'),
      })
  })

  test.skipIf(spawnSync('script', ['--version']).error !== undefined)('is shown on a terminal', async () => {
    chmodSync(folder, 0o700)
    const command = `'${process.execPath}' out/main/cli.js serve --data-dir '${folder}'`
    const server = start(['-qec', command, '/dev/null'], 'script')
    await expect.poll(() => server.said(), { timeout: 60_000 }).toContain('Ctrl+C')
    expect(server.said()).toContain(`/#token=${token()}`)
    const pid = Number(JSON.parse(readFileSync(join(folder, 'messages.db.lock.json'), 'utf8')).pid)
    process.kill(pid, 'SIGTERM')
    await server.exited
  })
})
