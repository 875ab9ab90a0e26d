import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { trustedProxies } from '../config/trusted-proxies.ts'
import { addressGroup, plainAddress } from './address.ts'
import { createClientOf } from './client.ts'

const clientOf = (proxies: string, remoteAddress: string, headers: Record<string, string> = {}) =>
  createClientOf(trustedProxies(proxies))({ headers, socket: { remoteAddress } as IncomingMessage['socket'] })

describe('addresses', () => {
  test.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:0db8:0000::0001', '2001:db8::1'],
    ['localhost', ''],
    ['192.0.2.1.', ''],
    ['', ''],
  ])('%s is %s', (raw, plain) => {
    expect(plainAddress(raw)).toBe(plain)
  })
  test.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['192.0.2.1', '192.0.2.1'],
  ])('%s counts as %s', (address, group) => {
    expect(addressGroup(address)).toBe(group)
  })
})

describe('behind a proxy', () => {
  test.each([
    ['nothing', {}, '127.0.0.1'],
    ['an empty list', { 'x-forwarded-for': ' , ' }, '127.0.0.1'],
    ['a word', { 'x-forwarded-for': '192.0.2.1, unknown' }, '127.0.0.1'],
    ['only proxies', { 'x-forwarded-for': '10.0.0.1, 10.0.0.2' }, '10.0.0.1'],
    ['IPv6 with a port', { 'x-forwarded-for': '[2001:db8::1]:443' }, '2001:db8::1'],
    ['IPv4 as IPv6', { 'x-forwarded-for': '::ffff:192.0.2.1' }, '192.0.2.1'],
    ['a forged beginning', { 'x-forwarded-for': '127.0.0.1, 192.0.2.1' }, '192.0.2.1'],
    ['a thousand of them', { 'x-forwarded-for': `${'192.0.2.9, '.repeat(1000)}10.0.0.1` }, '192.0.2.9'],
  ])('%s', (_what, headers, address) => {
    expect(clientOf('127.0.0.1,10.0.0.0/8', '::ffff:127.0.0.1', headers).address).toBe(address)
  })
  test('https is believed from a trusted proxy only, and its own word only', () => {
    const https = { 'x-forwarded-proto': 'https' }
    expect(clientOf('127.0.0.1', '127.0.0.1', https).secure).toBe(true)
    expect(clientOf('', '127.0.0.1', https).secure).toBe(false)
    expect(clientOf('127.0.0.1', '192.0.2.1', https).secure).toBe(false)
    expect(clientOf('127.0.0.1', '127.0.0.1', { 'x-forwarded-proto': 'https, http' }).secure).toBe(false)
  })
  test('an IPv6 network is one as well', () => {
    expect(clientOf('fd00::/8', 'fd12::1', { 'x-forwarded-for': '192.0.2.1' }).address).toBe('192.0.2.1')
  })
})

describe('WHATSLANG_TRUSTED_PROXIES', () => {
  test.each([
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0',
    '::1/129',
    '0.0.0.0/0',
    '::/0',
    '*',
    '10.0.0.1;10.0.0.2',
  ])('%s is refused by name', (value) => {
    expect(() => trustedProxies(value)).toThrow(/WHATSLANG_TRUSTED_PROXIES .*"/)
  })
  test('is a list, with spaces and an empty end', () => {
    expect(trustedProxies(' 127.0.0.1 , ::1, 172.16.0.0/12,').count).toBe(3)
    expect(trustedProxies(undefined).has('127.0.0.1')).toBe(false)
  })
})
