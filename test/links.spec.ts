import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { makeData, whatslang } from './command.ts'

let folder = ''
let data = ''
let disk = ''
beforeAll(() => bundle())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-links-'))
  data = join(folder, 'data')
  disk = join(folder, 'disk')
  for (const path of [data, disk]) mkdirSync(path)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = async (...args: string[]): Promise<Record<string, unknown>> => {
  const outcome = await whatslang([...args, '--data-dir', data, '--json'])
  expect(outcome.code, outcome.err).toBe(0)
  return outcome.json()
}

describe.skipIf(process.platform === 'win32')('links that the user made', () => {
  // The database lies on another disk. At the first start the link points to a file that is not there yet.
  test('to the database and to the backups stay links', async () => {
    symlinkSync(join('disk', 'wa.db'), join(folder, 'second'))
    symlinkSync(join('..', 'second'), join(data, 'messages.db'))
    mkdirSync(join(disk, 'copies'))
    symlinkSync(join(disk, 'copies'), join(data, 'backups'))
    makeData(data)
    const { file } = await run('backup')
    const mark = new Database(join(disk, 'wa.db'))
    mark.prepare("INSERT INTO meta VALUES ('mark', 'later')").run()
    mark.close()
    await run('restore', String(file), '--yes')
    const marked = () => {
      const db = new Database(join(disk, 'wa.db'))
      const value: unknown = db.prepare("SELECT value FROM meta WHERE key = 'mark'").pluck().get()
      db.close()
      return value
    }
    expect(marked()).toBeUndefined()
    await run('undo', '--yes')
    expect(marked()).toBe('later')

    expect(readlinkSync(join(data, 'messages.db'))).toBe(join('..', 'second'))
    expect(readlinkSync(join(data, 'backups'))).toBe(join(disk, 'copies'))
    expect(lstatSync(join(disk, 'wa.db')).isFile()).toBe(true)
    // All that belongs to the database is beside the file: a move within one disk is whole or not at all.
    expect(readdirSync(disk).sort()).toEqual(['copies', 'restore', 'wa.db', 'wa.db.lock'])
    expect(readdirSync(data).filter((name) => /^(messages\.db.|restore)/.test(name))).toEqual([])
    expect(readdirSync(join(disk, 'copies')).length).toBeGreaterThan(2)
  }, 60_000)
})
