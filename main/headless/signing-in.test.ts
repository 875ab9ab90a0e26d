import { once } from 'node:events'
import { statSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { trustedProxies } from '../config/trusted-proxies.ts'
import { type Running, runHeadless, TEST_TOKEN } from './running.test-kit.ts'

const opened: Running[] = []
afterEach(async () => {
  for (const running of opened.splice(0)) await running.close()
})
async function start(...options: Parameters<typeof runHeadless>): Promise<Running> {
  const running = await runHeadless(...options)
  opened.push(running)
  return running
}

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const signIn = (running: Running, headers: Record<string, string> = {}, token = TEST_TOKEN) =>
  fetch(`${running.url}/auth`, {
    method: 'POST',
    body: JSON.stringify({ token }),
    headers: { 'user-agent': FIREFOX, ...headers },
  })
const cookieOf = (answer: Response): { cookie: string } => ({
  cookie: (answer.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '',
})
const signedIn = async (running: Running) => cookieOf(await signIn(running))
const call = (running: Running, headers: Record<string, string>, path = '/host', method = 'GET', body?: object) =>
  fetch(`${running.url}/api${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
async function listed(running: Running, headers: Record<string, string>) {
  const answer = await call(running, headers, '/auth/sessions')
  return (await answer.json()) as { id: string; device: string; address: string; current: boolean }[]
}
async function openSocket(running: Running, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(`ws://${running.host}/rpc`, { headers })
  await once(socket, 'open')
  return socket
}
/** A stream of events, once its first one came. */
function openStream(running: Running, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(`${running.url}/api/events`, { headers }, (response) => {
      response.on('error', () => undefined)
      response.once('data', () => resolve(response))
    })
      .on('error', reject)
      .end()
  })
}
const refusedEntries = (running: Running) =>
  running.program.audit.list({ limit: 500, action: 'sign-in' }).filter(({ outcome }) => outcome === 'refused')

/** One whole text frame of a client, whose mask is zero; up to 125 bytes (RFC 6455, 5.2). */
const textFrame = (text: string) =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

describe('signing in', () => {
  test('gives a random cookie that scripts and other pages never see', async () => {
    const running = await start()
    const answers = [await signIn(running), await signIn(running)]
    const cookies = answers.map((answer) => answer.headers.get('set-cookie') ?? '')
    expect(cookies[0]).not.toBe(cookies[1])
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^whatslang_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=15552000$/)
      expect(cookie).not.toContain(TEST_TOKEN)
    }
    expect((await call(running, cookieOf(answers[0] as Response))).status).toBe(200)
    expect(running.program.audit.list({ limit: 1 })).toMatchObject([
      { action: 'sign-in', outcome: 'done', by: 'page', address: '127.0.0.1', detail: { device: 'Firefox on Linux' } },
    ])
    expect(statSync(join(running.folder, 'data/signed-in.json')).mode & 0o777).toBe(0o600)
  })
  test('again from the same browser is the same sign-in, from its beginning', async () => {
    const running = await start()
    const first = await signedIn(running)
    const again = await signIn(running, { ...first, 'user-agent': 'curl/8.5.0' })
    expect(cookieOf(again)).toEqual(first)
    expect(await listed(running, first)).toMatchObject([{ device: 'curl', current: true }])
    // A cookie that is none gets a new one.
    const stale = { cookie: first.cookie.replace(/=.*/, `=${'A'.repeat(43)}`) }
    expect(cookieOf(await signIn(running, stale))).not.toEqual(stale)
    expect(await listed(running, first)).toHaveLength(2)
  })
  test.each([
    ['the page came over https', {}, { origin: (host: string) => `https://${host}` }, true],
    [
      'a trusted proxy says so',
      { trustedProxies: trustedProxies('127.0.0.1') },
      { 'x-forwarded-proto': (): string => 'https' },
      true,
    ],
    ['the settings say so', { https: true }, {}, true],
    ['a stranger says so', {}, { 'x-forwarded-proto': (): string => 'https' }, false],
    [
      'the trusted proxy says http',
      { trustedProxies: trustedProxies('127.0.0.1') },
      { 'x-forwarded-proto': (): string => 'http' },
      false,
    ],
  ])(
    'the cookie is for https only where %s',
    async (_where, options, headers: Record<string, (host: string) => string>, secure) => {
      const running = await start(options)
      const sent = Object.fromEntries(Object.entries(headers).map(([name, of]) => [name, of(running.host)]))
      const answer = await signIn(running, sent)
      const cookie = answer.headers.get('set-cookie') ?? ''
      expect(cookie.startsWith('__Host-whatslang_')).toBe(secure)
      expect(cookie.includes('; Secure')).toBe(secure)
      expect((await call(running, cookieOf(answer))).status).toBe(200)
    },
  )
  test('of 3,000 wrong guesses of each kind none is let in, and the right token and a signed-in browser always are', async () => {
    const running = await start()
    const own = await signedIn(running)
    const name = own.cookie.split('=')[0]
    const guesses: ((n: number) => Promise<Response>)[] = [
      (n) => signIn(running, {}, `guess-${n}`),
      (n) => call(running, { authorization: `Bearer guess-${n}` }),
      (n) => call(running, { cookie: `${name}=${String(n).padStart(43, 'A')}` }),
    ]
    for (const [kind, guess] of guesses.entries()) {
      const seen = new Map<number, number>()
      for (let n = 0; n < 3000; n += 50) {
        const answers = await Promise.all(Array.from({ length: 50 }, (_, more) => guess(n + more)))
        for (const { status } of answers) seen.set(status, (seen.get(status) ?? 0) + 1)
        await Promise.all(answers.map((answer) => answer.arrayBuffer()))
      }
      expect([kind, seen.get(401) ?? 0]).toEqual([kind, kind === 0 ? 20 : 0])
      expect(seen.get(429)).toBe(kind === 0 ? 2980 : 3000)
      expect((await call(running, running.bearer)).status).toBe(200)
      expect((await call(running, own)).status).toBe(200)
      const again = await signIn(running)
      expect(again.status).toBe(200)
      expect((await call(running, cookieOf(again))).status).toBe(200)
    }
    const answer = await signIn(running, {}, 'wrong')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    // A flood leaves a few lines in the audit log, with their number.
    expect(refusedEntries(running).length).toBeLessThanOrEqual(2)
  }, 120_000)
  test('a wrong token is recorded at once, with the address and nothing of the guess', async () => {
    const running = await start()
    await signIn(running, {}, 'a-guess-that-is-not-recorded')
    expect(refusedEntries(running)).toMatchObject([{ by: 'page', address: '127.0.0.1', detail: { count: 1 } }])
    expect(JSON.stringify(refusedEntries(running))).not.toContain('a-guess')
  })
})

describe('signed-in browsers', () => {
  test('are listed, the own one is marked, and one is ended by itself', async () => {
    const running = await start()
    const [own, other] = [await signedIn(running), cookieOf(await signIn(running, { 'user-agent': 'curl/8.5.0' }))]
    const list = await listed(running, own)
    expect(list.map(({ device, current }) => `${device} ${current}`).toSorted()).toEqual([
      'Firefox on Linux true',
      'curl false',
    ])
    expect(list.every(({ address }) => address === '127.0.0.1')).toBe(true)
    expect(JSON.stringify(list)).not.toContain(own.cookie.split('=')[1])
    const id = list.find(({ current }) => !current)?.id
    expect((await call(running, own, `/auth/sessions/${id}`, 'DELETE')).status).toBe(200)
    const again = await call(running, own, `/auth/sessions/${id}`, 'DELETE')
    expect([again.status, (await again.json()).code]).toEqual([404, 'NOT_FOUND'])
    const refused = await call(running, other)
    expect(refused.status).toBe(401)
    expect(refused.headers.get('set-cookie')).toMatch(/^whatslang_\d+=; Path=\/; .*Max-Age=0$/)
    expect((await call(running, own)).status).toBe(200)
    expect(running.program.audit.list({ limit: 9, action: 'session-ended' })).toMatchObject([
      { outcome: 'refused' },
      { outcome: 'done', by: 'page', detail: { id } },
    ])
  })
  test.each([
    ['a script', (running: Running) => Promise.resolve(running.bearer), { ended: 2 }, {}],
    ['a page, all of them', signedIn, { ended: 3 }, {}],
    ['a page, the others', signedIn, { ended: 2 }, { others_only: true }],
  ])('are ended together by %s', async (_who, caller, expected, body) => {
    const running = await start()
    const others = [await signedIn(running), await signedIn(running)]
    const headers: Record<string, string> = await caller(running)
    const answer = await call(
      running,
      { ...headers, 'content-type': 'application/json' },
      '/auth/sessions',
      'DELETE',
      body,
    )
    expect(await answer.json()).toEqual(expected)
    for (const other of others) expect((await call(running, other)).status).toBe(401)
    const own = 'cookie' in headers && !('others_only' in body) ? 401 : 200
    expect((await call(running, headers)).status).toBe(own)
  })
  test('lose what they have open at once, and only they', async () => {
    const running = await start()
    const [gone, stays] = [await signedIn(running), await signedIn(running)]
    const sockets = [await openSocket(running, gone), await openSocket(running, stays)]
    const streams = [await openStream(running, gone), await openStream(running, stays)]
    const closed: unknown[] = []
    for (const [index, socket] of sockets.entries())
      socket.once('close', (code) => closed.push(['socket', index, code]))
    for (const [index, stream] of streams.entries()) stream.once('close', () => closed.push(['stream', index]))
    const id = (await listed(running, gone)).find(({ current }) => current)?.id
    const startedAt = performance.now()
    await call(running, stays, `/auth/sessions/${id}`, 'DELETE')
    await expect.poll(() => closed.length, { interval: 5 }).toBe(2)
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(closed).toEqual(
      expect.arrayContaining([
        ['socket', 0, 4401],
        ['stream', 0],
      ]),
    )
    const answered = once(sockets[1] as WebSocket, 'message')
    sockets[1]?.send('{"i":"1","p":{"u":"/host/info","b":{}}}')
    expect(String((await answered)[0])).toContain('"version"')
    for (const socket of sockets) socket.terminate()
    for (const stream of streams) stream.destroy()
  })
  test('that were ended are heard no more, also where they ignore the goodbye', async () => {
    const running = await start()
    const { cookie } = await signedIn(running)
    const socket = connect(running.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const received: Buffer[] = []
    socket.on('data', (chunk) => received.push(chunk))
    const hasReceived = (text: string) => Buffer.concat(received).includes(text)
    socket.write(
      `GET /rpc HTTP/1.1\r\nHost: ${running.host}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    await expect.poll(() => hasReceived('\r\n\r\n')).toBe(true)
    await call(running, running.bearer, '/auth/sessions', 'DELETE')
    socket.write(textFrame('{"i":"1","p":{"u":"/settings/update","b":{"json":{"theme":"dark"}}}}'))
    await once(socket, 'close')
    expect(hasReceived('signed out')).toBe(true)
    expect(running.program.settings.get().theme).toBe('system')
  })
  test('sign themselves out: the answer comes, the cookie goes', async () => {
    const running = await start()
    const own = await signedIn(running)
    const socket = await openSocket(running, own)
    const answer = await fetch(`${running.url}/auth`, { method: 'DELETE', headers: own })
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('Max-Age=0')])
    await once(socket, 'close')
    expect((await call(running, own)).status).toBe(401)
    expect(refusedEntries(running)).toEqual([])
    expect((await fetch(`${running.url}/auth`, { method: 'DELETE', headers: running.bearer })).status).toBe(409)
    expect((await fetch(`${running.url}/auth`, { method: 'DELETE' })).status).toBe(401)
    expect((await fetch(`${running.url}/auth`, { headers: running.bearer })).status).toBe(405)
  })
  test('end over their own WebSocket, and are told before it closes', async () => {
    const running = await start()
    const own = await signedIn(running)
    const socket = await openSocket(running, own)
    const answered = once(socket, 'message')
    const closed = once(socket, 'close')
    socket.send('{"i":"1","p":{"u":"/auth/endSessions","b":{}}}')
    expect(String((await answered)[0])).toContain('{"ended":1}')
    expect((await closed)[0]).toBe(4401)
  })
  test('tell the pages that the list changed', async () => {
    const running = await start()
    const events: string[] = []
    running.program.onChange(({ type }) => {
      if (type === 'sign-ins') events.push(type)
    })
    const own = await signedIn(running)
    await fetch(`${running.url}/auth`, { method: 'DELETE', headers: own })
    expect(events).toEqual(['sign-ins', 'sign-ins'])
  })
})

test('behind a trusted proxy the list and the audit log name the caller’s own address', async () => {
  const running = await start({ trustedProxies: trustedProxies('127.0.0.0/8') })
  const forwarded = { 'x-forwarded-for': '203.0.113.1, 192.0.2.7' }
  const own = cookieOf(await signIn(running, forwarded))
  await signIn(running, forwarded, 'wrong')
  expect((await listed(running, { ...own, ...forwarded }))[0]?.address).toBe('192.0.2.7')
  expect(refusedEntries(running)).toMatchObject([{ address: '192.0.2.7' }])
})
