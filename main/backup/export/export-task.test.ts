import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExportFormat } from '../../../preload/contract/backups.ts'
import type { Language } from '../../../preload/contract/languages.ts'
import { createFile } from '../../store/create-file.ts'
import { exportTask } from './export-task.ts'

let folder = ''
let live = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'export-'))
  live = join(folder, 'messages.db')
  createFile(live)
  const db = new Database(live)
  db.exec(
    `INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net'); INSERT INTO chats (id, chat_jid, chat_name) VALUES (1, 'a@g.us', '<b>A</b>'), (2, 'b@g.us', 'B')`,
  )
  const put = db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, raw) VALUES (1, ?, ?, '', 0, 0, 0, 'live', 'text', ?, x'01')",
  )
  put.run(1, 'M0', 'two\nlines')
  put.run(1, 'M1', '=HYPERLINK("x")')
  put.run(1, 'M2', '<script>alert(1)</script>\n"quoted", twice')
  put.run(2, 'M3', 'elsewhere')
  db.exec(`
    INSERT INTO chats (id, chat_jid, chat_name) VALUES (3, '5511999990003@s.whatsapp.net', 'שלום כהן' || char(10) || 'forged'), (4, '77@lid', 'By number');
    INSERT INTO lid_mappings VALUES ('77@lid', '5511999990004@s.whatsapp.net');
    INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, media)
    VALUES (1, 3, 'M4', '', 0, 1767322645000, 0, 'live', 'text', 'בוקר טוב', NULL), (1, 3, 'M5', 'me', 1, 1767322646000, 0, 'own', 'text', 'Bom dia', NULL),
      (1, 3, 'M6', '', 0, 1767322647000, 0, 'live', 'audio', NULL, '{"seconds":65}'), (1, 3, 'M7', '', 0, 1767322648000, 0, 'live', 'image', 'a caption', 'broken'),
      (1, 3, 'M8', '', 0, 9e15, 0, 'live', 'text', 'a time that is none', NULL);
    INSERT INTO outbox (account_id, chat_id, bot_name, chunk, chunks, wa_message_id, state, due_at, created_at, expires_at)
    VALUES (1, 3, 'translation', 1, 1, 'M5', 'acked', 0, 0, 0);
    INSERT INTO imported_values VALUES ('seen_messages', 9, 'message_id', 'P1'), ('seen_messages', 9, 'chat_jid', '5511999990003@s.whatsapp.net');
    INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, original_text, response_text, metadata, processed_at) VALUES
      (NULL, NULL, 'P1', 'joke', 'seen here', 'an answer of old', NULL, '2025-11-02 03:04:05'),
      (NULL, NULL, 'P2', 'joke', 'sent on', 'forwarded of old', 'forwarded_to=5511999990004@s.whatsapp.net', '2025-11-02 03:04:06'),
      (NULL, NULL, 'P3', 'joke', 'of no chat', 'homeless of old', 'startup', x'00'),
      (NULL, NULL, 'P4', 'joke', 'quiet', '(no response)', NULL, NULL), (NULL, NULL, 'P5', 'joke', 'first start', '[skipped - startup]', NULL, NULL),
      (NULL, NULL, 'P6', 'joke', NULL, x'ff', NULL, NULL), (1, 3, 'M4', 'translation', 'of ours', 'kept in the history', NULL, NULL);`)
  db.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
async function run(format: ExportFormat, chat?: string, language: Language = 'en'): Promise<Buffer> {
  const out = join(folder, `out-${count++}`)
  const done = await exportTask(
    {
      database: live,
      out,
      format,
      appVersion: '0.0.0',
      language,
      timeZone: 'America/Sao_Paulo',
      ...(chat !== undefined && { chat }),
    },
    { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined },
  )
  const data = readFileSync(out)
  expect(done.bytes).toBe(data.length)
  return data
}

test('csv is RFC 4180, and no text becomes a formula', async () => {
  const text = (await run('csv')).toString()
  expect(text).toContain('"\'=HYPERLINK(""x"")",,whatsapp\r\n')
  expect(text).toContain('""quoted"", twice",,whatsapp\r\n')
  expect(text).toContain(',"two\nlines",,whatsapp\r\n')
})
test('html of one chat runs nothing and shows only that chat', async () => {
  const text = (await run('html', 'a@g.us')).toString()
  expect(text).not.toContain('<script>')
  expect(text).toContain('&lt;b&gt;A&lt;/b&gt;')
  expect(text).not.toContain('elsewhere')
  expect((await run('txt', 'b@g.us')).toString()).toContain('] \u2068B\u2069: \u2068elsewhere\u2069')
  await expect(run('html', 'none@g.us')).rejects.toMatchObject({ code: 'MISSING' })
})
test('json holds every row with its blobs', async () => {
  const value = JSON.parse((await run('json')).toString()) as { tables: { messages?: Record<string, unknown>[] } }
  expect(value.tables.messages?.[3]).toMatchObject({ id: 4, text: 'elsewhere', raw: { base64: 'AQ==' } })
})
test('python-db has the columns that the Python service reads', async () => {
  const out = await run('python-db')
  const path = join(folder, 'python-copy.db')
  writeFileSync(path, out)
  expect(
    execFileSync('sqlite3', [
      path,
      'SELECT chat_jid FROM chats ORDER BY 1; SELECT count(enabled) FROM bot_chat_assignments',
    ]).toString(),
  ).toBe('5511999990003@s.whatsapp.net\n77@lid\na@g.us\nb@g.us\n0\n')
})
test('db, sql and sql.gz open with sqlite3', async () => {
  const sql = await run('sql')
  const packed = gunzipSync(await run('sql.gz')).toString()
  for (const text of [sql.toString(), packed]) {
    expect(
      execFileSync('sqlite3', [':memory:'], { input: `${text}\nSELECT count(*) FROM messages;` })
        .toString()
        .trim(),
    ).toBe('9')
  }
  expect((await run('db')).subarray(0, 15).toString()).toBe('SQLite format 3')
})

test('a transcript says to whom you wrote, in local time, under a heading for each chat', async () => {
  const text = (await run('txt')).toString()
  expect(text).toContain('Times are local: America/Sao_Paulo.')
  // A line break in a name makes no second line, and isolates keep right-to-left names in their place.
  const name = '\u2068שלום כהן forged\u2069'
  expect(text).toContain(`[2026-01-01 23:57:25 -03:00] ${name}: \u2068בוקר טוב\u2069\n`)
  expect(text).toContain(
    `[2026-01-01 23:57:26 -03:00] \u2068You\u2069 (\u2068translation\u2069) \u2192 ${name}: \u2068Bom dia\u2069\n`,
  )
  expect(text).toContain(': \u2068(voice message, 1:05)\u2069\n')
  expect(text).toContain(': \u2068(photo) a caption\u2069\n')
  expect(text).toContain(`[no time] ${name}: \u2068a time that is none\u2069`)
  expect(text.match(/^\u2068.+\u2069\n-+$/gmu)).toHaveLength(4)
  expect((await run('txt', '5511999990003@s.whatsapp.net', 'pt-BR')).toString()).toContain('(mensagem de voz, 1:05)')
})
test('html isolates names, names the day, links to each chat, and prints', async () => {
  const text = (await run('html')).toString()
  expect(text).toContain('<bdi>שלום כהן forged</bdi>')
  expect(text).toContain('<bdi>You</bdi> (<bdi>translation</bdi>) \u2192 <bdi>שלום')
  expect(text).toContain('<h3>Thursday, January 1, 2026</h3>')
  expect(text).toContain('<time datetime="2026-01-01T23:57:25-03:00">23:57:25</time>')
  expect(text).toContain('<a href="#chat-3">')
  expect(text).toContain('<h2 id="chat-3">')
  expect(text).toMatch(/name="viewport".*@media print/su)
  expect((await run('html', 'b@g.us', 'pt-BR')).toString()).toContain('<html lang="pt-BR">')
})
test('what an imported service answered is in every export, with its chat where the file tells it', async () => {
  const csv = (await run('csv')).toString()
  expect(csv).toContain(
    '5511999990003@s.whatsapp.net,"שלום כהן\nforged",,,1,2025-11-02T03:04:05.000Z,text,an answer of old,joke,imported\r\n',
  )
  expect(csv).toContain(',,,,0,,text,of no chat,,imported\r\n,,,,1,,text,homeless of old,joke,imported\r\n')
  expect(csv).toContain('77@lid,By number,,,1,2025-11-02T03:04:06.000Z,text,forwarded of old,joke,imported\r\n')
  for (const hidden of ['quiet', 'first start', 'kept in the history']) expect(csv).not.toContain(hidden)
  for (const format of ['html', 'txt', 'json'] as const) {
    const text = (await run(format)).toString()
    for (const words of ['an answer of old', 'forwarded of old', 'homeless of old']) expect(text).toContain(words)
  }
  const one = (await run('txt', '5511999990003@s.whatsapp.net')).toString()
  expect(one).toContain('[2025-11-02 00:04:05 -03:00] \u2068You\u2069 (\u2068joke\u2069)')
  expect(one).not.toContain('forwarded of old')
  // The chat is known by its LID here, and by its number in the file.
  expect((await run('html', '77@lid')).toString()).toContain('forwarded of old')
  expect((await run('csv', 'b@g.us')).toString()).not.toContain('of old')
})
