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
import { type Contents, catalogueName, EARLIER_CATALOGUE, type Entry } from './contents.ts'
import { openFolderTask } from './open-task.ts'
import { saveTask } from './save-task.ts'

const OWN = '11111111-1111-4111-8111-111111111111'
const OTHER = '22222222-2222-4222-8222-222222222222'
const CATALOGUE = catalogueName(OWN)

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
const contents = (entries: unknown[]): Contents => ({
  version: 2,
  installation: OWN,
  label: '',
  mark: OTHER,
  entries: entries as Entry[],
  scheduled_at: 7,
  rechecked_at: null,
  earlier: [],
  strangers: {},
})
/** `inside`: the folder lies in the data directory, so that nobody else works there. */
const open = ({ inside = false, previous = [] as string[] } = {}) =>
  openFolderTask({
    folder: shared,
    dataDirectory: inside ? folder : join(folder, 'data'),
    installation: OWN,
    previous,
    mountedAt: null,
  })

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
  writeFileSync(join(shared, CATALOGUE), JSON.stringify(contents(entries)))
  const { own } = await open()
  expect(own.contents?.entries).toEqual([entry(GOOD)])
  expect(own.contents?.scheduled_at).toBe(7)
  // So it is with the list of an earlier version, and with those of others.
  rmSync(join(shared, CATALOGUE))
  writeFileSync(
    join(shared, EARLIER_CATALOGUE),
    JSON.stringify({ version: 1, entries, scheduled_at: 7, rechecked_at: null }),
  )
  writeFileSync(join(shared, catalogueName(OTHER)), JSON.stringify({ ...contents(entries), installation: OTHER }))
  const again = await open()
  expect(again.earlier?.entries).toEqual([entry(GOOD)])
  expect(again.look.others).toMatchObject([{ installation: OTHER, entries: [{ id: GOOD }] }])
})

test('a list that is a link, a pipe or a folder is not read, and what a link points to is not written', async () => {
  const outside = join(folder, 'outside.json')
  const text = JSON.stringify(contents([entry(GOOD)]))
  writeFileSync(outside, text)
  const path = join(shared, CATALOGUE)
  symlinkSync(outside, path)
  // The name that it is first written under, too, may be planted.
  for (const end of ['.partial', '.tmp']) symlinkSync(join(folder, 'precious'), path + end)
  expect((await open()).own).toEqual({ contents: null, stamp: null })
  // What could not be read is still there, under another name.
  const aside = readdirSync(shared).find((name) => name.includes('.unreadable-')) ?? ''
  expect(lstatSync(join(shared, aside)).isSymbolicLink()).toBe(true)
  await saveTask({ folder: shared, contents: contents([entry(GOOD)]) })
  expect(lstatSync(path).isFile()).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept')
  expect(readFileSync(outside, 'utf8')).toBe(text)

  rmSync(path)
  mkdirSync(path)
  expect((await open()).own.contents).toBe(null)
  if (process.platform === 'win32') return
  execFileSync('mkfifo', [path])
  expect((await open()).own.contents).toBe(null)
})

test('what a killed run left is swept: links as links, and nothing else', async () => {
  const left = [`${GOOD}.partial`, `${GOOD}.1.partial-wal`, `${CATALOGUE}.x.tmp`, '.removing-x', 'messages_x.partial']
  for (const name of left.slice(0, 3)) writeFileSync(join(shared, name), '')
  mkdirSync(join(shared, '.removing-x/inner'), { recursive: true })
  symlinkSync(folder, join(shared, '.removing-x/inner/link'))
  symlinkSync(folder, join(shared, 'messages_x.partial'))
  const kept = [GOOD, EARLIER_CATALOGUE, 'notes.partial', 'messages.tmp']
  for (const name of kept) writeFileSync(join(shared, name), '')
  await open({ inside: true })
  expect(readdirSync(shared).sort()).toEqual([...kept].sort())
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept')
})

test('where others work too, only what this installation left is swept', async () => {
  const own = [
    'messages_20260101_020000_11111111.sql.gz.partial',
    'messages_20260101_020000_11111111_2.db.copy.partial-wal',
    `${CATALOGUE}.x.tmp`,
  ]
  const theirs = [
    'messages_20260101_020000_22222222.sql.gz.partial',
    'messages_20260101_020000.sql.gz.partial',
    `${catalogueName(OTHER)}.x.tmp`,
    '.removing-x',
    'messages_probe_1.partial',
  ]
  for (const name of [...own, ...theirs]) writeFileSync(join(shared, name), '')
  await open()
  expect(readdirSync(shared).sort()).toEqual([...theirs].sort())
})
