import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreError } from './errors.ts'
import { openStore } from './index.ts'
import { inspectFile } from './open-file.ts'
import { ownerOf, realFile, takeOwnerLock } from './owner-lock.ts'
import { connect, hasWalResetBug } from './sqlite.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'))
  path = join(folder, 'messages.db')
})
afterEach(() => {
  chmodSync(folder, 0o700)
  rmSync(folder, { recursive: true })
})

function make(change?: (db: Database.Database) => void): void {
  openStore({ path }).close()
  if (!change) return
  const db = new Database(path)
  change(db)
  db.close()
}
function failure(): StoreError {
  try {
    openStore({ path }).close()
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('It opened.')
}

const bad: [code: string, make: () => void][] = [
  ['newer-version', () => make((db) => db.pragma('user_version = 99'))],
  ['foreign-database', () => make((db) => db.pragma('application_id = 7'))],
  ['schema-damaged', () => make((db) => db.exec('ALTER TABLE messages DROP COLUMN quoted_id'))],
  [
    'schema-damaged',
    () => make((db) => db.exec('CREATE TRIGGER t AFTER INSERT ON chats BEGIN DELETE FROM chats; END')),
  ],
  ['schema-damaged', () => make((db) => db.exec('CREATE VIEW v AS SELECT 1'))],
  ['empty-file', () => writeFileSync(path, '')],
  ['not-a-database', () => writeFileSync(path, 'Dear diary, '.repeat(1000))],
  [
    'corrupt',
    () => {
      make()
      truncateSync(path, 8192)
    },
  ],
  ['corrupt', () => writeFileSync(`${path}-wal`, 'the newest changes')],
  ['directory', () => mkdirSync(path)],
  [
    'read-only-file',
    () => {
      make()
      chmodSync(path, 0o400)
    },
  ],
  [
    'read-only-folder',
    () => {
      make()
      chmodSync(folder, 0o500)
    },
  ],
]
describe.each(bad)('a bad file: %s', (code, prepare) => {
  it('is refused in its own words and keeps every byte', () => {
    prepare()
    const before = readdirSync(folder).map((name) => [
      name,
      statSync(join(folder, name)).isFile() && readFileSync(join(folder, name)),
    ])
    const error = failure()
    expect(error.code).toBe(code)
    expect(error.message).toContain(path)
    chmodSync(folder, 0o700)
    const left = readdirSync(folder).filter(
      (name) => !name.endsWith('-shm') && !(name.endsWith('-wal') && statSync(join(folder, name)).size === 0),
    )
    expect(
      left.map((name) => [name, statSync(join(folder, name)).isFile() && readFileSync(join(folder, name))]),
    ).toEqual(before)
  })
})

it.skipIf(process.getuid?.() === 0)('an unreadable file is refused in its own words', () => {
  make()
  chmodSync(path, 0o000)
  expect(failure().code).toBe('unreadable')
})

it('a full disk undoes the transaction and says so', () => {
  const store = openStore({ path })
  store.meta.set('before', 1)
  store.db.pragma(`max_page_count = ${Number(store.db.pragma('page_count', { simple: true }))}`)
  expect(() =>
    store.transaction(() => {
      store.meta.set('before', 2)
      store.meta.set('large', 'x'.repeat(1_000_000))
    }),
  ).toThrow(expect.objectContaining({ code: 'disk-full' }))
  expect(store.meta.get('before')).toBe(1)
  store.close()
})

it('is made with 0600 in a folder with 0700, under no other name', () => {
  path = join(folder, 'new', 'messages.db')
  make()
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700)
  expect(readdirSync(join(folder, 'new'))).toEqual(['messages.db'])
})

it('has the pragmas at every open, also at the second', () => {
  make()
  const db = connect(path)
  const value = (name: string): unknown => db.pragma(name, { simple: true })
  expect(
    ['journal_mode', 'synchronous', 'foreign_keys', 'trusted_schema', 'cell_size_check', 'secure_delete'].map(value),
  ).toEqual(['wal', 2, 1, 0, 1, 1])
  db.close()
})

it.each([
  ['3.6.9', false],
  ['3.7.0', true],
  ['3.40.1', true],
  ['3.44.5', true],
  ['3.44.6', false],
  ['3.50.6', true],
  ['3.50.7', false],
  ['3.51.2', true],
  ['3.51.3', false],
  ['3.54.1', false],
])('SQLite %s has the WAL-reset bug: %s', (version, expected) => {
  expect(hasWalResetBug(version)).toBe(expected)
})

it('makes a missing index again', () => {
  make((db) => db.exec('DROP INDEX idx_processed_key'))
  const store = openStore({ path })
  expect(store.db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'idx_processed_key'").get()).toBeDefined()
  store.close()
})

it('opens a file whose transaction was cut off before it was switched to WAL, as after a power cut right behind a restore', () => {
  make((db) => {
    db.exec("INSERT INTO meta VALUES ('soak', 'before')")
    db.pragma('journal_mode = DELETE')
  })
  const script = `const db = new (await import('better-sqlite3')).default(${JSON.stringify(path)})
    db.pragma('cache_size = 1')
    db.exec("BEGIN; UPDATE meta SET value = 'after'; CREATE TABLE filler (a); INSERT INTO filler VALUES (zeroblob(100000))")
    process.kill(process.pid, 'SIGKILL')`
  expect(spawnSync(process.execPath, ['--input-type=module', '-e', script]).signal).toBe('SIGKILL')
  expect(statSync(`${path}-journal`).size).toBeGreaterThan(0)
  expect(inspectFile(path)).toMatchObject({ kind: 'ours' })
  const store = openStore({ path })
  expect(store.meta.text('soak')).toBe('before')
  store.close()
})

describe('the owner lock', () => {
  it('tells a second one who holds it, through a symbolic link too, and is free after release', () => {
    make()
    const link = join(folder, 'link.db')
    symlinkSync(path, link)
    const lock = takeOwnerLock(path, 'whatslang test')
    expect(() => takeOwnerLock(link, 'second')).toThrow(/whatslang test \(process \d+\)/)
    expect(ownerOf(link)).toMatchObject({ pid: process.pid })
    lock.release()
    expect(ownerOf(path)).toBeUndefined()
    takeOwnerLock(link, 'second').release()
  })

  it('is free the moment its holder is killed', () => {
    const module = join(import.meta.dirname, 'owner-lock.ts')
    const script = `const { takeOwnerLock } = await import(${JSON.stringify(module)}); takeOwnerLock(${JSON.stringify(path)}, 'victim'); process.kill(process.pid, 'SIGKILL')`
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script])
    expect(child.signal).toBe('SIGKILL')
    expect(existsSync(`${path}.lock.json`)).toBe(true)
    expect(ownerOf(path)).toBeUndefined()
    takeOwnerLock(path, 'heir').release()
  })
})

it.skipIf(process.platform === 'win32')('the real file of a link, also of one to a file that is not there yet', () => {
  const base = realpathSync(folder)
  const name = (...parts: string[]) => join(base, ...parts)
  mkdirSync(name('disk'))
  symlinkSync(join('disk', 'wa.db'), name('relative'))
  symlinkSync(name('relative'), name('second'))
  symlinkSync(name('disk'), name('folder'))
  symlinkSync(name('loop'), name('loop'))
  symlinkSync(name('unmounted', 'wa.db'), name('away'))
  for (const link of ['relative', 'second', join('folder', 'wa.db')])
    expect(realFile(name(link)), link).toBe(name('disk', 'wa.db'))
  expect(realFile(name('plain.db'))).toBe(name('plain.db'))
  expect(realFile(name('away'))).toBe(name('unmounted', 'wa.db'))
  expect(realFile(name('loop'))).toBe(name('loop'))
  writeFileSync(name('disk', 'wa.db'), '')
  expect(realFile(name('second'))).toBe(name('disk', 'wa.db'))
})
