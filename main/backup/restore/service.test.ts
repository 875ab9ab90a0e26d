import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Tasks } from '../../ports.ts'
import { createFile } from '../../store/create-file.ts'
import { openStore } from '../../store/index.ts'
import { openFile } from '../../store/open-file.ts'
import { finishRestoreTask, prepareRestoreTask } from './prepare-task.ts'
import { createRestoreService, type RestoreService } from './service.ts'
import { digestFile, JOURNAL, recoverSwap, swapDatabase } from './swap.ts'

let folder = ''
let live = ''
let db: Database.Database
let service: RestoreService
const options = { mode: 'replace' as const, switch_on: false }
const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
/** The tasks' own code, without a process: what is tested here is what they do. */
const tasks = {
  run: (name: string, input: never) =>
    name === 'restore.prepare' ? prepareRestoreTask(input, context) : finishRestoreTask(input, context),
} as unknown as Tasks
let failToOpen = 0

function message(id: string, chat = 1): void {
  db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text) VALUES (1, ?, ?, '', 0, 1, 1, 'live', 'text', ?)",
  ).run(chat, id, `text ${id}`)
}
const answered = (id: string): void => {
  db.prepare("INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name) VALUES (1, 1, ?, 'joke')").run(
    id,
  )
}
const list = (sql: string): unknown[] => db.prepare(sql).pluck().all()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-'))
  mkdirSync(join(folder, 'data', 'backups'), { recursive: true })
  live = join(folder, 'data', 'messages.db')
  createFile(live)
  db = openFile(live)
  db.exec(`INSERT INTO meta VALUES ('installation', 'here'); INSERT INTO accounts (id, jid, linked_at) VALUES (1, '5511999990001@s.whatsapp.net', 1);
    INSERT INTO chats (id, chat_jid, chat_name) VALUES (1, 'a@g.us', 'A'), (2, 'b@g.us', 'B');
    INSERT INTO bot_chat_assignments (bot_name, chat_id, enabled, source_account_id) VALUES ('joke', 1, 1, 1)`)
  message('M1')
  answered('M1')
  count = 0
  service = createRestoreService(deps())
  failToOpen = 0
})
let count = 0
function deps(): Parameters<typeof createRestoreService>[0] {
  return {
    database: live,
    tasks,
    clock: { now: () => 5000 + count, monotonic: () => 0 },
    serverNow: () => 7000,
    pause: async () => undefined,
    resume: async () => undefined,
    closeStore: () => db.close(),
    openStore: () => {
      if (failToOpen-- > 0) throw new Error('cannot open')
      db = openFile(live)
    },
    backup: async () => {
      const path = join(folder, 'data', 'backups', `safety-${count++}.db`)
      db.prepare('VACUUM INTO ?').run(path)
      return path
    },
    knownBots: () => ['joke'],
    passphrase: async () => undefined,
    log: { info: () => undefined, error: () => undefined },
  }
}
afterEach(() => {
  if (db.open) db.close()
  rmSync(folder, { recursive: true, force: true })
})
async function restore(file: string, with_: Parameters<RestoreService['apply']>[1] = options) {
  const { upload } = await service.register(file)
  return await service.apply(upload, with_)
}
const dump = (): string => {
  const path = join(folder, 'own.sql.gz')
  db.pragma('wal_checkpoint(TRUNCATE)')
  writeFileSync(path, gzipSync(execFileSync('sqlite3', [live, '.dump'])))
  return path
}
const copy = (): string => {
  const path = join(folder, 'copy.db')
  db.prepare('VACUUM INTO ?').run(path)
  return path
}

describe.each([
  ['a dump', dump],
  ['a database', copy],
])('restoring %s', (_name, make) => {
  test('brings the old rows back, keeps what was answered since, and answers nothing older', async () => {
    const file = make()
    message('M2')
    answered('M2')
    db.exec(`INSERT INTO outbox (account_id, chat_id, bot_name, chunk, chunks, wa_message_id, state, due_at, created_at, expires_at) VALUES
      (1, 1, 'joke', 1, 1, 'W1', 'acked', 1, 1, 1), (1, 1, 'joke', 1, 1, 'W2', 'pending', 1, 1, 1)`)
    const done = await restore(file)
    expect(done.tables).toMatchObject({ messages: 1, processed_messages: 2 })
    expect(list('SELECT message_id FROM messages')).toEqual(['M1'])
    expect(list('SELECT message_id FROM processed_messages ORDER BY 1')).toEqual(['M1', 'M2'])
    expect(list('SELECT wa_message_id || state FROM outbox ORDER BY 1')).toEqual(['W1acked', 'W2cancelled'])
    expect(list("SELECT value FROM meta WHERE key LIKE 'answer%' ORDER BY key")).toEqual([2, 7000])
    expect(list('SELECT after_message || enabled FROM bot_chat_assignments')).toEqual(['21'])
    message('M3')
    expect(list('SELECT max(id) FROM messages')).toEqual([3])
    expect(existsSync(join(folder, 'data', JOURNAL))).toBe(false)
  })
})

test('undo brings everything back and keeps what came since, also in a new chat', async () => {
  const file = dump()
  message('M2')
  await restore(file)
  db.exec("INSERT INTO chats (id, chat_jid) VALUES (9, 'new@g.us')")
  message('M3', 9)
  answered('M3')
  await service.undo()
  expect(list('SELECT message_id FROM messages ORDER BY id')).toEqual(['M1', 'M2', 'M3'])
  expect(list("SELECT chat_jid FROM chats c JOIN messages m ON m.chat_id = c.id WHERE m.message_id = 'M3'")).toEqual([
    'new@g.us',
  ])
  expect(list('SELECT message_id FROM processed_messages ORDER BY 1')).toEqual(['M1', 'M3'])
  expect(list('SELECT enabled FROM bot_chat_assignments')).toEqual([1])
  expect(await service.canUndo()).toMatchObject({ possible: true })
})

test('undo keeps edits, deletions and contents that came since for messages that were there before', async () => {
  const who = '5511999990003@s.whatsapp.net'
  db.exec(`INSERT INTO chats (id, chat_jid) VALUES (3, '${who}')`)
  for (const id of ['kept', 'edited', 'deleted', 'unread', 'corrected']) message(id, 3)
  db.exec("UPDATE messages SET kind = 'undecryptable', text = NULL WHERE message_id = 'unread'")
  db.exec(
    `INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, original_text) VALUES (1, 3, 'deleted', 'joke', 'private')`,
  )
  const file = copy()
  // Edited before the restore: what the restored file still has is older.
  db.exec("UPDATE messages SET text = 'right' WHERE message_id = 'corrected'")
  await restore(file)

  db.close()
  const store = openStore({ path: live })
  const revision = { accountId: 1, chatJid: who, fromMe: false, actors: [who] }
  store.revisions.apply({ ...revision, messageId: 'edited', text: 'new words' })
  store.revisions.apply({ ...revision, messageId: 'deleted', text: null })
  const arrived = { accountId: 1, chatJid: who, senderJid: '', fromMe: false, sentAt: 1, receivedAt: 2 }
  store.messages.insert({ ...arrived, messageId: 'unread', origin: 'live', kind: 'text', text: 'readable' })
  store.close()
  db = openFile(live)
  await service.undo()
  const texts = "SELECT message_id || ': ' || COALESCE(text, '-') FROM messages WHERE chat_id = 3 ORDER BY id"
  expect(list(texts)).toEqual([
    'kept: text kept',
    'edited: new words',
    'deleted: -',
    'unread: readable',
    'corrected: right',
  ])
  expect(list("SELECT original_text FROM processed_messages WHERE message_id = 'deleted'")).toEqual([null])
  expect(list("SELECT key FROM meta WHERE key LIKE 'changed%'")).toEqual([])
})

test('a merge unites, today wins where the file knows no time, and strangers arrive switched off', async () => {
  const file = copy()
  const other = new Database(file)
  other.exec(`UPDATE meta SET value = 'elsewhere' WHERE key = 'installation'; UPDATE chats SET chat_name = 'theirs' WHERE id = 1;
    INSERT INTO bot_chat_assignments (bot_name, chat_id, enabled) VALUES ('joke', 2, 1)`)
  other.close()
  message('M2')
  db.exec("DELETE FROM messages WHERE message_id = 'M1'")
  const { upload } = await service.register(file)
  const preview = await service.preview(upload, { ...options, mode: 'merge' })
  expect(preview.tables.find((table) => table.table === 'messages')).toMatchObject({
    in_file: 1,
    here: 1,
    gained: 1,
    lost: 0,
  })
  await service.apply(upload, { ...options, mode: 'merge' })
  expect(list('SELECT message_id FROM messages ORDER BY id')).toEqual(['M1', 'M2'])
  expect(list('SELECT chat_name FROM chats WHERE id = 1')).toEqual(['A'])
  expect(list('SELECT enabled || was_enabled FROM bot_chat_assignments ORDER BY id')).toEqual(['10', '01'])
})

test('a selection takes only its part, and the preview says so before', async () => {
  db.exec("INSERT INTO bot_chat_assignments (bot_name, chat_id, enabled, source_account_id) VALUES ('joke', 2, 1, 1)")
  message('B1', 2)
  const file = copy()
  message('M2')
  message('B2', 2)
  db.exec('DELETE FROM bot_chat_assignments')
  const { upload } = await service.register(file)
  const row = async (only: NonNullable<Parameters<RestoreService['preview']>[1]['only']>, table: string) =>
    (await service.preview(upload, { ...options, only })).tables.find((one) => one.table === table)
  expect(await row({ assignments: true }, 'bot_chat_assignments')).toMatchObject({ in_file: 2, here: 0, gained: 2 })
  expect(await row({ assignments: true }, 'messages')).toMatchObject({ in_file: 2, here: 4, gained: 0, lost: 0 })
  expect(await row({ chats: ['b@g.us'] }, 'messages')).toMatchObject({ in_file: 2, here: 4, lost: 1 })
  expect(await row({ chats: ['b@g.us'] }, 'bot_chat_assignments')).toMatchObject({ gained: 1 })
  expect(await row({ chats: ['b@g.us'] }, 'chats')).toMatchObject({ lost: 0 })
  await service.apply(upload, { ...options, only: { chats: ['b@g.us'] } })
  expect(list('SELECT message_id FROM messages ORDER BY message_id')).toEqual(['B1', 'M1', 'M2'])
  expect(list('SELECT chat_id FROM bot_chat_assignments')).toEqual([2])
})

test('what is not the fault of a file has codes of its own', async () => {
  await expect(service.undo()).rejects.toMatchObject({ code: 'not-found' })
  await expect(service.preview('nothing', options)).rejects.toMatchObject({ code: 'not-found' })
  const { upload } = await service.register(dump())
  const looks = [service.preview(upload, options), service.preview(upload, options)]
  const running = service.apply(upload, options)
  await expect(service.preview(upload, options)).rejects.toMatchObject({ code: 'conflict' })
  await expect(service.apply(upload, options)).rejects.toMatchObject({ code: 'conflict' })
  expect(await Promise.all(looks)).toHaveLength(2)
  await running
})

test('a restore that a crash cut off and the start finished can be undone', async () => {
  const file = dump()
  message('M2')
  const safety = join(folder, 'data', 'backups', 'safety-0.db')
  const { upload } = await service.register(file)
  // The program dies at the moment in which the new file is opened: what it then does is what the next start finds.
  let frozen = ''
  const died = createRestoreService({
    ...deps(),
    openStore: () => {
      frozen = execFileSync('cat', [join(folder, 'data', JOURNAL)]).toString()
      db = openFile(live)
    },
  })
  const other = await died.register(file)
  await died.apply(other.upload, options)
  db.close()
  rmSync(join(folder, 'data', 'restore', 'undo.json'))
  writeFileSync(join(folder, 'data', JOURNAL), frozen)
  expect(existsSync(safety)).toBe(true)
  expect(await recoverSwap(live)).toBe('finished')
  db = openFile(live)
  expect(list('SELECT message_id FROM messages')).toEqual(['M1'])
  expect(await service.canUndo()).toMatchObject({ possible: true, safety_backup: 'safety-0.db' })
  await service.undo()
  expect(list('SELECT message_id FROM messages ORDER BY id')).toEqual(['M1', 'M2'])
  await service.discard(upload)
})

test('whatever fails, the running database is as it was', async () => {
  const file = dump()
  message('M2')
  failToOpen = 1
  await expect(restore(file)).rejects.toThrow('cannot open')
  expect(list('SELECT message_id FROM messages')).toEqual(['M1', 'M2'])
  expect(await recoverSwap(live)).toBe('none')
})

test('what is hostile or no file is refused by name', async () => {
  const evil = copy()
  const other = new Database(evil)
  other.exec('CREATE TRIGGER evil AFTER INSERT ON chats BEGIN DELETE FROM messages; END')
  other.close()
  const view = join(folder, 'view.db')
  const second = new Database(view)
  second.exec(
    "CREATE VIEW chats AS SELECT 'x' AS chat_jid; CREATE TABLE accounts (id); CREATE TABLE outbox (id); CREATE TABLE processed_messages (id)",
  )
  second.close()
  const files: Record<string, [string, Buffer?]> = {
    schema: [evil],
    statement: [join(folder, 'attach.sql'), Buffer.from("ATTACH '/x' AS y;")],
    truncated: [join(folder, 'cut.sql'), Buffer.from('BEGIN;\nCREATE TABLE t(a);\n')],
    'too-much-compression': [join(folder, 'bomb.sql.gz'), gzipSync(Buffer.alloc(100 << 20, ' '))],
    'unknown-kind': [join(folder, 'other.sql'), Buffer.from('CREATE TABLE t(a);')],
  }
  const before = list('SELECT count(*) FROM messages')
  for (const [code, [path, bytes]] of Object.entries(files)) {
    if (bytes !== undefined) writeFileSync(path, bytes)
    await expect(restore(path)).rejects.toMatchObject({ code })
  }
  await expect(restore(view)).rejects.toMatchObject({ code: 'schema' })
  writeFileSync(join(folder, 'empty'), '')
  symlinkSync(evil, join(folder, 'link'))
  for (const [path, code] of [
    [folder, 'not-a-file'],
    ['/dev/zero', 'not-a-file'],
    [join(folder, 'link'), 'not-a-file'],
    [join(folder, 'empty'), 'empty'],
    [live, 'inside-data-directory'],
  ] as const) {
    await expect(service.register(path)).rejects.toMatchObject({ code })
  }
  expect(list('SELECT count(*) FROM messages')).toEqual(before)
})

test('a folder of the data directory that was chosen for the backups holds files to restore, the directory itself does not', async () => {
  const home = join(folder, 'data')
  const chosen = join(home, 'elsewhere')
  mkdirSync(chosen)
  for (const place of [chosen, home]) db.prepare('VACUUM INTO ?').run(join(place, 'copy.db'))
  await expect(service.register(join(chosen, 'copy.db'))).rejects.toMatchObject({ code: 'inside-data-directory' })
  service = createRestoreService({ ...deps(), isOwn: (path) => [chosen, home].includes(dirname(path)) })
  const { upload } = await service.register(join(chosen, 'copy.db'))
  expect(await service.preview(upload, options)).toMatchObject({ kind: 'whatslang-database' })
  await expect(service.register(join(home, 'copy.db'))).rejects.toMatchObject({ code: 'inside-data-directory' })
})

test('a swap that was cut off at any step is finished or undone at the next start', async () => {
  // How many moves were done, and whether somebody wrote to the old file after the crash.
  const states = [
    [0, false],
    [0, true],
    [1, false],
    [2, false],
  ] as const
  for (const [i, [moves, written]] of states.entries()) {
    const home = join(folder, `swap-${i}`)
    mkdirSync(home)
    const target = join(home, 'messages.db')
    const next = join(home, 'messages.db.restored')
    for (const [path, value] of [
      [target, 'old'],
      [next, 'new'],
    ] as const) {
      const made = new Database(path)
      made.exec(`CREATE TABLE t (a); INSERT INTO t VALUES ('${value}')`)
      made.close()
    }
    writeFileSync(`${target}-wal`, '')
    const digest = await digestFile(next)
    // The journal as the swap writes it first, and then as many of its moves as were done.
    await expect(
      swapDatabase(target, next, async () => {
        const text = execFileSync('cat', [join(home, JOURNAL)]).toString()
        writeFileSync(join(folder, 'journal'), text.replace('"swapped"', '"swapping"'))
        throw new Error('stop')
      }),
    ).rejects.toThrow('stop')
    const made = new Database(next)
    made.exec("CREATE TABLE t (a); INSERT INTO t VALUES ('new')")
    made.close()
    expect(await digestFile(next)).toBe(digest)
    renameSync(join(folder, 'journal'), join(home, JOURNAL))
    if (moves > 0) renameSync(target, `${target}.before-restore`)
    if (moves > 1) renameSync(next, target)
    if (written) {
      const late = new Database(target)
      late.exec("UPDATE t SET a = 'late'")
      late.close()
    }
    expect(await recoverSwap(target)).toBe(written ? 'undone' : 'finished')
    const now = new Database(target, { readonly: true })
    expect(now.prepare('SELECT a FROM t').pluck().get()).toBe(written ? 'late' : 'new')
    now.close()
    expect(await recoverSwap(target)).toBe('none')
  }
})

test.each([
  [
    'a database of the Python service',
    (path: string, source: string) => execFileSync('sqlite3', [source, `VACUUM INTO '${path}'`]),
  ],
  ['its dump', (path: string, source: string) => writeFileSync(path, execFileSync('sqlite3', [source, '.dump']))],
])('%s arrives switched off, or on where the user says so, and goes back', async (_name, make) => {
  const source = join(folder, 'python.db')
  const python = new Database(source)
  python.exec(`CREATE TABLE processed_messages (message_id TEXT, bot_name TEXT, original_text TEXT, response_text TEXT, metadata TEXT, processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (message_id, bot_name));
    CREATE TABLE chats (chat_jid TEXT PRIMARY KEY, chat_name TEXT, is_manual INTEGER DEFAULT 0, last_synced TIMESTAMP, added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE bot_chat_assignments (id INTEGER PRIMARY KEY AUTOINCREMENT, bot_name TEXT NOT NULL, chat_jid TEXT NOT NULL, enabled INTEGER DEFAULT 1, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, UNIQUE(bot_name, chat_jid));
    INSERT INTO processed_messages VALUES ('P1', 'joke', 'x', 'y', '', '2026-01-01 10:00:00');
    INSERT INTO chats (chat_jid, chat_name) VALUES ('a@g.us', 'theirs'); INSERT INTO bot_chat_assignments (bot_name, chat_jid) VALUES ('joke', 'a@g.us'), ('joke', 'gone@g.us')`)
  python.close()
  const file = join(folder, 'python-file')
  make(file, source)
  const { upload } = await service.register(file)
  expect(await service.preview(upload, options)).toMatchObject({
    kind: 'python-database',
    generation: 1,
    assignments_switched_off: 2,
  })
  expect(await service.apply(upload, options)).toMatchObject({ switched_off: 2 })
  expect(list('SELECT message_id FROM processed_messages ORDER BY 1')).toEqual(['M1', 'P1'])
  expect(list('SELECT enabled || was_enabled FROM bot_chat_assignments')).toEqual(['01', '01'])
  await restore(file, { ...options, switch_on: true })
  expect(list('SELECT enabled || was_enabled FROM bot_chat_assignments')).toEqual(['10', '10'])
})
