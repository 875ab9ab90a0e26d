// A backup of today in the hands of a later program, whose migrations changed triggers, tables and rows.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sql as first } from '../../store/migrations/0001-first.ts'
import { openFile } from '../../store/open-file.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../../store/schema.ts'
import { createBackupTask } from '../create-task.ts'
import { verifyBackupTask } from '../verify-task.ts'
import { finishRestore } from './finish.ts'
import { prepareRestoreTask } from './prepare-task.ts'
import { salvageTask } from './salvage.ts'

vi.mock('../../store/migrations/index.ts', async (original) => {
  const { migrations } = await original<typeof import('../../store/migrations/index.ts')>()
  const version = Math.max(...migrations.map((migration) => migration.version)) + 1
  const sql = `DROP TRIGGER messages_fts_insert;
    CREATE TRIGGER messages_fts_insert AFTER INSERT ON messages WHEN new.text <> '' BEGIN
      INSERT INTO messages_fts (rowid, text) VALUES (new.id, new.text);
    END;
    ALTER TABLE chats ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm';
    CREATE TABLE diary (id INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
    INSERT INTO diary SELECT id, text FROM messages WHERE text IS NOT NULL;
    UPDATE messages SET text = text || ' again'`
  return { migrations: [...migrations, { version, name: 'later', sql }] }
})

const FORMATS = ['sql.gz', 'sql', 'sql.zst', 'db'] as const
const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
let folder = ''
let old = ''
let live = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'versions-'))
  old = join(folder, 'old.db')
  const db = new Database(old)
  db.pragma('journal_mode = WAL')
  db.exec(first)
  db.pragma('user_version = 1')
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.exec(`INSERT INTO meta VALUES ('installation', 'here'); INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net');
    INSERT INTO chats (id, chat_jid) VALUES (1, 'a@g.us');
    INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text)
      VALUES (1, 1, 'M1', '', 0, 1, 1, 'live', 'text', 'said then')`)
  db.close()
  mkdirSync(join(folder, 'data'))
  live = join(folder, 'data', 'messages.db')
  openFile(live).close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function restored(file: string): Promise<void> {
  const { ready, preview } = await prepareRestoreTask(
    {
      file,
      fileName: file,
      upload: 'u',
      work: join(folder, 'data', 'restore', 'work'),
      live,
      mode: 'replace',
      switchOn: false,
      limits: {},
      knownBots: [],
    },
    context,
  )
  expect(preview).toMatchObject({ schema_version: 1, refused_rows_total: 0, unknown_columns: [], unknown_tables: [] })
  const out = join(folder, 'data', 'out.db')
  await finishRestore({ candidate: ready.candidate.path, live, out, mode: 'replace', switchOn: false, now: 1 })
  isOfToday(out)
}
function isOfToday(path: string): void {
  const db = openFile(path)
  const list = (sql: string) => db.prepare(sql).pluck().all()
  expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION)
  expect(list('SELECT mood FROM chats')).toEqual(['calm'])
  expect(list('SELECT note FROM diary')).toEqual(['said then'])
  expect(list('SELECT text FROM messages')).toEqual(['said then again'])
  db.exec("INSERT INTO messages_fts (messages_fts) VALUES ('integrity-check')")
  db.close()
}

test('this test has a later version than the file', () => {
  expect(SCHEMA_VERSION).toBeGreaterThan(1)
})

test.each(FORMATS)('%s of an older version is proven, restored and brought up to date', async (format) => {
  const target = join(folder, `backup.${format}`)
  const createdAt = '2026-01-01T00:00:00.000Z'
  await createBackupTask(
    {
      database: old,
      target,
      scratch: join(folder, 'scratch'),
      format,
      reason: 'manual',
      appVersion: '1',
      createdAt,
      settings: {},
    },
    context,
  )
  const proof = await verifyBackupTask({ path: target, secrets: {}, scratch: join(folder, 'scratch') }, context)
  expect(proof.manifest.header.user_version).toBe(1)
  await restored(target)
})

test('so is a dump of sqlite3, which names no version', async () => {
  const file = join(folder, 'plain.sql')
  writeFileSync(file, execFileSync('sqlite3', [old, '.dump']))
  await restored(file)
})

test('what is salvaged of an older file is brought up to date as well', async () => {
  const out = join(folder, 'salvaged.db')
  await salvageTask({ damaged: old, scratch: join(folder, 'copy.db'), out }, context)
  isOfToday(out)
})
