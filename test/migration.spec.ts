// A later version of the program meets the data of this one: a proven backup first, then the migration; whatever fails, the file is as it was.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../main/store/index.ts'

const root = join(import.meta.dirname, '..')
let folder = ''
let data = ''
let live = ''

/** A program with one migration more: loaded before anything else, in its tasks as well. */
function later(sql: string): string {
  const path = join(folder, 'later.mjs')
  const migrations = pathToFileURL(join(root, 'main/store/migrations/index.ts')).href
  writeFileSync(
    path,
    `import { migrations } from ${JSON.stringify(migrations)}
    migrations.push({ version: migrations.at(-1).version + 1, name: 'later', sql: ${JSON.stringify(sql)} })`,
  )
  return `--import ${pathToFileURL(path).href}`
}
function cli(args: string[], nodeOptions = '') {
  const all = ['main/cli/index.ts', ...args, '--data-dir', data, '--json']
  const env = { ...process.env, NODE_OPTIONS: nodeOptions }
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { cwd: root, env })
  const text = stdout.toString()
  return { status, text, err: stderr.toString(), json: () => JSON.parse(text) as Record<string, unknown> }
}
interface Listed {
  id: string
  reason: string
  verification: string
}
const backupsOf = (run: ReturnType<typeof cli>) => run.json().backups as Listed[]

function facts() {
  const db = new Database(live, { readonly: true })
  try {
    return {
      version: Number(db.pragma('user_version', { simple: true })),
      chats: db.prepare('SELECT chat_jid FROM chats ORDER BY id').pluck().all(),
      check: db.pragma('integrity_check', { simple: true }),
      tables: db.prepare("SELECT name FROM sqlite_schema WHERE name = 'diary'").pluck().all(),
    }
  } finally {
    db.close()
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migration-'))
  data = join(folder, 'data')
  live = join(data, 'messages.db')
  mkdirSync(data, { mode: 0o700 })
  openStore({ path: live }).close()
  expect(cli(['backups']).status).toBe(0)
  const db = new Database(live)
  db.exec("INSERT INTO chats (chat_jid) VALUES ('a@g.us')")
  db.close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a migration comes after a proven backup, which the new version can restore; the old one says which is needed', {
  timeout: 240_000,
}, () => {
  const { version } = facts()
  const next = later(
    'CREATE TABLE diary (note TEXT); DROP TRIGGER messages_fts_delete; INSERT INTO diary SELECT chat_jid FROM chats; ' +
      "CREATE TRIGGER messages_fts_delete AFTER DELETE ON messages WHEN old.text <> '' BEGIN INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.id, old.text); END",
  )
  const first = cli(['backups'], next)
  expect(first.status, first.err).toBe(0)
  expect(backupsOf(first)).toMatchObject([{ reason: 'before-migration', verification: 'verified' }])
  expect(facts()).toMatchObject({ version: version + 1, chats: ['a@g.us'], check: 'ok', tables: ['diary'] })
  const [backup] = backupsOf(first)
  const verified = cli(['verify', backup?.id ?? ''], next)
  expect(verified.status, verified.err).toBe(0)
  const restored = cli(['restore', join(data, 'backups', backup?.id ?? ''), '--yes'], next)
  expect(restored.status, restored.err).toBe(0)
  expect(facts()).toMatchObject({ version: version + 1, chats: ['a@g.us'], tables: ['diary'] })
  const old = cli(['backups'])
  expect(old.status).toBe(3)
  expect(old.err).toContain(`version ${version + 1}; this one knows ${version}`)
  expect(old.err).toMatch(/written by a newer Whatslang \(version \d/)
})

test('a migration that fails leaves everything as it was, names the backup, and makes one only once', {
  timeout: 240_000,
}, () => {
  const before = facts()
  const next = later(
    "DELETE FROM chat_search; CREATE TABLE diary (note TEXT CHECK (note = '')); INSERT INTO diary SELECT chat_jid FROM chats",
  )
  for (let attempt = 0; attempt < 2; attempt++) {
    const run = cli(['backups'], next)
    expect(run.status).toBe(1)
    expect(run.err).toContain(`It is as it was, at version ${before.version}`)
    expect(run.err).toContain('A proven backup of it is')
    expect(run.err).not.toMatch(/\n\s+at /)
    expect(facts()).toEqual(before)
  }
  const old = cli(['backups'])
  expect(old.status, old.err).toBe(0)
  expect(backupsOf(old)).toMatchObject([{ reason: 'before-migration', verification: 'verified' }])
})

test('where no backup can be made, nothing is migrated', { timeout: 240_000 }, () => {
  const before = facts()
  mkdirSync(data, { recursive: true })
  writeFileSync(
    join(data, 'settings.json'),
    JSON.stringify({ version: 1, backup: { encryption: { kind: 'passphrase' } } }),
  )
  const run = cli(['backups'], later('CREATE TABLE diary (note TEXT)'))
  expect(run.status).toBe(1)
  expect(run.err).toContain('before that a backup is made')
  expect(run.err).toContain('passphrase is not at hand')
  expect(facts()).toEqual(before)
})
