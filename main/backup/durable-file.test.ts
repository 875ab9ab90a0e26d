import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildDurably, writeDurably } from './durable-file.ts'

let folder = ''
let target = ''
const umask = process.umask(0)
beforeEach(() => {
  process.umask(0)
  folder = mkdtempSync(join(tmpdir(), 'durable-'))
  target = join(folder, 'export.db')
})
afterEach(() => {
  process.umask(umask)
  rmSync(folder, { recursive: true, force: true })
})

const ways = {
  'a stream': (fail: boolean, told: (path: string) => void) =>
    writeDurably(
      target,
      async (file) => {
        await file.write('whole')
        if (fail) throw new Error('The other end is gone.')
      },
      told,
    ),
  SQLite: (fail: boolean, told: (path: string) => void) =>
    buildDurably(
      target,
      (path) => {
        for (const end of ['', '-journal']) writeFileSync(path + end, 'whole')
        if (fail) throw new Error('The disk is gone.')
      },
      told,
    ),
}
describe.each(Object.entries(ways))('what %s writes', (_name, write) => {
  test('is there whole under its name, and nothing beside it', async () => {
    const told: string[] = []
    await write(false, (path) => told.push(path))
    expect(readdirSync(folder)).toEqual(['export.db'])
    expect(readFileSync(target, 'utf8')).toBe('whole')
    expect(told).toEqual([expect.stringMatching(/\/export\.db\.[0-9a-f-]{36}\.partial$/)])
  })
  test('is not there where it fails, nor is anything that was made meanwhile', async () => {
    await expect(write(true, () => undefined)).rejects.toThrow('is gone')
    expect(readdirSync(folder)).toEqual([])
  })
  test('takes no name that is taken, by a folder or a link neither', async () => {
    for (const take of [
      () => writeFileSync(target, 'another'),
      () => mkdirSync(target),
      () => symlinkSync(folder, target),
    ]) {
      take()
      await expect(write(false, () => undefined)).rejects.toMatchObject({ code: 'EEXIST' })
      expect(readdirSync(folder)).toEqual(['export.db'])
      rmSync(target, { recursive: true })
    }
  })
})

test('a stream is private while it is written', async () => {
  let mode = 0
  await writeDurably(target, async () => {
    mode = statSync(join(folder, readdirSync(folder)[0] ?? '')).mode & 0o777
  })
  expect([mode, statSync(target).mode & 0o777]).toEqual([0o600, 0o600])
  let inner = 0
  await buildDurably(join(folder, 'second.db'), (path) => {
    inner = statSync(join(path, '..')).mode & 0o777
    writeFileSync(path, '')
  })
  expect(inner).toBe(0o700)
})
