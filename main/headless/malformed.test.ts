import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { sendRaw, statusOf } from './raw-request.test-kit.ts'
import { type Running, runHeadless, TEST_TOKEN } from './running.test-kit.ts'

let running: Running
beforeAll(async () => {
  running = await runHeadless()
})
afterAll(() => running.close())

const AUTH = `Authorization: Bearer ${TEST_TOKEN}\r\n`
/** One request whose connection ends with its answer. */
const ask = (line: string, headers = '', body: string | Buffer = '') =>
  sendRaw(
    running.port,
    Buffer.concat([
      Buffer.from(`${line} HTTP/1.1\r\nConnection: close\r\n${headers}\r\n`, 'latin1'),
      typeof body === 'string' ? Buffer.from(body) : body,
    ]),
  )
const status = async (...request: Parameters<typeof ask>) => statusOf(await ask(...request))
const host = () => `Host: ${running.host}\r\n`

describe('what decides about a request comes once', () => {
  test('two Host headers, in each order', async () => {
    for (const two of [`${host()}Host: evil.example\r\n`, `Host: evil.example\r\n${host()}`, host() + host()]) {
      expect(await status('GET /health', two)).toBe(400)
      expect(await status('GET /api/host', two + AUTH)).toBe(400)
    }
  })
  test.each([
    ['Origin', 'Origin: http://evil.example'],
    ['Authorization', `Authorization: Bearer ${TEST_TOKEN}`],
    ['Cookie', 'Cookie: a=b'],
    ['Content-Type', 'Content-Type: application/json'],
    ['Sec-Fetch-Site', 'Sec-Fetch-Site: same-origin'],
    ['X-Forwarded-Proto', 'X-Forwarded-Proto: https'],
    ['content-disposition', 'CONTENT-DISPOSITION: attachment'],
  ])('two %s headers', async (name, line) => {
    expect(await status('GET /api/host', `${host()}${AUTH}`)).toBe(200)
    const answer = await ask('GET /api/host', `${host()}${line}\r\n${line.replace(/:.*/, ': other')}\r\n`)
    expect(statusOf(answer)).toBe(400)
    expect(answer).toContain(`The header ${name.toLowerCase()} came more than once`)
  })
  test('two Content-Length headers, or one with two values', async () => {
    const post = (lengths: string) => status('POST /auth', `${host()}${lengths}`, '{}')
    expect(await post('Content-Length: 2\r\nContent-Length: 2\r\n')).toBe(400)
    expect(await post('Content-Length: 2, 2\r\n')).toBe(400)
  })
  test('no Host, also in HTTP/1.0', async () => {
    expect(statusOf(await sendRaw(running.port, 'GET /health HTTP/1.0\r\n\r\n'))).toBe(400)
    expect(statusOf(await sendRaw(running.port, `GET /health HTTP/1.0\r\n${host()}\r\n`))).toBe(200)
    expect(await status('GET /health')).toBe(400)
    expect(await status('GET /health', 'Host:\r\n')).toBe(421)
  })
  test('before a WebSocket as well', async () => {
    const upgrade = 'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
    const ask = (headers: string) =>
      sendRaw(running.port, `GET /rpc HTTP/1.1\r\nConnection: Upgrade\r\n${upgrade}${headers}\r\n`, '\r\n\r\n')
    expect(statusOf(await ask(host() + AUTH))).toBe(101)
    expect(statusOf(await ask(`${host()}${AUTH}Host: evil.example\r\n`))).toBe(400)
    expect(statusOf(await ask(`${host()}${AUTH}Origin: http://${running.host}\r\nOrigin: null\r\n`))).toBe(400)
    expect(statusOf(await ask(`${host()}${AUTH}Sec-WebSocket-Key: BBBBBBBBBBBBBBBBBBBBBB==\r\n`))).toBe(400)
  })
})

describe('an address has one form, which everything judges', () => {
  const link = 'Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n'
  test.each([
    '/api/host',
    '/./api/host',
    '//api/host',
    '/x/../api/host',
    '/%2e/api/host',
    '/x/%2E%2e/api/host',
    '/%61pi/host',
    '/api//host',
    '/api/host/',
    '\\api\\host'.replace(/^/, '/'),
    '/x/..//./api/host',
  ])('%s is the same call', async (path) => {
    expect(await status(`GET ${path}`, host() + AUTH)).toBe(200)
    expect(await status(`GET ${path}`, host())).toBe(401)
    expect(await status(`GET ${path}`, host() + AUTH + link)).toBe(403)
  })
  test.each(['/API/host', '/api%2Fhost', '/%2fapi/host', '/api%5chost', '/%252e/api/host', '/./x/api/host'])(
    '%s is none',
    async (path) => {
      const answer = await ask(`GET ${path}`, host() + AUTH)
      expect(statusOf(answer)).toBe(404)
      expect(answer).not.toContain('data_directory')
    },
  )
  test('a link from elsewhere opens pages only', async () => {
    expect(await status('GET /chats', `${host()}${link}Accept: text/html\r\n`)).toBe(200)
    for (const path of ['/metrics', '/%6detrics', '/api/export?format=json', '/rpc']) {
      expect(await status(`GET ${path}`, host() + AUTH + link), path).toBe(403)
    }
  })
  test.each([
    'http://127.0.0.1/api/host',
    'HTTP://evil.example/',
    '*',
    'api/host',
    '127.0.0.1:443',
    '?x',
    '/%',
    '/%zz',
    '/%c3',
    '/%ff/api/host',
    '/a#b',
    '/api/host#/../x',
  ])('%s is no address', async (target) => {
    expect(await status(`GET ${target}`, host() + AUTH)).toBe(400)
    expect(await status(`PUT ${target}`, `${host()}${AUTH}Content-Length: 0\r\n`)).toBe(400)
  })
  test.each([
    '//[x/..',
    '//[x/../api/restore/upload',
    '/api/restore/upload?name=%zz',
    '//@/:%20/',
    '/[',
    '/api/chats/%00',
  ])('PUT %s is refused in words', async (target) => {
    const answer = await status(`PUT ${target}`, `${host()}${AUTH}Content-Length: 1\r\n`, 'x')
    expect(answer).toBeGreaterThanOrEqual(target.includes('restore') ? 200 : 400)
    expect(answer).toBeLessThan(500)
  })
  test('a name longer than any file is nowhere', async () => {
    expect(await status(`GET /${'x'.repeat(5000)}.js`, host())).toBe(404)
    expect(await status(`GET /assets/${'a/'.repeat(3000)}x.js`, host())).toBe(404)
  })
})

describe('what nests without end is refused before anything walks through it', () => {
  const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  const objects = (depth: number, inner = '1') => `${'{"model":'.repeat(depth)}${inner}${'}'.repeat(depth)}`
  const call = (method: string, path: string, body: string) =>
    fetch(`${running.url}/api${path}`, {
      method,
      body,
      headers: { ...running.bearer, 'content-type': 'application/json' },
    })
  test.each([100, 20_000, 300_000])('%i deep over REST', async (depth) => {
    for (const body of [objects(depth), `{"desktop":{"trusted_hosts":${arrays(depth)}}}`, `{"x":${objects(depth)}}`]) {
      const answer = await call('PATCH', '/settings', body)
      expect(answer.status).toBe(422)
      expect((await answer.json()).message).toContain('nested deeper')
    }
    // Settings lie at three levels, and nothing below is looked at.
    const file = await call('POST', '/settings/import', JSON.stringify({ json: objects(Math.min(depth, 90_000)) }))
    expect([file.status, (await file.json()).taken]).toEqual([200, []])
    expect((await call('PUT', '/bots/own/x', arrays(depth))).status).toBe(422)
    expect((await call('POST', '/model/test', objects(depth))).status).toBe(422)
  })
  test('in a query', async () => {
    const deep = `a${'[a]'.repeat(4000)}=1`
    expect((await fetch(`${running.url}/api/chats?${deep}`, { headers: running.bearer })).status).toBe(422)
  })
  test.each([20_000, 300_000])('%i deep over the WebSocket', async (depth) => {
    const socket = new WebSocket(`ws://${running.host}/rpc`, { headers: running.bearer })
    await new Promise((resolve) => socket.once('open', resolve))
    const answers: string[] = []
    socket.on('message', (data: Buffer) => answers.push(data.toString()))
    for (const [id, path, json] of [
      ['1', '/settings/update', objects(depth)],
      ['2', '/bots/save', objects(depth)],
      ['3', '/chats/list', arrays(depth)],
    ]) {
      socket.send(`{"i":"${id}","p":{"u":"${path}","b":{"json":${json},"meta":[]}}}`)
    }
    await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(3)
    for (const answer of answers) expect(JSON.parse(answer).p.s, answer).toBe(422)
    socket.send('{"i":"4","p":{"u":"/host/info","b":{}}}')
    await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(4)
    expect(JSON.parse(answers[3] ?? '').p.s).toBeUndefined()
    socket.close()
  })
})

describe('a body that is no JSON', () => {
  test.each([
    ['{"enabled"', 400],
    ['\u0000', 400],
    ['nonsense=1&x[y]=2', 400],
    [Buffer.from([0x22, 0xff, 0xfe, 0x22]), 400],
    ['null', 422],
    ['"text"', 422],
    ['{}', 200],
    ['', 200],
  ])('%j', async (body, expected) => {
    const kinds = [
      '',
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'text/event-stream',
    ]
    for (const kind of kinds) {
      const answer = await ask(
        'PATCH /api/settings',
        `${host()}${AUTH}${kind && `Content-Type: ${kind}\r\n`}Content-Disposition: attachment; filename*=UTF-8''%zz\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`,
        body,
      )
      expect([statusOf(answer), kind], answer).toEqual([body === '' ? 422 : expected, kind])
    }
  })
  test('one that is too long, announced or not, is told so', async () => {
    const long = 'x'.repeat(4 * 1024 * 1024 + 1)
    expect(await status('PATCH /api/settings', `${host()}${AUTH}Content-Length: ${long.length}\r\n`, long)).toBe(413)
    const chunked = `${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`
    expect(await status('PATCH /api/settings', `${host()}${AUTH}Transfer-Encoding: chunked\r\n`, chunked)).toBe(413)
    const token = JSON.stringify({ token: 'x'.repeat(5000) })
    expect(await status('POST /auth', `${host()}Content-Length: ${token.length}\r\n`, token)).toBe(400)
  })
})

test('no malformed request is an error of ours: a few thousand, from a seed', async () => {
  const random = seeded(20_260_101)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const bits = [
    '/',
    '//',
    '.',
    '..',
    '%',
    '%2e',
    '%2F',
    '%00',
    '%ff',
    '%c3%a9',
    '\\',
    '[',
    ']',
    '@',
    ':',
    ';',
    '?',
    '&',
    '=',
    '#',
    '{',
    '"',
    "'",
    '<',
    '|',
    '~',
    '*',
    'x',
    'api',
    'auth',
    'chats',
    'bots',
    'settings',
    'restore',
    'upload',
    'backups',
    'sessions',
    'limit',
    'a'.repeat(300),
    '-1',
    '1e9',
    'NaN',
    'http://',
    '5511@s.whatsapp.net',
  ]
  const paths = [
    '/',
    '/auth',
    '/health',
    '/metrics',
    '/rpc',
    '/assets/',
    '/api/',
    '/api/chats',
    '/api/chats/',
    '/api/bots/own/',
    '/api/settings',
    '/api/settings/secrets/',
    '/api/backups/',
    '/api/restore/',
    '/api/restore/upload',
    '/api/activity',
    '/api/audit',
    '/api/auth/sessions',
    '/api/auth/sessions/',
    '/api/openapi.json',
    '/api/export',
    '/api/host/logs',
    '/api/tasks/',
  ]
  const bodies = [
    '',
    '{}',
    '[]',
    'null',
    '{',
    '"',
    '\u0000',
    '{"__proto__":{"x":1}}',
    '{"constructor":1}',
    '{"json":"{"}',
    '{"enabled":"x"}',
    '{"token":1}',
    '{"limit":-1}',
    '[1e999]',
    '{"a":'.repeat(200),
  ]
  const methods = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
  const odd = [
    'Accept: text/html',
    'Range: bytes=9-1',
    'Cookie: whatslang=;=;;',
    'Content-Type: multipart/form-data',
    'Content-Disposition: ;;;',
    'Expect: 100-continue',
    'Sec-Fetch-Site: none',
    'If-None-Match: *',
    'X-Forwarded-For: ,,x',
    'Accept-Language: %',
    'Upgrade: h2c',
    'Last-Event-ID: \u00ff',
  ]
  let asked = 0
  const wrong: string[] = []
  const one = async () => {
    const target = pick(paths) + Array.from({ length: Math.floor(random() * 4) }, () => pick(bits)).join('')
    const method = pick(methods)
    // A call that works is no business of this test, and may stop the program's own work.
    if (/^\/+(\.\/)*api\/+(session|data|host)\//.test(target)) return
    const body = pick(bodies)
    const headers = [
      host(),
      random() < 0.9 ? AUTH : '',
      random() < 0.4 ? `${pick(odd)}\r\n` : '',
      `Content-Length: ${Buffer.byteLength(body)}\r\n`,
    ]
    const line = `${method} ${target}`
    const answer = await ask(line, headers.join(''), body)
    asked++
    // Answers that are expected and happen to be 5xx: this host has no desktop, and no passphrase.
    const expected = ['UNAVAILABLE', 'NO_SECRET']
    if (statusOf(answer) >= 500 && !expected.some((word) => answer.includes(word)))
      wrong.push(`${line}\n${headers.join('')}${body}\n${answer.slice(0, 800)}`)
    if (answer !== '' && statusOf(answer) === 0) wrong.push(`${line}: ${answer.slice(0, 200)}`)
  }
  for (let round = 0; round < 150; round++) await Promise.all(Array.from({ length: 20 }, one))
  expect(wrong.slice(0, 3)).toEqual([])
  expect(asked).toBeGreaterThan(2500)
  expect(
    running
      .log()
      .filter(({ level, message }) => level === 'error' && message !== 'an answer broke the contract')
      .map(({ message }) => message),
  ).toEqual([])
}, 120_000)

/** mulberry32: small, and the same on every machine. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
