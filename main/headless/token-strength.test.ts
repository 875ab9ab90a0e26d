import { randomBytes, randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { trustedProxies } from '../config/trusted-proxies.ts'
import { weakTokenOf } from './exposure.ts'
import { weaknessOf } from './token-strength.ts'

describe('a token', () => {
  test.each(['x', 'secret', '0123456789abcdefghi', 'correct-horse-batte'])('%s is too short', (token) => {
    expect(weaknessOf(token)).toBe('short')
  })
  test.each([
    'aaaaaaaaaaaaaaaaaaaa',
    'abababababababababab',
    'aAaAaAaAaAaAaAaAaAaAaAaA',
    '12345678901234567890',
    'abcdefghijklmnopqrstuvwxyz',
    'zyxwvutsrqponmlkjihg',
    '0123456789abcdef0123456789abcdef',
    'passwordpasswordpassword',
    'passwordpassword1234',
    'changemechangemechangeme',
    '--------------------',
    '000000000000000000000000000001',
    'tokentokentokentoken!',
  ])('%s is repetitive', (token) => {
    expect(weaknessOf(token)).toBe('repetitive')
  })
  test.each([
    'correct-horse-battery-staple',
    'b0f3c7e19d5a4286b0d1',
    'Wk3!pT9zQ_xL7vN2mR5c',
    'vou-comprar-pão-amanhã-cedo',
  ])('%s is good enough', (token) => {
    expect(weaknessOf(token)).toBeUndefined()
  })
  test('made by chance is never refused', () => {
    const digits = () => Array.from({ length: 24 }, () => randomInt(10)).join('')
    for (let n = 0; n < 2000; n++) {
      for (const token of [randomBytes(16).toString('hex'), randomBytes(32).toString('base64url'), digits()]) {
        expect(weaknessOf(token), token).toBeUndefined()
      }
    }
  })
})

describe('where others can reach the address', () => {
  const good = 'b0f3c7e19d5a4286b0d1'
  const ask = (value: string, more: { host?: string; allowedHosts?: string[]; proxies?: string; own?: boolean } = {}) =>
    weakTokenOf({
      host: more.host ?? '127.0.0.1',
      allowedHosts: more.allowedHosts ?? [],
      trustedProxies: trustedProxies(more.proxies),
      token: { value, own: more.own ?? true },
    })
  test.each(['0.0.0.0', '::', '192.0.2.1', 'bot.lan', 'localhost.lan'])('at %s a weak token is refused', (host) => {
    expect(() => ask('x', { host })).toThrow('WHATSLANG_TOKEN has fewer than 20 characters')
    expect(() => ask('abcabcabcabcabcabcabc', { host })).toThrow('WHATSLANG_TOKEN repeats itself')
    expect(ask(good, { host })).toBeUndefined()
    expect(() => ask(good, { host, own: false })).toThrow('Set WHATSLANG_TOKEN')
  })
  test('through a proxy as well', () => {
    expect(() => ask('x', { allowedHosts: ['bot.example'] })).toThrow('A proxy lets other machines reach this one')
    expect(() => ask('x', { proxies: '127.0.0.1' })).toThrow('A proxy lets other machines reach this one')
    expect(ask('made', { allowedHosts: ['bot.example'], own: false })).toBeUndefined()
  })
  test.each(['127.0.0.1', 'localhost', '::1', '127.8.9.1'])('at %s it is said to be weak', (host) => {
    expect(ask('x', { host })).toContain('Every program and user of this machine can try')
    expect(ask(good, { host })).toBeUndefined()
  })
})
