// Machines on the network that take room: guesses, idle connections, WebSockets with odd frames, uploads that break off.
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { type AttackedHeadless, attackedHeadless } from './attacked.ts'
import { exchange, hold, lines } from './raw-http.ts'

let host: AttackedHeadless
let outside: string[]
beforeAll(async () => {
  await bundle()
  host = await attackedHeadless()
  outside = host.sandbox.outside()
})
afterAll(() => host?.close())

const to = () => ({ host: '127.0.0.1', port: host.port })
const own = () => `Host: 127.0.0.1:${host.port}`
const bearer = () => `Authorization: ${host.authorization}`

test('guesses are counted by the connection’s address, whatever X-Forwarded-For says', async () => {
  // An address of its own, which nothing else here uses.
  const from = { ...to(), localAddress: '127.0.0.21' }
  const guess = async (n: number) => {
    const forged = [`X-Forwarded-For: 10.0.${n}.1`, `Forwarded: for=10.0.${n}.2`, `X-Real-IP: 10.0.${n}.3`]
    const request = lines(
      'GET /api/session HTTP/1.1',
      own(),
      `Authorization: Bearer guess-${n}-${'x'.repeat(24)}`,
      ...forged,
      '',
      '',
    )
    return (await exchange(from, request)).statuses[0]
  }
  const answers: (number | undefined)[] = []
  for (let n = 0; n < 25; n++) answers.push(await guess(n))
  expect(answers.slice(0, 5)).toEqual([401, 401, 401, 401, 401])
  expect(answers.at(-1)).toBe(429)
})

test('guesses count together through every door, and the right token and a signed-in browser are let in all the same', async () => {
  const from = { ...to(), localAddress: '127.0.0.22' }
  const signedIn = await fetch(`${host.url}/auth`, { method: 'POST', body: JSON.stringify({ token: host.token }) })
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
  const name = cookie.split('=', 1)[0]
  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ]
  const get = (path: string, ...headers: string[]) => lines(`GET ${path} HTTP/1.1`, own(), ...headers, '', '')
  const doors = [
    (guess: string) => get('/api/session', `Cookie: ${name}=${guess}`),
    (guess: string) => get('/api/session', `Authorization: Bearer ${guess}`),
    (guess: string) => get('/rpc', ...upgrade, `Cookie: ${name}=${guess}`),
    (guess: string) => {
      const body = JSON.stringify({ token: guess })
      return lines('POST /auth HTTP/1.1', own(), `Content-Length: ${body.length}`, '', body)
    },
  ]
  const answers: (number | undefined)[] = []
  for (let n = 0; n < 60; n++) {
    const guess = `guess-${n}-${'x'.repeat(30)}`
    answers.push((await exchange(from, doors[n % doors.length]?.(guess) ?? '', { quietMs: 30 })).statuses[0])
  }
  expect(answers).not.toContain(200)
  expect(answers).not.toContain(101)
  expect(answers.slice(-8)).toContain(429)
  expect((await exchange(from, get('/api/session', bearer()))).statuses).toEqual([200])
  expect((await exchange(from, get('/api/session', `Cookie: ${cookie}`))).statuses).toEqual([200])
})

describe('connections that only take room', () => {
  test.each([
    ['a length and no body', () => lines('POST /auth HTTP/1.1', own(), 'Content-Length: 1000', '', '')],
    [
      'a chunk that never comes',
      () => lines('POST /auth HTTP/1.1', own(), 'Transfer-Encoding: chunked', '', 'ff', 'x'),
    ],
    [
      'an upload that stands still',
      () => lines('PUT /api/restore/upload HTTP/1.1', own(), bearer(), 'Content-Length: 1000000', '', 'x'),
    ],
  ])('450 times %s: the health check and a call are answered', async (_what, bytes) => {
    const held = await hold(to(), 450, bytes())
    try {
      // A connection that was kept open before may be among those that make room: the next one gets through.
      await expect.poll(host.alive).toBe(true)
      const call = () => host.rest.send('GET', '/api/session').then(({ status }) => status, String)
      await expect.poll(call).toBe(200)
    } finally {
      for (const socket of held) socket.destroy()
    }
    await expect.poll(host.alive).toBe(true)
  })

  test('500 idle and 200 half-open ones: the program still answers', async () => {
    const idle = await hold(to(), 500)
    const half = await hold(to(), 200, `POST /api/chats HTTP/1.1\r\n${own()}\r\nX-Slow: `)
    try {
      expect(await host.alive()).toBe(true)
    } finally {
      for (const socket of [...idle, ...half]) socket.destroy()
    }
    await expect.poll(() => host.rest.send('GET', '/api/session').then(({ status }) => status)).toBe(200)
  })

  test('80 WebSockets: the first are served, the others are turned away, and others come when they leave', async () => {
    const links = await Promise.all(Array.from({ length: 80 }, () => host.link().catch((error: Error) => error)))
    const open = links.flatMap((link) => (link instanceof Error ? [] : [link]))
    expect(open.length).toBeGreaterThanOrEqual(10)
    expect(open.length).toBeLessThan(80)
    for (const link of open) expect((await link.call('/health/live')).status).toBe(200)
    await Promise.all(open.map((link) => link.close()))
    await expect
      .poll(() =>
        host.link().then(
          (link) => link.close().then(() => 'open'),
          () => 'refused',
        ),
      )
      .toBe('open')
  })
})

test('40 uploads that break off leave nothing, 30 at once arrive apart', async () => {
  const folder = join(host.sandbox.data, 'restore')
  const uploads = () => readdirSync(folder).filter((name) => name.startsWith('upload'))
  await Promise.all(
    Array.from(
      { length: 40 },
      (_, n) =>
        new Promise<void>((done) => {
          const socket = connect(to(), () => {
            const length = n % 2 === 0 ? 'Content-Length: 1000000' : 'Transfer-Encoding: chunked'
            socket.write(
              lines(
                'PUT /api/restore/upload?name=x HTTP/1.1',
                own(),
                bearer(),
                length,
                '',
                n % 2 === 0 ? 'some bytes' : '5\r\nbytes\r\n',
              ),
              () => socket.destroy(),
            )
          })
          socket.on('error', () => undefined).on('close', () => done())
        }),
    ),
  )
  await expect.poll(uploads).toEqual([])
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      host.rest.send('PUT', '/api/restore/upload?name=x.sql', Buffer.alloc(100_000, String(n % 10))),
    ),
  )
  const handles = answers.map(({ body }) => String(Reflect.get(Object(body), 'upload')))
  expect(answers.map(({ status, body }) => [status, Reflect.get(Object(body), 'bytes')])).toEqual(
    Array.from({ length: 30 }, () => [200, 100_000]),
  )
  expect(new Set(handles).size).toBe(30)
  for (const handle of handles) expect((await host.rest.send('DELETE', `/api/restore/${handle}`)).status).toBe(200)
  expect(uploads()).toEqual([])
  expect(host.sandbox.outside()).toEqual(outside)
})

test('killed in the middle of an upload, it starts again and keeps nothing of it', async () => {
  const socket = connect(to(), () =>
    socket.write(
      lines('PUT /api/restore/upload HTTP/1.1', own(), bearer(), 'Content-Length: 1000000', '', 'some bytes'),
    ),
  )
  socket.on('error', () => undefined)
  const folder = join(host.sandbox.data, 'restore')
  await expect.poll(() => readdirSync(folder).filter((name) => name.startsWith('upload'))).toHaveLength(1)
  await host.app.kill()
  await host.startAgain()
  expect(readdirSync(folder).filter((name) => name.startsWith('upload'))).toEqual([])
  expect(await host.alive()).toBe(true)
  expect(host.sandbox.outside()).toEqual(outside)
})
