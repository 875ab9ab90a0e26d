import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Tasks } from '../../ports.ts'
import { createFile } from '../../store/create-file.ts'
import { openFile } from '../../store/open-file.ts'
import { createBackupTask } from '../create-task.ts'
import { EARLIER_CATALOGUE } from '../folder/contents.ts'
import { readFolderTask } from '../folder/read-task.ts'
import { finishRestoreTask, prepareRestoreTask } from './prepare-task.ts'
import { createRecovery, isDamage, type Recovery } from './recovery.ts'
import { salvageTask } from './salvage.ts'
import { digestFile } from './swap.ts'

const MESSAGES = 4000
const NAME = 'messages_20260101_020000.sql.gz'
const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
/** The tasks' own code, without a process: what is tested here is what they do. */
const tasks = {
  run: (name: string, input: never) =>
    name === 'restore.prepare'
      ? prepareRestoreTask(input, context)
      : name === 'restore.salvage'
        ? salvageTask(input, context)
        : name === 'folder.read'
          ? readFolderTask(input)
          : finishRestoreTask(input, context),
} as unknown as Tasks

let folder = ''
let live = ''
let recovery: Recovery

/** Half of the messages are in the backup, all of them in the file. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recovery-'))
  live = join(folder, 'messages.db')
  const backups = join(folder, 'backups')
  createFile(live)
  const db = openFile(live)
  db.exec(`INSERT INTO meta VALUES ('installation', 'here'); INSERT INTO accounts (id, jid, linked_at) VALUES (1, '5511999990001@s.whatsapp.net', 1);
    INSERT INTO chats (id, chat_jid, chat_name) VALUES (1, 'a@g.us', 'A'), (2, 'b@g.us', 'B');
    INSERT INTO bot_chat_assignments (bot_name, chat_id, enabled, source_account_id) VALUES ('joke', 1, 1, 1)`)
  const put = db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text) VALUES (1, 1, 'M' || @i, '', 0, @i, @i, 'live', 'text', 'text ' || @i || hex(zeroblob(60)))",
  )
  const answer = db.prepare(
    "INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name) VALUES (1, 1, 'M' || ?, 'joke')",
  )
  const fill = db.transaction((from: number, to: number) => {
    for (let i = from; i < to; i++) {
      put.run({ i })
      answer.run(i)
    }
  })
  fill(0, MESSAGES / 2)
  const path = join(backups, NAME)
  mkdirSync(backups)
  const made = await createBackupTask(
    {
      database: live,
      scratch: join(folder, 'scratch'),
      target: path,
      format: 'sql.gz',
      reason: 'scheduled',
      appVersion: '1',
      createdAt: '2026-01-01T02:00:00.000Z',
      settings: {},
    },
    context,
  )
  writeFileSync(
    join(backups, EARLIER_CATALOGUE),
    JSON.stringify({
      version: 1,
      scheduled_at: null,
      rechecked_at: null,
      entries: [
        {
          id: NAME,
          format: 'sql.gz',
          encryption: 'none',
          created_at: Date.now() - 90 * 60_000,
          bytes: made.bytes,
          sha256: made.sha256,
          reason: 'scheduled',
          verification: 'verified',
          verified_at: 1,
          problem: null,
          pinned: false,
          app_version: '1',
          end: made.end,
        },
      ],
    }),
  )
  fill(MESSAGES / 2, MESSAGES)
  db.close()
  recovery = createRecovery({
    database: live,
    backups,
    tasks,
    clock: { now: () => 5_000_000, monotonic: () => 0 },
    knownBots: () => ['joke'],
    passphrase: async () => undefined,
    log: { info: () => undefined, error: () => undefined },
  })
})
afterEach(async () => {
  await recovery.dispose()
  rmSync(folder, { recursive: true, force: true })
})

function scribble(path: string, at: number, bytes = 4096): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, at)
  closeSync(file)
}
/** Pages of the table itself, so that rows are hit and not only an index. */
function pagesOf(table: string): number[] {
  const db = new Database(live, { readonly: true })
  const pages = db
    .prepare<[string], number>("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'")
    .pluck()
    .all(table)
  db.close()
  return pages
}
const damages: Record<string, () => void> = {
  'its header is overwritten': () => scribble(live, 0, 100),
  'its first page is overwritten': () => scribble(live, 0),
  'it is empty': () => truncateSync(live, 0),
  'it is cut in half': () => truncateSync(live, Math.floor(statSync(live).size / 2)),
  'pages of the messages are overwritten': () => {
    for (const page of pagesOf('messages').slice(10, 14)) scribble(live, (page - 1) * 4096)
  },
}
const count = (db: Database.Database, table: string): number =>
  Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
const keptFiles = (): string[] =>
  readdirSync(folder).filter((name) => name.includes('.damaged-') && name.endsWith('.db'))

describe.each(Object.entries(damages))('where %s', (name, damage) => {
  test('the newest verified backup takes its place, and the damaged file stays', async () => {
    damage()
    const before = await digestFile(live)
    const offers = await recovery.offers()
    expect(offers.problem).toContain(live)
    expect(offers.backup).toMatchObject({ id: NAME, missing: { minutes: 90 } })
    const { upload } = await recovery.restore.register(offers.backup?.path ?? '')
    const options = { mode: 'replace' as const, switch_on: false }
    const preview = await recovery.restore.preview(upload, options)
    expect(preview.proven).toBe(true)
    const done = await recovery.restore.apply(upload, options)
    expect(done.tables.messages).toBe(MESSAGES / 2)
    expect(done.switched_off).toBe(0)
    expect(keptFiles()).toEqual([done.safety_backup])
    expect(await digestFile(join(folder, done.safety_backup))).toBe(before)
    const db = openFile(live)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    // What could still be read of the record of answers is there, and the floor forbids the rest.
    if (name.startsWith('pages')) expect(count(db, 'processed_messages')).toBe(MESSAGES)
    expect(db.prepare("SELECT value FROM meta WHERE key = 'answer_after_sent'").pluck().get()).toBe(5_000_000)
    expect(db.prepare('SELECT enabled FROM bot_chat_assignments').pluck().all()).toEqual([1])
    db.close()
    expect(await recovery.restore.canUndo()).toMatchObject({ possible: false })
  })
})

test('what is readable around damaged pages is salvaged, labelled, and nothing is deleted', async () => {
  const pages = pagesOf('messages').slice(10, 14)
  const db = new Database(live, { readonly: true })
  const lost = Number(
    db
      .prepare(`SELECT sum(ncell) FROM dbstat WHERE name = 'messages' AND pageno IN (${pages.join(',')})`)
      .pluck()
      .get(),
  )
  db.close()
  for (const page of pages) scribble(live, (page - 1) * 4096)
  const before = await digestFile(live)
  const offers = await recovery.offers()
  expect(offers.salvage?.tables.messages).toEqual({ rows: MESSAGES - lost, missing: lost })
  expect(offers.backup?.missing.messages).toBe(MESSAGES / 2)
  const done = await recovery.salvage()
  expect(done.tables).toMatchObject({ messages: MESSAGES - lost, processed_messages: MESSAGES, chats: 2 })
  expect(await digestFile(join(folder, done.safety_backup))).toBe(before)
  const now = openFile(live)
  expect(now.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(now.prepare("SELECT value FROM meta WHERE key = 'salvaged_at'").pluck().get()).toBe(5_000_000)
  expect(now.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").pluck().get()).toBe(MESSAGES)
  expect(now.prepare('SELECT enabled || was_enabled FROM bot_chat_assignments').pluck().all()).toEqual(['10'])
  now.close()
})

test('the newest commits in a -wal are part of what is salvaged, and stay with the damaged file', async () => {
  const writer = openFile(live)
  writer.pragma('wal_autocheckpoint = 0')
  writer.exec("INSERT INTO chats (chat_jid) VALUES ('late@g.us')")
  const wal = readFileSync(`${live}-wal`)
  writer.close()
  writeFileSync(`${live}-wal`, wal)
  for (const page of pagesOf('messages').slice(10, 12)) scribble(live, (page - 1) * 4096)
  const done = await recovery.salvage()
  expect(done.tables.chats).toBe(3)
  expect(existsSync(`${live}-wal`)).toBe(false)
})

test('what is not damage is no case for a recovery', async () => {
  const db = new Database(live)
  db.pragma('user_version = 99')
  db.close()
  const error = await recovery.offers().catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'newer-version' })
  expect(isDamage(error)).toBe(false)
})
