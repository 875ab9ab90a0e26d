import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createAttempts } from './attempts.ts'
import { cookieName, createGuard } from './guard.ts'
import { createToken } from './token.ts'

const token = createToken('a-token-of-at-least-32-characters-x', true)

function guardOf(options: { host?: string; allowedHosts?: string[]; now?: () => number } = {}) {
  const { host = '127.0.0.1', allowedHosts = [], now = () => 0 } = options
  return createGuard({
    host,
    port: 8020,
    allowedHosts,
    token,
    attempts: createAttempts({ limit: 3, windowMs: 60_000, now }),
  })
}
const request = (headers: Record<string, string>, url = '/api/chats', method = 'GET') =>
  ({ headers, url, method, socket: { remoteAddress: '127.0.0.1' } }) as unknown as IncomingMessage
const bearer = { authorization: `Bearer ${token.value}` }
const status = (
  guard: ReturnType<typeof guardOf>,
  headers: Record<string, string>,
  area: 'open' | 'private' = 'private',
) => {
  const verdict = guard.check(request(headers), area)
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
    const cookie = `${cookieName(8020)}=${token.cookie}`
    expect(status(guardOf(), { host, cookie, 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(status(guardOf(), { host, cookie, 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(status(guardOf(), { host, cookie, 'sec-fetch-site': 'cross-site' })).toBe(403)
  })
})

describe('token', () => {
  const host = 'localhost:8020'
  test('no token, a wrong one, a wrong cookie', () => {
    expect(status(guardOf(), { host })).toBe(401)
    expect(status(guardOf(), { host, authorization: 'Bearer wrong' })).toBe(401)
    expect(status(guardOf(), { host, authorization: `Basic ${token.value}` })).toBe(401)
    expect(status(guardOf(), { host, cookie: `${cookieName(8020)}=${token.value}` })).toBe(401)
    expect(status(guardOf(), { host, cookie: `${cookieName(8021)}=${token.cookie}` })).toBe(401)
  })
  test('the cookie does not hold the token', () => {
    expect(token.cookie).not.toContain(token.value)
  })
  test('after three wrong tokens none is looked at for a minute, not even the right one', () => {
    let now = 0
    const guard = guardOf({ now: () => now })
    for (let n = 0; n < 3; n++) expect(status(guard, { host, authorization: `Bearer wrong${n}` })).toBe(401)
    expect(status(guard, { host, ...bearer })).toBe(429)
    // The page's cookie cannot be guessed, so whoever is signed in stays so.
    expect(status(guard, { host, cookie: `${cookieName(8020)}=${token.cookie}` })).toBe(200)
    now = 60_001
    expect(status(guard, { host, ...bearer })).toBe(200)
  })
})
