// Disks that refuse what others can, and disks that fail: each has its sentence and its exit code, and what needs no mode, link or syncing is made without.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator } from '../emulator/index.ts'
import { whatslang } from './command.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })
const folder = mkdtempSync(join(tmpdir(), 'whatslang-refusing-'))
const data = join(folder, 'data')
const out = join(folder, 'out')
const shim = join(folder, 'refusing-disk.so')

const missing = ((): string | undefined => {
  if (process.platform !== 'linux') return 'it is made for Linux'
  try {
    execFileSync('gcc', ['-shared', '-fPIC', '-o', shim, join(import.meta.dirname, 'fixtures/refusing-disk.c'), '-ldl'])
    return undefined
  } catch {
    return 'there is no gcc'
  }
})()
if (missing !== undefined) console.warn(`Disks that refuse were not tried: ${missing}.`)

beforeAll(async () => {
  await bundle()
  mkdirSync(out)
  const emulator = await createEmulator()
  const app = spawnApp({
    dataDirectory: data,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    built: true,
  })
  await app.listening()
  await app.stop()
  await emulator.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const refusing = (under: string, refuse: string, ...args: string[]) =>
  whatslang([...args, '--data-dir', data], { LD_PRELOAD: shim, REFUSE_UNDER: under, REFUSE: refuse })
const all = (code: number) => ['chmod', 'fchmod', 'chown', 'link', 'fsync'].map((call) => `${call}=${code}`).join(',')

describe.skipIf(missing !== undefined)('a disk without modes, links and syncing', () => {
  test.each([
    ['EPERM', 1],
    ['EINVAL', 22],
    ['ENOSYS', 38],
    ['EOPNOTSUPP', 95],
  ])('that says %s takes a copy, and a data directory lives on it', async (name, code) => {
    const copy = join(out, `${name}.sql.gz`)
    const copied = await refusing(out, all(code), 'backup', '--out', copy)
    expect(copied.code, copied.err).toBe(0)
    expect((await whatslang(['verify', copy, '--data-dir', data])).code).toBe(0)
    const made = await refusing(data, all(code), 'backup')
    expect(made.code, made.err).toBe(0)
    const set = await refusing(data, all(code), 'schedule', '0 3 * * *')
    expect(set.code, set.err).toBe(0)
    expect((await refusing(data, all(code), 'doctor', '--fix')).code).toBe(0)
  })

  test('that says zero of all its space is no full disk', async () => {
    expect((await refusing(data, 'statfs=0', 'backup')).code).toBe(0)
    const looked = await refusing(data, 'statfs=0', 'doctor', '--json')
    expect(looked.code).toBe(0)
    expect(looked.out).not.toContain('space.')
  })
})

describe.skipIf(missing !== undefined)('a disk that fails is told with the file, what happened, and what to do', () => {
  test.each([
    ['EIO', 5, 1, 'the disk reports an error'],
    ['EBUSY', 16, 1, 'in use by another program'],
    ['EFBIG', 27, 1, 'larger than its file system allows'],
    ['ENOSPC', 28, 5, 'The disk is full'],
    ['EROFS', 30, 1, 'can only be read'],
    ['ENAMETOOLONG', 36, 2, 'longer than its file system allows'],
    ['EDQUOT', 122, 5, 'quota'],
  ])('%s', async (name, code, exit, words) => {
    const target = join(out, `failed-${name}.sql.gz`)
    const failed = await refusing(out, `write=${code}`, 'backup', '--out', target, '--json')
    expect(failed.code, failed.out).toBe(exit)
    expect(failed.json()).toMatchObject({
      error: { code: name, message: expect.stringMatching(new RegExp(`${words}[^]*\\.$`)) },
    })
    expect(failed.out).toContain(target)
    expect(failed.out).not.toContain('.partial')
    expect(readdirSync(out).filter((file) => file.includes(name) && !file.startsWith(name))).toEqual([])
  })
})
