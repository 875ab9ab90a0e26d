import { describe, expect, it, vi } from 'vitest'
import { createBackoff } from './backoff.ts'
import { redact } from './baileys-log.ts'
import { afterClose } from './close-codes.ts'
import { tameConsole } from './console.ts'
import { chooseServer, isLoopback } from './emulator-address.ts'
import { createKeyedLock } from './keyed-lock.ts'
import { createServerClock } from './server-clock.ts'

describe('after the end of a connection', () => {
  it.each([
    [515, 'reconnect-at-once'],
    [408, 'back-off'],
    [428, 'back-off'],
    [500, 'back-off'],
    [503, 'back-off'],
    [undefined, 'back-off'],
    [440, 'stop'],
    [401, 'relink'],
    [403, 'stop'],
    [411, 'stop'],
    [405, 'refresh-version'],
  ])('%s: %s', (status, act) => {
    expect(afterClose({ status, reason: '' }).do).toBe(act)
  })
  it('tries one newer version only', () => {
    expect(afterClose({ status: 405, reason: '', versionRefreshed: true })).toMatchObject({
      do: 'stop',
      problem: { code: 'client-too-old' },
    })
  })
})

it('backs off 1, 2, 4 ... 60 s with a little chance, and forgets', () => {
  const backoff = createBackoff({ first: 1000, max: 60_000 }, () => 0)
  expect(Array.from({ length: 8 }, () => backoff.next())).toEqual([
    1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000,
  ])
  backoff.reset()
  expect(backoff.next()).toBe(1000)
  expect(createBackoff({ first: 1000, max: 60_000 }, () => 1).next()).toBe(1250)
})

it('takes numbers, addresses, ids and keys out of sentences', () => {
  const secrets = [
    '15550000011',
    '15550000011:3@s.whatsapp.net',
    '3EB0C431C26A1916E07A',
    'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ',
  ]
  for (const secret of secrets) expect(redact(`failed for ${secret}, again`)).not.toContain(secret)
  expect(redact('No session record')).toBe('No session record')
})

it('lets the console show no object, and none of what libsignal tells', () => {
  const seen: string[] = []
  const log = (line: string) => void seen.push(line)
  const target: Console = { ...console, log, info: log, warn: log, error: log }
  const restore = tameConsole(target)
  target.info('Closing session:', { privKey: 'k' })
  target.warn('Session already closed', { privKey: 'k' })
  target.log('state', { privKey: 'k' })
  target.log('plain', 1)
  restore()
  expect(seen).toEqual(['state [Object]', 'plain 1'])
  expect(target.log).toBe(log)
})

it('honours an emulator on this machine only', () => {
  for (const url of ['ws://127.0.0.1:1/ws/chat', 'ws://localhost:1', 'ws://[::1]:1']) expect(isLoopback(url)).toBe(true)
  const foreign = [
    'ws://localhost.example.com',
    'ws://10.0.0.1',
    'http://127.0.0.1',
    'ws://127.0.0.1@example.com',
    'x',
    'ws://127.0.0.1.example.com',
  ]
  for (const url of foreign) expect(isLoopback(url)).toBe(false)
  expect(chooseServer(undefined, 'real')).toEqual({ kind: 'real' })
  expect(chooseServer('ws://127.0.0.1:1', undefined)).toMatchObject({ kind: 'emulator' })
  expect(chooseServer(undefined, 'emulator')).toHaveProperty('refused')
  expect(chooseServer('ws://127.0.0.1:1', 'real')).toHaveProperty('refused')
})

it('keeps the server’s time whatever the machine’s clock does', () => {
  const time = { wall: 1_800_000_000_000, monotonic: 0 }
  const clock = createServerClock({ now: () => time.wall, monotonic: () => time.monotonic })
  clock.login(1_900_000_000)
  time.wall = 0
  time.monotonic = 5000
  expect(clock.now()).toBe(1_900_000_005_000)
  clock.heard(1_899_999_000)
  expect(clock.now()).toBe(1_900_000_005_000)
  clock.heard(1_900_000_100)
  expect(clock.now()).toBe(1_900_000_100_000)
})

it('runs what shares a key one after the other, also after a failure', async () => {
  const lock = createKeyedLock()
  const order: string[] = []
  const slow = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    order.push('slow')
    throw new Error('failed')
  })
  const first = lock('a', slow).catch(() => undefined)
  const other = lock('b', () => Promise.resolve(order.push('other')))
  const second = lock('a', () => Promise.resolve(order.push('second')))
  await Promise.all([first, other, second])
  expect(order).toEqual(['other', 'slow', 'second'])
})
