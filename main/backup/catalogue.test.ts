import { execFileSync } from 'node:child_process'
import {
  lstatSync,
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
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CATALOGUE, type Entry, openCatalogue, sweep } from './catalogue.ts'

let folder = ''
let shared = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalogue-'))
  shared = join(folder, 'shared')
  mkdirSync(shared, { mode: 0o777 })
  writeFileSync(join(folder, 'precious'), 'kept')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const entry = (id: string): Entry => ({
  id,
  format: 'sql.gz',
  encryption: 'none',
  created_at: 1,
  bytes: 1,
  sha256: '',
  reason: 'manual',
  verification: 'verified',
  verified_at: 1,
  problem: null,
  pinned: true,
  app_version: null,
  end: null,
})
const GOOD = 'messages_20260101_020000.sql.gz'

test('an entry whose name is none of a backup is left out, and the others stay', async () => {
  const bad = [
    '../precious',
    '../../etc/passwd',
    '/etc/passwd',
    '..',
    '',
    'precious',
    `${GOOD}/../../precious`,
    `${GOOD}\0`,
  ]
  const entries = [...bad.map(entry), entry(GOOD), { id: 5 }, null]
  writeFileSync(join(shared, CATALOGUE), JSON.stringify({ version: 1, entries, scheduled_at: 7, rechecked_at: null }))
  const catalogue = await openCatalogue(shared)
  expect(catalogue.found).toBe(true)
  expect(catalogue.entries()).toEqual([entry(GOOD)])
  expect(catalogue.times().scheduled_at).toBe(7)
})

test('a catalogue that is a link, a pipe or a folder is not read, and what a link points to is not written', async () => {
  const outside = join(folder, 'outside.json')
  writeFileSync(outside, JSON.stringify({ version: 1, entries: [entry(GOOD)], scheduled_at: 1, rechecked_at: 1 }))
  const path = join(shared, CATALOGUE)
  symlinkSync(outside, path)
  // The name that it is first written under, too, may be planted.
  for (const end of ['.partial', '.tmp']) symlinkSync(join(folder, 'precious'), path + end)
  const linked = await openCatalogue(shared)
  expect([linked.found, linked.entries()]).toEqual([false, []])
  await linked.put(entry(GOOD))
  expect(lstatSync(path).isFile()).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept')
  expect(readFileSync(outside, 'utf8')).toContain('"scheduled_at":1')

  rmSync(path)
  mkdirSync(path)
  expect((await openCatalogue(shared)).found).toBe(false)
  rmSync(path, { recursive: true })
  if (process.platform === 'win32') return
  execFileSync('mkfifo', [path])
  expect((await openCatalogue(shared)).found).toBe(false)
})

test('what a killed run left is swept: links as links, and nothing else', async () => {
  const left = [`${GOOD}.partial`, `${GOOD}.1.partial-wal`, `${CATALOGUE}.x.tmp`, '.removing-x', 'messages_x.partial']
  for (const name of left.slice(0, 3)) writeFileSync(join(shared, name), '')
  mkdirSync(join(shared, '.removing-x/inner'), { recursive: true })
  symlinkSync(folder, join(shared, '.removing-x/inner/link'))
  symlinkSync(folder, join(shared, 'messages_x.partial'))
  const kept = [GOOD, CATALOGUE, 'notes.partial', 'messages.tmp']
  for (const name of kept) writeFileSync(join(shared, name), '')
  expect((await sweep(shared)).sort()).toEqual([...left].sort())
  expect(readdirSync(shared).sort()).toEqual([...kept].sort())
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept')
})
