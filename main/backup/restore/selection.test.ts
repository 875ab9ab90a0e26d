// What a selection takes of a file, in both modes, and what it leaves alone; settings that come along; one reading for many looks.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Settings } from '../../../preload/contract/settings.ts'
import type { Tasks } from '../../ports.ts'
import { createFile } from '../../store/create-file.ts'
import { openFile } from '../../store/open-file.ts'
import type { TaskContext } from '../../tasks/protocol.ts'
import { createBackupTask } from '../create-task.ts'
import { finishRestoreTask, prepareRestoreTask } from './prepare-task.ts'
import { createRestoreService, type RestoreService } from './service.ts'

let folder = ''
let live = ''
let db: Database.Database
let service: RestoreService
let settings: Settings
let steps: string[]
let safety = 0

const context: TaskContext = {
  signal: new AbortController().signal,
  progress: ({ step }) => void steps.push(step),
  temporary: () => undefined,
}
const tasks = {
  run: (name: string, input: never) =>
    name === 'restore.prepare' ? prepareRestoreTask(input, context) : finishRestoreTask(input, context),
} as unknown as Tasks

const list = (sql: string): unknown[] => db.prepare(sql).pluck().all()
function message(id: string, chat: number, text = `text ${id}`): void {
  db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text) VALUES (1, ?, ?, '', 0, 1, 1, 'live', 'text', ?)",
  ).run(chat, id, text)
}
async function backup(kept: Settings = settings): Promise<string> {
  const target = join(folder, `backup-${safety++}.sql`)
  const createdAt = '2026-01-01T00:00:00.000Z'
  await createBackupTask(
    {
      database: live,
      target,
      scratch: join(folder, 'scratch'),
      format: 'sql',
      reason: 'manual',
      appVersion: '1',
      createdAt,
      settings: kept,
    },
    context,
  )
  return target
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'selection-'))
  mkdirSync(join(folder, 'data', 'backups'), { recursive: true })
  live = join(folder, 'data', 'messages.db')
  createFile(live)
  db = openFile(live)
  db.exec(`INSERT INTO meta VALUES ('installation', 'here'); INSERT INTO accounts (id, jid, linked_at) VALUES (1, '5511999990001@s.whatsapp.net', 1);
    INSERT INTO chats (id, chat_jid, chat_name, last_message_time) VALUES (1, 'a@g.us', 'Ána', 1), (2, 'b@g.us', 'Bea', 2), (3, 'c@g.us', 'Cleo', 3);
    INSERT INTO chat_search VALUES (1, 'ana' || char(10) || 'a@g.us'), (2, 'bea' || char(10) || 'b@g.us'), (3, 'cleo' || char(10) || 'c@g.us');
    INSERT INTO bots VALUES ('poet', '{"v":1}', 1, 10);
    INSERT INTO bot_chat_assignments (bot_name, chat_id, enabled, source_account_id, updated_at) VALUES ('poet', 1, 1, 1, 10), ('joke', 2, 1, 1, 10)`)
  message('A1', 1)
  message('B1', 2)
  settings = Settings.parse({})
  steps = []
  safety = 0
  service = createRestoreService({
    database: live,
    tasks,
    clock: { now: () => 5000 + safety, monotonic: () => 0 },
    serverNow: () => 7000,
    pause: async () => undefined,
    resume: async () => undefined,
    closeStore: () => db.close(),
    openStore: () => {
      db = openFile(live)
    },
    backup: () => backup(),
    knownBots: () => ['joke'],
    passphrase: async () => undefined,
    settings: {
      get: () => settings,
      update: (patch) => {
        settings = Settings.parse({ ...settings, ...patch, answering: { ...settings.answering, ...patch.answering } })
        return settings
      },
      fixed: () => ['model.name'],
    },
    log: { info: () => undefined, error: () => undefined },
  })
})
afterEach(() => {
  if (db.open) db.close()
  rmSync(folder, { recursive: true, force: true })
})

type Options = Parameters<RestoreService['preview']>[1]
async function look(file: string, options: Partial<Options>) {
  const { upload } = await service.register(file)
  const all: Options = { mode: 'replace', switch_on: false, ...options }
  const preview = await service.preview(upload, all)
  const table = (name: string) => preview.tables.find((one) => one.table === name)
  return { upload, preview, table, apply: () => service.apply(upload, all) }
}
/** Somebody works on after the backup: other switches, another spec, more messages, a bot that is new. */
function change(): void {
  message('A2', 1)
  message('B2', 2)
  db.exec(`UPDATE bot_chat_assignments SET enabled = 0, updated_at = 50 WHERE bot_name = 'poet'; DELETE FROM bot_chat_assignments WHERE bot_name = 'joke';
    INSERT INTO bot_chat_assignments (bot_name, chat_id, enabled, updated_at) VALUES ('echo', 3, 1, 50);
    UPDATE bots SET spec = '{"v":2}', updated_at = 50; INSERT INTO bots VALUES ('mine', '{}', 1, 50);
    INSERT INTO jobs (id, message, chat_id, bot_name, state, due_at, created_at, updated_at) VALUES (1, 1, 1, 'poet', 'done', 1, 1, 1);
    INSERT INTO outbox (job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, quotes, state, due_at, created_at, expires_at) VALUES (1, 1, 1, 'poet', 1, 1, 'W1', 1, 'acked', 1, 1, 1)`)
}
const assignments = 'SELECT bot_name || chat_id || enabled FROM bot_chat_assignments ORDER BY 1'

test('only assignments, replaced: they and their bots are as in the file; the history stays', async () => {
  const file = await backup()
  change()
  const { table, apply } = await look(file, { only: { assignments: true } })
  expect(table('bot_chat_assignments')).toMatchObject({ gained: 1, lost: 1, changed: 1 })
  expect(table('bots')).toMatchObject({ gained: 0, lost: 0, changed: 1 })
  expect(table('messages')).toMatchObject({ in_file: 2, here: 4, gained: 0, lost: 0, changed: 0 })
  await apply()
  expect(list(assignments)).toEqual(['joke21', 'poet11'])
  expect(list('SELECT spec FROM bots ORDER BY name')).toEqual(['{}', '{"v":1}'])
  expect(list('SELECT message_id FROM messages ORDER BY 1')).toEqual(['A1', 'A2', 'B1', 'B2'])
  await service.undo()
  expect(list(assignments)).toEqual(['echo31', 'poet10'])
  expect(list('SELECT spec FROM bots ORDER BY name')).toEqual(['{}', '{"v":2}'])
})

test('only assignments, merged: what is missing is added, the newer one wins, nothing goes', async () => {
  const file = await backup()
  change()
  const { table, apply } = await look(file, { mode: 'merge', only: { assignments: true } })
  expect(table('bot_chat_assignments')).toMatchObject({ gained: 1, lost: 0, changed: 0 })
  await apply()
  expect(list(assignments)).toEqual(['echo31', 'joke21', 'poet10'])
  expect(list('SELECT spec FROM bots ORDER BY name')).toEqual(['{}', '{"v":2}'])
})

test('only some chats, replaced: their history and assignments are as in the file, every other chat stays', async () => {
  const file = await backup()
  change()
  const { table, preview, apply } = await look(file, { only: { chats: ['a@g.us'] } })
  expect(table('messages')).toMatchObject({ gained: 0, lost: 1 })
  expect(table('bot_chat_assignments')).toMatchObject({ gained: 0, lost: 0, changed: 1 })
  expect(preview.chats).toMatchObject([{ jid: 'a@g.us', gained: 0, lost: 1 }])
  await apply()
  expect(list('SELECT message_id FROM messages ORDER BY 1')).toEqual(['A1', 'B1', 'B2'])
  expect(list(assignments)).toEqual(['echo31', 'poet11'])
  // What was sent stays on record; only what it pointed to has gone.
  expect(list('SELECT wa_message_id || state || (job IS NULL) || (quotes IS NULL) FROM outbox')).toEqual(['W1acked11'])
  // A bot that is here is not changed for the sake of one chat.
  expect(list("SELECT spec FROM bots WHERE name = 'poet'")).toEqual(['{"v":2}'])
})

test('only some chats, merged: only what is missing comes, with the bot that it needs', async () => {
  const file = await backup()
  change()
  db.exec("DELETE FROM messages WHERE message_id = 'A1'; DELETE FROM bots; DELETE FROM bot_chat_assignments")
  const { table, apply } = await look(file, { mode: 'merge', only: { chats: ['a@g.us'] } })
  expect(table('messages')).toMatchObject({ gained: 1, lost: 0 })
  expect(table('bots')).toMatchObject({ gained: 1 })
  await apply()
  expect(list('SELECT message_id FROM messages ORDER BY 1')).toEqual(['A1', 'A2', 'B1', 'B2'])
  expect(list(assignments)).toEqual(['poet11'])
  expect(list('SELECT name FROM bots')).toEqual(['poet'])
})

test('the assignments of some chats: both words together', async () => {
  const file = await backup()
  change()
  await (await look(file, { only: { assignments: true, chats: ['b@g.us'] } })).apply()
  expect(list(assignments)).toEqual(['echo31', 'joke21', 'poet10'])
  expect(list('SELECT count(*) FROM messages')).toEqual([4])
})

test('a chat that the file does not hold is named, and nothing but such chats is refused', async () => {
  const file = await backup()
  const { preview } = await look(file, { only: { chats: ['a@g.us', 'z@g.us'] } })
  expect(preview.warnings).toEqual(['The file holds no chat z@g.us. It is left out.'])
  await expect(look(file, { only: { chats: ['z@g.us'] } })).rejects.toMatchObject({ code: 'not-found' })
  const { upload } = await look(file, {})
  await expect(
    service.apply(upload, { mode: 'replace', switch_on: false, only: { chats: ['z@g.us'] } }),
  ).rejects.toMatchObject({ code: 'not-found' })
  expect(list(assignments)).toEqual(['joke21', 'poet11'])
})

test('the file is read once, however often its preview is asked for; its chats can be searched', async () => {
  const file = await backup()
  const { upload, preview } = await look(file, {})
  expect(steps.filter((step) => step === 'load')).toHaveLength(1)
  await service.preview(upload, { mode: 'merge', switch_on: false, only: { chats: ['b@g.us'] } })
  expect(steps.filter((step) => step === 'load')).toHaveLength(1)
  expect(preview.chats_in_file).toBe(3)
  expect(service.chats(upload, { limit: 2 })).toEqual({
    total: 3,
    chats: [
      { jid: 'c@g.us', name: 'Cleo', messages: 0, bots: [] },
      { jid: 'b@g.us', name: 'Bea', messages: 1, bots: ['joke'] },
    ],
  })
  expect(service.chats(upload, { query: 'ANA', limit: 10 }).chats.map(({ jid }) => jid)).toEqual(['a@g.us'])
  const work = join(folder, 'data', 'restore')
  expect(readdirSync(work)).toContain(upload)
  await service.discard(upload)
  expect(existsSync(join(work, upload))).toBe(false)
})

test('settings come only where they are asked for, and an undo gives back those that nobody changed since', async () => {
  const file = await backup(
    Settings.parse({
      theme: 'dark',
      risk_accepted: true,
      model: { name: 'other' },
      answering: { per_minute: 5, typing: false },
      backup: { folder: '/elsewhere' },
      desktop: { update_feed: 'https://updates.example/', trusted_hosts: ['evil.example'] },
    }),
  )
  const first = await look(file, {})
  expect(first.preview.settings).toEqual([
    { key: 'theme', in_file: 'dark', here: 'system' },
    { key: 'answering.per_minute', in_file: '5', here: '20' },
    { key: 'answering.typing', in_file: 'false', here: 'true' },
  ])
  await first.apply()
  expect(settings).toEqual(Settings.parse({}))
  const second = await look(file, { settings: true })
  expect(await second.apply()).toMatchObject({ settings: 3 })
  expect(settings).toMatchObject({ theme: 'dark', answering: { per_minute: 5, typing: false }, risk_accepted: false })
  settings = { ...settings, theme: 'light' }
  expect(await service.undo()).toMatchObject({ settings: 2 })
  expect(settings).toEqual({ ...Settings.parse({}), theme: 'light' })
})

test('single settings come by their names, and the result names each of them', async () => {
  const file = await backup(Settings.parse({ theme: 'dark', answering: { per_minute: 5, typing: false } }))
  const { apply } = await look(file, { settings: ['answering.per_minute'] })
  const taken = { key: 'answering.per_minute', before: '20', after: '5' }
  expect(await apply()).toMatchObject({ settings: 1, settings_taken: [taken] })
  expect(settings).toMatchObject({ theme: 'system', answering: { per_minute: 5, typing: true } })
  expect(await service.undo()).toMatchObject({
    settings_taken: [{ key: 'answering.per_minute', before: '5', after: '20' }],
  })
})

test.each(['themes', 'risk_accepted', 'answering', 'model.name', 'answering.per_chat_per_minute', '__proto__'])(
  'no restore begins for the setting %s, which the preview does not name',
  async (name) => {
    const file = await backup(
      Settings.parse({ theme: 'dark', risk_accepted: true, model: { name: 'other' }, answering: { per_minute: 5 } }),
    )
    message('A2', 1)
    const refused = { code: 'not-found', message: expect.stringContaining(name) }
    await expect(look(file, { settings: ['theme', name] })).rejects.toMatchObject(refused)
    const { upload } = await look(file, {})
    const options = { mode: 'replace' as const, switch_on: false, settings: ['theme', name] }
    await expect(service.apply(upload, options)).rejects.toMatchObject(refused)
    expect(settings).toEqual(Settings.parse({}))
    expect(list("SELECT message_id FROM messages WHERE message_id = 'A2'")).toEqual(['A2'])
  },
)

test('a chat that was being deleted when the file was written does not come back in half', async () => {
  db.exec(`INSERT INTO meta VALUES ('removing:1', '["a@g.us"]'); DELETE FROM bot_chat_assignments WHERE chat_id = 1;
    UPDATE chats SET chat_jid = 'removed-1', is_placeholder = 1 WHERE id = 1`)
  const file = await backup()
  const { preview, apply } = await look(file, {})
  expect(preview).toMatchObject({ chats_in_file: 2, warnings: [] })
  await apply()
  expect(list('SELECT chat_jid FROM chats ORDER BY 1')).toEqual(['b@g.us', 'c@g.us'])
  expect(list('SELECT message_id FROM messages')).toEqual(['B1'])
  expect(list('SELECT count(*) FROM forgotten')).toEqual([1])
  expect(list("SELECT key FROM meta WHERE key LIKE 'removing%'")).toEqual([])
})
