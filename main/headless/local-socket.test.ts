import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Program } from '../rpc/program.ts'
import { LOCAL_HOST, localSocketPath, localSocketPlaces, serveLocally } from './local-socket.ts'

let folder: string
let database: string
let logged: string[]
const disposals: (() => Promise<void>)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-'))
  database = join(folder, 'messages.db')
  logged = []
  vi.stubEnv('XDG_RUNTIME_DIR', join(folder, 'run'))
})
afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

async function start(): Promise<void> {
  const program = {
    log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
    host: () => ({ version: '1.2.3' }),
    session: () => ({ state: 'open' }),
    restore: {},
  } as unknown as Program
  const server = await serveLocally({ program, database })
  disposals.push(server.dispose)
}
function ask(
  headers: Record<string, string>,
  path = '/api/health',
  method = 'GET',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const out = request({ socketPath: localSocketPath(database), path, method, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += String(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    out.on('error', reject)
    out.end()
  })
}

describe.skipIf(process.platform === 'win32')('the socket for the command line', () => {
  test('belongs to this user alone, and serves the contract', async () => {
    await start()
    const path = localSocketPath(database)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    expect(await ask({ host: LOCAL_HOST })).toEqual({
      status: 200,
      text: '{"status":"ok","version":"1.2.3","state":"open"}',
    })
  })

  test('speaks with nothing that a browser would send', async () => {
    await start()
    for (const headers of [{ host: 'localhost' }, { host: LOCAL_HOST, origin: 'https://evil.example' }]) {
      expect((await ask(headers)).status).toBe(403)
    }
    expect((await ask({ host: LOCAL_HOST }, '/')).status).toBe(403)
    const upgrade = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    }
    expect((await ask({ host: 'localhost', ...upgrade }, '/rpc')).status).toBe(403)
  })

  test('takes the place of one that a crash left behind', async () => {
    mkdirSync(join(folder, 'run'), { mode: 0o700 })
    writeFileSync(localSocketPath(database), '')
    await start()
    expect((await ask({ host: LOCAL_HOST })).status).toBe(200)
  })

  test('is not opened in a folder that others may write to; the program runs without it', async () => {
    mkdirSync(join(folder, 'run'))
    chmodSync(join(folder, 'run'), 0o777)
    await start()
    await expect(ask({ host: LOCAL_HOST })).rejects.toThrow('ENOENT')
    expect(logged.join()).toContain('the command line cannot talk to this program')
  })

  test('has one short name for a file, however it is reached', () => {
    mkdirSync(join(folder, 'data'))
    const short = localSocketPath(join(folder, 'data/messages.db'), { XDG_RUNTIME_DIR: '/run/user/1000' })
    expect(short).toMatch(/^\/run\/user\/1000\/whatslang-[0-9a-f]{16}\.sock$/)
    expect(localSocketPath(join(folder, 'data/../data/messages.db'), { XDG_RUNTIME_DIR: '/run/user/1000' })).toBe(short)
    // A service has no such variable; a shell of the same user looks where the service listens all the same.
    const ofService = localSocketPath(join(folder, 'data/messages.db'), {})
    expect(localSocketPlaces(join(folder, 'data/messages.db'), { XDG_RUNTIME_DIR: '/run/user/1000' })).toEqual(
      expect.arrayContaining([short, ofService]),
    )
    expect(localSocketPath(join(folder, 'other.db'), { XDG_RUNTIME_DIR: '/run/user/1000' })).not.toBe(short)
  })
})
