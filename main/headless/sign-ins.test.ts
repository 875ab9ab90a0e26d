import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signInsIn } from './sign-in.test-kit.ts'
import { MAX_SIGN_INS } from './sign-in-file.ts'
import { IDLE_MS, LONGEST_MS } from './sign-ins.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sign-ins-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const firefox = { browser: 'Firefox', system: 'Linux' }
const idOf = (found: ReturnType<ReturnType<typeof signInsIn>['signIns']['find']>) =>
  typeof found === 'object' ? found.id : found

test('the secret is random, long, and on no disk', () => {
  const { signIns, path } = signInsIn(folder)
  const secrets = Array.from({ length: 3 }, () => signIns.begin(firefox, '192.0.2.1').secret)
  expect(new Set(secrets).size).toBe(3)
  for (const secret of secrets) {
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
    expect(readFileSync(path, 'utf8')).not.toContain(secret)
  }
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(path, 'utf8')).not.toContain('the-token-of-this-test')
})

test('a restart keeps who is signed in, and a crash as well', () => {
  const before = signInsIn(folder)
  const { id, secret } = before.signIns.begin(firefox, '192.0.2.1')
  // No dispose: the process was killed.
  const after = signInsIn(folder)
  expect(idOf(after.signIns.find(secret, '192.0.2.1'))).toBe(id)
  expect(after.signIns.devices.list(id)).toMatchObject([
    { id, device: 'Firefox on Linux', address: '192.0.2.1', current: true },
  ])
  expect(after.audited).toEqual([])
})

describe('one ends', () => {
  test('when it was not used for 30 days, and after 180 days however much it is used', () => {
    const { signIns, clock, audited } = signInsIn(folder)
    const idle = signIns.begin(firefox, '').secret
    const busy = signIns.begin(firefox, '').secret
    const start = clock.now
    clock.now += IDLE_MS - 1
    expect(typeof signIns.find(busy, '')).toBe('object')
    clock.now += 1
    expect(signIns.find(idle, '')).toBe('ended')
    for (; clock.now < start + LONGEST_MS; clock.now += IDLE_MS / 2) {
      expect(typeof signIns.find(busy, '')).toBe('object')
    }
    clock.now = start + LONGEST_MS
    expect(signIns.find(busy, '')).toBe('ended')
    expect(signIns.devices.list(undefined)).toEqual([])
    expect(audited.map(({ detail }) => detail?.reason)).toEqual(['expired', 'expired'])
  })
  test('at once and for good when the user ends it, and its connections are told', () => {
    const { signIns } = signInsIn(folder)
    const [one, two] = [signIns.begin(firefox, ''), signIns.begin(firefox, '')]
    const told: unknown[] = []
    signIns.onEnd((id, graceMs) => told.push([id, graceMs]))
    expect(signIns.devices.end(one.id)).toBe(true)
    expect(signIns.devices.end(one.id)).toBe(false)
    expect(told).toEqual([[one.id, 0]])
    for (const { signIns: at } of [{ signIns }, signInsIn(folder)]) {
      expect(typeof at.find(one.secret, '')).not.toBe('object')
      expect(idOf(at.find(two.secret, ''))).toBe(two.id)
    }
  })
  test('with all others, or with all', () => {
    const { signIns } = signInsIn(folder)
    const secrets = Array.from({ length: 4 }, () => signIns.begin(firefox, ''))
    expect(signIns.devices.endAll({ except: secrets[0]?.id })).toBe(3)
    expect(signIns.devices.list(secrets[0]?.id).map(({ current }) => current)).toEqual([true])
    expect(signIns.devices.endAll({})).toBe(1)
    expect(secrets.map(({ secret }) => signIns.find(secret, ''))).toEqual(['ended', 'ended', 'ended', 'ended'])
  })
  test('when there are too many: the one that was quiet for longest', () => {
    const { signIns, clock } = signInsIn(folder)
    const all = Array.from({ length: MAX_SIGN_INS }, () => {
      clock.now += 120_000
      return signIns.begin(firefox, '')
    })
    clock.now += 120_000
    signIns.find(all[0]?.secret ?? '', '')
    signIns.begin(firefox, '')
    expect(signIns.devices.list(undefined)).toHaveLength(MAX_SIGN_INS)
    expect(typeof signIns.find(all[0]?.secret ?? '', '')).toBe('object')
    expect(signIns.find(all[1]?.secret ?? '', '')).toBe('ended')
  })
  test('with the token that it was made with', () => {
    const { secret } = signInsIn(folder).signIns.begin(firefox, '')
    const { signIns, audited } = signInsIn(folder, { token: 'another-token-of-this-test-0123456789' })
    expect(signIns.find(secret, '')).toBeUndefined()
    expect(audited).toMatchObject([{ action: 'token-changed' }])
    // The old token back does not bring it back.
    expect(signInsIn(folder).signIns.find(secret, '')).toBeUndefined()
  })
})

describe('the file', () => {
  const damage: [string, (path: string) => void][] = [
    ['is cut off', (path) => writeFileSync(path, readFileSync(path, 'utf8').slice(0, 60))],
    ['holds something else', (path) => writeFileSync(path, '{"version":1,"sessions":"all"}')],
    ['is far too large', (path) => writeFileSync(path, ' '.repeat(300 * 1024) + readFileSync(path, 'utf8'))],
    ['nests without end', (path) => writeFileSync(path, '['.repeat(100_000) + ']'.repeat(100_000))],
    ['others can write', (path) => chmodSync(path, 0o666)],
    [
      'is a pipe',
      (path) => {
        rmSync(path)
        execFileSync('mkfifo', [path])
      },
    ],
  ]
  test.each(damage)('that %s signs everyone out, and the log says so', (_what, break_) => {
    const { signIns, path } = signInsIn(folder)
    const { secret } = signIns.begin(firefox, '')
    break_(path)
    const after = signInsIn(folder)
    expect(after.signIns.find(secret, '')).toBeUndefined()
    expect(after.logged.join()).toContain('every browser has to sign in again')
    expect(after.audited).toMatchObject([{ action: 'session-ended', detail: { reason: 'damaged file' } }])
    const fresh = after.signIns.begin(firefox, '')
    expect(idOf(signInsIn(folder).signIns.find(fresh.secret, ''))).toBe(fresh.id)
  })
  test('that cannot be written: an end holds, is said, and is written as soon as it can be', () => {
    const { signIns, path, clock, logged } = signInsIn(folder)
    const { id, secret } = signIns.begin(firefox, '')
    rmSync(path)
    // A folder in its place refuses the rename for every user, root too.
    mkdirSync(join(path, 'in-the-way'), { recursive: true })
    expect(() => signIns.devices.end(id)).toThrow('until then a restart would let the device in again')
    expect(signIns.find(secret, '')).toBe('ended')
    expect(logged.join()).toContain('could not be written')
    rmSync(path, { recursive: true })
    clock.now += 60_000
    signIns.dispose()
    expect(existsSync(path)).toBe(true)
    expect(signInsIn(folder).signIns.find(secret, '')).toBeUndefined()
  })
  test('of a clock that was a year ahead makes none last a year longer', () => {
    const { secret } = signInsIn(folder, { at: Date.UTC(2027, 0, 1) }).signIns.begin(firefox, '')
    const { signIns, clock } = signInsIn(folder, { at: Date.UTC(2026, 0, 1) })
    expect(typeof signIns.find(secret, '')).toBe('object')
    clock.now += LONGEST_MS
    expect(signIns.find(secret, '')).toBe('ended')
  })
  test('is not written for each use', () => {
    const { signIns, clock, path } = signInsIn(folder)
    const { secret } = signIns.begin(firefox, '192.0.2.1')
    const written = () => statSync(path).ino
    const first = written()
    for (let second = 0; second < 600; second += 10) {
      clock.now += 10_000
      signIns.find(secret, '192.0.2.2')
    }
    expect(written()).toBe(first)
    expect(signIns.devices.list(undefined)).toMatchObject([{ address: '192.0.2.2', last_used_at: clock.now }])
    clock.now += 6 * 60_000
    signIns.find(secret, '192.0.2.2')
    expect(written()).not.toBe(first)
  })
})
