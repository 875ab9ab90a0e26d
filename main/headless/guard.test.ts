import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { trustedProxies } from '../config/trusted-proxies.ts'
import { createAttempts } from './attempts.ts'
import { createClientOf } from './client.ts'
import { createCookie } from './cookie.ts'
import { createGate } from './gate.ts'
import { type Area, createGuard } from './guard.ts'
import { createToken } from './token.ts'

const token = createToken('a-token-of-at-least-32-characters-x', true)

const SECRET = 'the-secret-of-a-signed-in-browser'
const ENDED = 'the-secret-of-one-that-was-signed-out'
const cookie = createCookie(8020)
const signedIn = { cookie: `whatslang_8020=${SECRET}` }

function guardOf(options: { host?: string; allowedHosts?: string[]; now?: () => number; proxies?: string } = {}) {
  const { host = '127.0.0.1', allowedHosts = [], now = () => 0, proxies } = options
  const refused: string[] = []
  const gate = createGate({
    token,
    attempts: createAttempts({ limit: 3, windowMs: 60_000, now }),
    refusals: { refused: (address) => void refused.push(address), dispose: () => undefined },
  })
  const guard = createGuard({
    host,
    port: 8020,
    allowedHosts,
    gate,
    signIns: { find: (secret) => (secret === SECRET ? { id: 'one' } : secret === ENDED ? 'ended' : undefined) },
    cookie,
    clientOf: createClientOf(trustedProxies(proxies)),
  })
  return { check: guard.check, refused }
}
const request = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
  ({ headers, url: '/api/chats', method: 'GET', socket: { remoteAddress } }) as unknown as IncomingMessage
const bearer = { authorization: `Bearer ${token.value}` }
const status = (
  guard: ReturnType<typeof guardOf>,
  headers: Record<string, string>,
  area: Area = 'private',
  from?: string,
) => {
  const verdict = guard.check(request(headers, from), area)
  return verdict.ok ? 200 : verdict.status
}

describe('Host', () => {
  test.each(['127.0.0.1:8020', 'localhost:8020', '[::1]:8020', 'LOCALHOST:8020'])('knows %s', (host) => {
    expect(status(guardOf(), { host, ...bearer })).toBe(200)
  })
  test.each([
    'evil.example',
    'evil.example:8020',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.0.0.1:8020.evil.example',
    'localhost.evil.example:8020',
    '192.168.1.5:8020',
    '',
  ])('refuses "%s", also for what needs no token', (host) => {
    expect(status(guardOf(), { host, ...bearer })).toBe(421)
    expect(status(guardOf(), { host }, 'open')).toBe(421)
  })
  test('beyond loopback: addresses, which nobody can rebind, and the names that were given', () => {
    const guard = guardOf({ host: '0.0.0.0', allowedHosts: ['bot.example'] })
    for (const host of ['192.168.1.5:9000', '[fd00::1]:8020', 'localhost:9000', 'bot.example', 'bot.example:8443']) {
      expect(status(guard, { host, ...bearer })).toBe(200)
    }
    expect(status(guard, { host: 'evil.example:8020', ...bearer })).toBe(421)
  })
})

describe('Origin', () => {
  const host = 'localhost:8020'
  test('is our own or absent', () => {
    expect(status(guardOf(), { host, origin: 'http://localhost:8020', ...bearer })).toBe(200)
    expect(status(guardOf(), { host, ...bearer })).toBe(200)
  })
  test.each([
    'http://evil.example',
    'http://localhost:8020.evil.example',
    'http://localhost:3000',
    'http://127.0.0.1:8020',
    'https://evil.example/?localhost:8020',
    'null',
    'app://whatslang',
  ])('refuses %s', (origin) => {
    expect(status(guardOf(), { host, origin, ...bearer })).toBe(403)
    expect(status(guardOf(), { host, origin }, 'open')).toBe(403)
  })
  test('behind a proxy with TLS the default port is left out', () => {
    const guard = guardOf({ host: '0.0.0.0', allowedHosts: ['bot.example'] })
    expect(status(guard, { host: 'bot.example', origin: 'https://bot.example', ...bearer })).toBe(200)
    expect(status(guard, { host: 'bot.example:443', origin: 'https://bot.example', ...bearer })).toBe(200)
  })
  test('a page on another port of this machine carries our cookie and is refused all the same', () => {
    expect(status(guardOf(), { host, ...signedIn, 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(status(guardOf(), { host, ...signedIn, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(status(guardOf(), { host, ...signedIn, 'sec-fetch-site': 'cross-site' })).toBe(403)
  })
  test('a link from elsewhere opens the page, and calls nothing', () => {
    const link = { host, ...signedIn, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect(status(guardOf(), link, 'open')).toBe(200)
    expect(status(guardOf(), link)).toBe(403)
  })
})

describe('who is let in', () => {
  const host = 'localhost:8020'
  const wrong = (n: number): Record<string, string>[] => [
    { host, authorization: `Bearer wrong${n}` },
    { host, cookie: `whatslang_8020=wrong${n}` },
    { host, cookie: `__Host-whatslang_8020=wrong${n}` },
  ]
  test('no token, a wrong one, a wrong cookie', () => {
    const guard = guardOf()
    expect(status(guard, { host })).toBe(401)
    expect(guard.refused).toEqual([])
    expect(status(guard, { host, authorization: 'Bearer wrong' })).toBe(401)
    expect(status(guard, { host, authorization: `Basic ${token.value}` })).toBe(401)
    expect(status(guard, { host, cookie: `whatslang_8020=${token.value}` })).toBe(401)
    expect(status(guard, { host, cookie: `whatslang_8021=${SECRET}` })).toBe(401)
    expect(guard.refused).toHaveLength(2)
  })
  test('the caller is known by what it brought', () => {
    const guard = guardOf()
    expect(guard.check(request({ host, ...bearer }), 'private')).toMatchObject({
      caller: { by: 'script', address: '127.0.0.1' },
    })
    // A proxy may ask for a password of its own; that is no token of ours.
    const basic = { authorization: 'Basic b3duZXI6cGFzcw==' }
    expect(guard.check(request({ host, ...basic, ...signedIn }), 'private')).toMatchObject({
      caller: { by: 'page', session: 'one', address: '127.0.0.1' },
    })
  })
  test.each([0, 1, 2])(
    'wrong bearers and cookies are counted alike, and lock out neither the token nor a signed-in browser (%i)',
    (kind) => {
      const guard = guardOf()
      const answers = Array.from({ length: 3000 }, (_, n) => status(guard, wrong(n)[kind] ?? {}))
      expect(answers.slice(0, 3)).toEqual([401, 401, 401])
      expect(new Set(answers.slice(3))).toEqual(new Set([429]))
      for (const other of [0, 1, 2]) expect(status(guard, wrong(1)[other] ?? {})).toBe(429)
      expect(status(guard, { host, ...bearer })).toBe(200)
      expect(status(guard, { host, ...signedIn })).toBe(200)
      expect(status(guard, { host })).toBe(401)
    },
  )
  test('the wait grows, is told, and ends', () => {
    let now = 0
    const guard = guardOf({ now: () => now })
    const guess = () => guard.check(request({ host, authorization: 'Bearer wrong' }), 'private')
    const waits: (number | undefined)[] = []
    for (let round = 0; round < 9; round++) {
      for (let verdict = guess(); ; verdict = guess()) {
        if (verdict.ok || verdict.status !== 429) continue
        waits.push(verdict.retryAfter)
        now += (verdict.retryAfter ?? 0) * 1000
        break
      }
    }
    expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3600, 3600, 3600])
    now += 3 * 3_600_000
    expect(guess()).toMatchObject({ status: 401 })
  })
  test('a browser that was signed out is no guesser, and loses its cookie', () => {
    const guard = guardOf()
    for (let n = 0; n < 10; n++) {
      expect(guard.check(request({ host, cookie: `whatslang_8020=${ENDED}` }), 'private')).toMatchObject({
        status: 401,
        staleCookie: true,
      })
    }
    expect(guard.refused).toEqual([])
  })
})

describe('whose guess it is', () => {
  const host = 'localhost:8020'
  const locked = (guard: ReturnType<typeof guardOf>, headers: Record<string, string>, from: string) => {
    for (let n = 0; n < 3; n++) status(guard, { host, authorization: 'Bearer wrong', ...headers }, 'private', from)
    return (other: Record<string, string>, at: string) =>
      status(guard, { host, authorization: 'Bearer wrong', ...other }, 'private', at) === 429
  }
  test('one address does not make another wait; all of an IPv6 /64 are one', () => {
    const isLocked = locked(guardOf(), {}, '2001:db8:1:2::1')
    expect(isLocked({}, '2001:db8:1:2:ffff::9')).toBe(true)
    expect(isLocked({}, '2001:0DB8:0001:0002::9%eth0')).toBe(true)
    expect(isLocked({}, '2001:db8:1:3::1')).toBe(false)
    expect(isLocked({}, '::ffff:192.0.2.1')).toBe(false)
  })
  test('what a caller writes into X-Forwarded-For counts for nothing', () => {
    const isLocked = locked(guardOf(), { 'x-forwarded-for': '192.0.2.1' }, '198.51.100.7')
    expect(isLocked({ 'x-forwarded-for': '192.0.2.99' }, '198.51.100.7')).toBe(true)
  })
  test('behind a trusted proxy each of its callers counts alone, by the rightmost address that is no proxy', () => {
    const guard = guardOf({ proxies: '127.0.0.1, 10.0.0.0/8' })
    const isLocked = locked(guard, { 'x-forwarded-for': '203.0.113.5, 192.0.2.1, 10.1.2.3' }, '127.0.0.1')
    expect(isLocked({ 'x-forwarded-for': '203.0.113.99, 192.0.2.1' }, '127.0.0.1')).toBe(true)
    expect(isLocked({ 'x-forwarded-for': '192.0.2.2' }, '127.0.0.1')).toBe(false)
    expect(isLocked({ 'x-forwarded-for': '192.0.2.1:4711' }, '127.0.0.1')).toBe(true)
    // From another machine the same words are worth nothing.
    expect(isLocked({ 'x-forwarded-for': '192.0.2.1' }, '198.51.100.7')).toBe(false)
  })
})
