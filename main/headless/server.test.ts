import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { trustedProxies } from '../config/trusted-proxies.ts'
import { answerJson } from './headers.ts'
import { createPage } from './page.ts'
import { type HeadlessServer, type ServerOptions, startServer } from './server.ts'
import { signInsIn } from './sign-in.test-kit.ts'
import { createToken, loadToken } from './token.ts'

const token = createToken('the-token-of-this-test-0123456789', true)
let folder: string
let server: HeadlessServer
let sockets: number
let signedIn: ReturnType<typeof signInsIn>

const lines: string[] = []
const options = (): ServerOptions => ({
  host: '127.0.0.1',
  port: 0,
  allowedHosts: [],
  trustedProxies: trustedProxies(undefined),
  https: false,
  token,
  signIns: signedIn.signIns,
  audit: { record: (event) => void signedIn.audited.push(event) },
  api: async (_request, response, path) => answerJson(response, 200, { path }),
  page: createPage(join(folder, 'renderer')),
  rpc: {
    serveSocket: async () => {
      sockets++
    },
    servePort: () => undefined,
  },
  metrics: async () => 'whatslang_up 1\n',
  ready: () => false,
  log: pino({ level: 'error' }, { write: (line: string) => void lines.push(line) }),
})

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headless-'))
  mkdirSync(join(folder, 'renderer/assets'), { recursive: true })
  writeFileSync(
    join(folder, 'renderer/index.html'),
    '<meta name="csp-nonce" content="__CSP_NONCE__"><script type="module" src="./assets/a-1.js"></script>',
  )
  writeFileSync(join(folder, 'renderer/assets/a-1.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'not for the web')
  symlinkSync(join(folder, 'secret.txt'), join(folder, 'renderer/link.txt'))
  signedIn = signInsIn(folder, { at: Date.now() })
  sockets = 0
  lines.length = 0
  server = await startServer(options())
})
afterEach(async () => {
  await server.dispose()
  rmSync(folder, { recursive: true, force: true })
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}
/** `path` goes out as it is: fetch would tidy it. */
function get(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const out = request({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += String(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    out.on('error', reject)
    out.end(body)
  })
}
const bearer = { authorization: `Bearer ${token.value}` }

describe('the page', () => {
  test('whoever leaves while a file is sent is nothing to tell of; what cannot be sent is', async () => {
    writeFileSync(join(folder, 'renderer/assets/large-1.js'), Buffer.alloc(20 * 1024 * 1024, 'x'))
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () =>
        socket.write(`GET /assets/large-1.js HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`),
      )
      socket.once('data', () => socket.destroy()).once('close', () => resolve())
    })
    await server.dispose()
    await sleep(100) // the file is closed after the connection
    expect(lines).toEqual([])
    server = await startServer({ ...options(), page: () => Promise.reject(new Error('The disk is gone.')) })
    expect((await get('/')).status).toBe(500)
    expect(lines.join()).toContain('a request failed')
  })

  test('has a fresh nonce at each load, in its head and in its policy', async () => {
    const [first, second] = await Promise.all([get('/'), get('/')])
    const nonce = /content="([^"]+)"/.exec(first?.text ?? '')?.[1]
    expect(nonce).toMatch(/^[\w+/=]{20,}$/)
    expect(second?.text).not.toContain(nonce)
    const policy = String(first?.headers['content-security-policy'])
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
    expect(policy).toContain(`script-src 'self' 'nonce-${nonce}'`)
    for (const rule of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"]) {
      expect(policy).toContain(rule)
    }
    expect(policy).not.toContain('unsafe')
    expect(first?.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
    })
  })
  test('stands behind bookmarks, and finds its files from there', async () => {
    const answer = await get('/chats/5511999990001@s.whatsapp.net', { accept: 'text/html' })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('src="/assets/a-1.js"')
    expect((await get('/assets/gone.js', { accept: 'text/html' })).status).toBe(404)
    expect((await get('/assets/a-1.js')).headers['cache-control']).toContain('immutable')
  })
  test.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/link.txt',
    '/a%00.txt',
    '/..\\secret.txt',
  ])('keeps %s to itself', async (path) => {
    const answer = await get(path)
    expect(answer.text).not.toContain('not for the web')
    expect(answer.status).toBe(404)
  })
  test('is only read', async () => {
    expect((await get('/', bearer, 'POST')).status).toBe(405)
    expect((await get('/', {}, 'DELETE')).status).toBe(401)
  })
})

describe('the interface for scripts', () => {
  test('needs the token; the health check needs none', async () => {
    for (const path of [
      '/api/chats',
      '/api',
      '/metrics',
      '/api/openapi.json',
      '//api/chats',
      '/x/../api/chats',
      '/API/../api/chats',
    ]) {
      expect((await get(path)).status, path).toBe(401)
    }
    expect((await get('/api/chats', bearer)).text).toBe('{"path":"/api/chats"}')
    expect((await get('/health')).text).toBe('{"path":"/api/health"}')
    expect((await get('/api/health')).status).toBe(200)
    expect((await get('/ready')).status).toBe(503)
    expect((await get('/metrics', bearer)).text).toBe('whatslang_up 1\n')
  })
  test('refuses foreign names and origins, with or without the token', async () => {
    expect((await get('/api/chats', { ...bearer, host: 'evil.example' })).status).toBe(421)
    expect((await get('/', { host: `evil.example:${server.port}` })).status).toBe(421)
    expect((await get('/api/chats', { ...bearer, origin: 'https://evil.example' })).status).toBe(403)
    expect((await get('/auth', { origin: 'https://evil.example' }, 'POST', '{}')).status).toBe(403)
  })
})

describe('the WebSocket', () => {
  const open = (headers: Record<string, string>, path = '/rpc') =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
      socket.on('open', () => {
        resolve('open')
        socket.close()
      })
      socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)))
      socket.on('error', () => resolve('error'))
    })
  test('has the same guard', async () => {
    expect(await open({})).toBe('401')
    expect(await open({ ...bearer, origin: 'https://evil.example' })).toBe('403')
    expect(await open({ ...bearer, host: 'evil.example' })).toBe('421')
    expect(await open(bearer, '/other')).toBe('403')
    expect(sockets).toBe(0)
    expect(await open({ ...bearer, origin: `http://127.0.0.1:${server.port}` })).toBe('open')
    expect(sockets).toBe(1)
  })
  test('a frame beyond the limit ends the connection', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/rpc`, { headers: bearer })
    await new Promise((resolve) => socket.on('open', resolve))
    const closed = new Promise<number>((resolve) => socket.on('close', resolve))
    socket.on('error', () => undefined)
    socket.send(Buffer.alloc(5 * 1024 * 1024))
    expect([1006, 1009]).toContain(await closed)
  })
})

test('a broken request ends its own connection only', async () => {
  const socket = connect(server.port, '127.0.0.1')
  await new Promise((resolve) => socket.write('GET %zz HTTP/1.1\r\nHost: x\r\n\r\n', resolve))
  await new Promise((resolve) => socket.on('close', resolve).resume())
  expect((await get('/health')).status).toBe(200)
})

describe('starting', () => {
  test('is refused beyond loopback without a token of one’s own', async () => {
    const made = loadToken(folder, undefined)
    await expect(startServer({ ...options(), host: '0.0.0.0', token: made })).rejects.toMatchObject({
      name: 'HostError',
      code: 'token-needed',
    })
    const own = await startServer({ ...options(), host: '0.0.0.0' })
    await own.dispose()
  })
  test('names the address that is taken', async () => {
    await expect(startServer({ ...options(), port: server.port })).rejects.toThrow(
      `Another program already listens at 127.0.0.1:${server.port}.`,
    )
  })
  test('the token that was made is kept, for this user only', () => {
    const first = loadToken(folder, undefined)
    expect(loadToken(folder, undefined).value).toBe(first.value)
    expect(first.own).toBe(false)
    expect(first.value.length).toBeGreaterThanOrEqual(43)
    expect(statSync(join(folder, 'token')).mode & 0o777).toBe(0o600)
    writeFileSync(join(folder, 'token'), 'short')
    expect(() => loadToken(folder, undefined)).toThrow('is damaged')
  })
})
