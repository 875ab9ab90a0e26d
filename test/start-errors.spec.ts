import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { openStore } from '../main/store/index.ts'
import { whatslang } from './command.ts'

beforeAll(() => bundle())

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-start-'))
  path = join(folder, 'messages.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const make = () => openStore({ path }).close()
const bytes = () => (statSync(path).isFile() ? readFileSync(path).toString('base64') : 'a directory')

describe.each<[what: string, exit: number, prepare: () => void]>([
  ['of no bytes', 3, () => writeFileSync(path, '')],
  ['that is no database', 3, () => writeFileSync(path, 'Dear diary, '.repeat(1000))],
  [
    'that is cut off',
    3,
    () => {
      make()
      truncateSync(path, 8192)
    },
  ],
  [
    'of a newer version',
    3,
    () => {
      make()
      const db = new Database(path)
      db.pragma('user_version = 99')
      db.close()
    },
  ],
  ['that is a directory', 1, () => mkdirSync(path)],
  [
    'that may only be read',
    1,
    () => {
      make()
      chmodSync(path, 0o400)
    },
  ],
])('a database %s', (_what, exit, prepare) => {
  test('is told in a sentence, with its exit code, and keeps every byte', async () => {
    prepare()
    const before = bytes()
    const { code, err, out } = await whatslang(['serve', '--data-dir', folder], { WHATSLANG_PORT: '0' })
    expect({ code, out }).toEqual({ code: exit, out: '' })
    expect(err).toContain(path)
    expect(err).not.toMatch(/\n\s+at /)
    expect(bytes()).toBe(before)
    // Looking into a file in WAL mode makes this one; it must hold nothing.
    if (existsSync(`${path}-wal`)) expect(statSync(`${path}-wal`).size).toBe(0)
  })
})
