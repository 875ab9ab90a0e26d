import { spawn } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { makeData, whatslang } from './command.ts'

vi.setConfig({ testTimeout: 120_000 })
let folder: string
let data: string
beforeAll(() => bundle())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-out-'))
  data = makeData(join(folder, 'data'), { chats: 3 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]) => whatslang([...args, '--data-dir', data, '--json'], {}, folder)
const backUp = (...args: string[]) => run('backup', ...args)
const copies = (at = folder) => readdirSync(at).filter((name) => name.startsWith('messages_'))

test('replaces its own copy, and nothing else: other files are refused by name and stay', async () => {
  const out = join(folder, 'copy.sql.gz')
  expect((await backUp('--out', out)).code).toBe(0)
  const first = readFileSync(out)
  const again = await backUp('--out', out)
  expect(again.code, again.err).toBe(0)
  expect(readFileSync(out).equals(first)).toBe(false)
  // Also where the list of this installation knows it no longer: the file itself tells whose it is.
  const own = JSON.parse(readFileSync(join(data, 'installation.json'), 'utf8')) as { id: string }
  rmSync(join(data, 'backups', `catalogue-${own.id}.json`))
  expect((await backUp('--out', out)).code).toBe(0)

  const elsewhere = makeData(join(folder, 'elsewhere'), { chats: 1 })
  const theirs = join(folder, 'theirs.sql.gz')
  await whatslang(['backup', '--data-dir', elsewhere, '--out', theirs])
  const notes = join(folder, 'notes.txt')
  writeFileSync(notes, 'shopping list')
  const empty = join(folder, 'empty')
  writeFileSync(empty, '')
  const cut = join(folder, 'cut.sql.gz')
  writeFileSync(cut, first.subarray(0, first.length - 40))
  const database = join(folder, 'other.db')
  new Database(database).exec('CREATE TABLE t (a)').close()
  for (const taken of [theirs, notes, empty, cut, database, join(data, 'settings.json'), join(data, 'messages.db')]) {
    const bytes = readFileSync(taken)
    const made = copies(join(data, 'backups')).length
    const refused = await backUp('--out', taken)
    expect(refused.code, taken).toBe(3)
    expect(refused.json()).toMatchObject({ error: { code: 'out-taken', message: expect.stringContaining(taken) } })
    expect(readFileSync(taken).equals(bytes)).toBe(true)
    // It is told before the work.
    expect(copies(join(data, 'backups'))).toHaveLength(made)
  }
})

test('an empty database never takes the place of chats, unless that is meant', async () => {
  const out = join(folder, 'copy.sql.gz')
  expect((await backUp('--out', out)).code).toBe(0)
  const before = readFileSync(out)
  const db = new Database(join(data, 'messages.db'))
  db.exec('DELETE FROM chats')
  db.close()
  const refused = await backUp('--out', out)
  expect(refused.code).toBe(3)
  expect(refused.json()).toMatchObject({
    error: { code: 'out-holds-chats', message: expect.stringContaining('--allow-empty') },
  })
  expect(readFileSync(out).equals(before)).toBe(true)
  const meant = await backUp('--out', out, '--allow-empty')
  expect(meant.code, meant.err).toBe(0)
  expect(readFileSync(out).equals(before)).toBe(false)
})

test('a folder, by its slash or because it is there, gets a name of its own; a link stays one; a device is no place', async () => {
  const there = join(folder, 'there')
  mkdirSync(there)
  for (const out of [there, `${join(folder, 'new')}/`, `${there}/`]) {
    const made = await backUp('--out', out)
    expect(made.code, made.err).toBe(0)
    expect(existsSync(String(made.json().file))).toBe(true)
  }
  expect(copies(there)).toHaveLength(2)
  expect(copies(join(folder, 'new'))).toHaveLength(1)
  const missing = await backUp('--out', `${join(folder, 'not', 'mounted')}/`)
  expect(missing.code).toBe(2)
  expect(existsSync(join(folder, 'not'))).toBe(false)
  symlinkSync(join(there, 'latest.sql.gz'), join(folder, 'latest'))
  for (let n = 0; n < 2; n++) expect((await backUp('--out', join(folder, 'latest'))).code).toBe(0)
  expect(lstatSync(join(folder, 'latest')).isSymbolicLink()).toBe(true)
  expect(existsSync(join(there, 'latest.sql.gz'))).toBe(true)
  for (const odd of ['/dev/null', '~/copy.sql.gz', '"copy.sql.gz"', '$HOME/copy.sql.gz', `${there}/copy\n`])
    expect((await backUp('--out', odd)).code, odd).toBe(2)
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true)
})

test('sealed for recipients it is known by its contents', async () => {
  const recipient = await identityToRecipient(await generateX25519Identity())
  const out = join(folder, 'sealed.sql.gz.age')
  for (let n = 0; n < 2; n++) {
    const made = await backUp('--recipient', recipient, '--out', out)
    expect(made.code, made.err).toBe(0)
  }
  const other = join(folder, 'other.age')
  const theirs = makeData(join(folder, 'elsewhere'))
  await whatslang(['backup', '--data-dir', theirs, '--recipient', recipient, '--out', other])
  expect((await backUp('--recipient', recipient, '--out', other)).code).toBe(3)
})

test('to standard output goes the proven backup and nothing else, and a reader that leaves early is told of', async () => {
  const { code, out, err } = await raw(['backup', '--out', '-', '--format', 'sql.zst', '--json'])
  expect(code, err).toBe(0)
  const told = JSON.parse(err.trim().split('\n').at(-1) ?? '') as { file: string; verification: string }
  expect(told.verification).toBe('verified')
  expect(out.equals(readFileSync(told.file))).toBe(true)
  expect(zstdDecompressSync(out).toString()).toContain('INSERT INTO chats')
  // More than a pipe holds.
  const db = new Database(join(data, 'messages.db'))
  const put = db.prepare('INSERT INTO meta VALUES (?, hex(randomblob(200000)))')
  for (let n = 0; n < 5; n++) put.run(`filler ${n}`)
  db.close()
  const early = await raw(['backup', '--out', '-', '--format', 'sql'], true)
  expect(early.code).not.toBe(0)
  expect(early.err).toContain('ended early')
  expect(early.err).not.toMatch(/\n\s+at /)
  rmSync(join(data, 'messages.db'))
  const failed = await raw(['backup', '--out=-', '--json'])
  expect(failed.code).toBe(1)
  expect(failed.out).toHaveLength(0)
  expect(failed.err).toContain('"exit_code":1')
})

test('an export goes into a folder, to standard output, and over nothing', async () => {
  const made = await run('export', '--format', 'json', '--out', `${join(folder, 'exports')}/`)
  expect(made.code, made.err).toBe(0)
  expect(String(made.json().file)).toMatch(/exports\/whatslang-[\d-]+\.json$/)
  const piped = await raw(['export', '--format', 'json', '--out', '-'])
  expect(piped.code, piped.err).toBe(0)
  expect(JSON.parse(piped.out.toString())).toEqual(JSON.parse(readFileSync(String(made.json().file), 'utf8')))
  const again = await run('export', '--format', 'json', '--out', String(made.json().file))
  expect(again.code).toBe(1)
  expect(again.err).toContain(String(made.json().file))
})

/** With standard output as bytes. `leave`: its reader goes after the first of them. */
function raw(args: string[], leave = false): Promise<{ code: number | null; out: Buffer; err: string }> {
  return new Promise((resolve, reject) => {
    const cli = join(import.meta.dirname, '../out/main/cli.js')
    const child = spawn(process.execPath, [cli, ...args, '--data-dir', data], { stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out.push(chunk)
      if (leave) child.stdout.destroy()
    })
    child.stderr.on('data', (chunk) => {
      err += String(chunk)
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, out: Buffer.concat(out), err }))
  })
}
