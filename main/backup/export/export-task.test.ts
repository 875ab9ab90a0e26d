import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExportFormat } from '../../../preload/contract/backups.ts'
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
  put.run(1, 'M1', '=HYPERLINK("x")')
  put.run(1, 'M2', '<script>alert(1)</script>\n"quoted", twice')
  put.run(2, 'M3', 'elsewhere')
  db.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let count = 0
async function run(format: ExportFormat, chat?: string): Promise<Buffer> {
  const out = join(folder, `out-${count++}`)
  const done = await exportTask(
    { database: live, out, format, appVersion: '0.0.0', ...(chat !== undefined && { chat }) },
    { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined },
  )
  const data = readFileSync(out)
  expect(done.bytes).toBe(data.length)
  return data
}

test('csv is RFC 4180, and no text becomes a formula', async () => {
  const text = (await run('csv')).toString()
  expect(text).toContain('"\'=HYPERLINK(""x"")"\r\n')
  expect(text).toContain('""quoted"", twice"\r\n')
})
test('html of one chat runs nothing and shows only that chat', async () => {
  const text = (await run('html', 'a@g.us')).toString()
  expect(text).not.toContain('<script>')
  expect(text).toContain('&lt;b&gt;A&lt;/b&gt;')
  expect(text).not.toContain('elsewhere')
  expect((await run('txt', 'b@g.us')).toString()).toContain('] B: elsewhere')
  await expect(run('html', 'none@g.us')).rejects.toMatchObject({ code: 'MISSING' })
})
test('json holds every row with its blobs', async () => {
  const value = JSON.parse((await run('json')).toString()) as { tables: { messages?: Record<string, unknown>[] } }
  expect(value.tables.messages?.[2]).toMatchObject({ id: 3, text: 'elsewhere', raw: { base64: 'AQ==' } })
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
  ).toBe('a@g.us\nb@g.us\n0\n')
})
test('db, sql and sql.gz open with sqlite3', async () => {
  const sql = await run('sql')
  const packed = gunzipSync(await run('sql.gz')).toString()
  for (const text of [sql.toString(), packed]) {
    expect(
      execFileSync('sqlite3', [':memory:'], { input: `${text}\nSELECT count(*) FROM messages;` })
        .toString()
        .trim(),
    ).toBe('3')
  }
  expect((await run('db')).subarray(0, 15).toString()).toBe('SQLite format 3')
})
