import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../store/index.ts'
import { digestTables } from './dump/digest.ts'
import { dumpDatabase } from './dump/dump.ts'
import { createFollowing } from './dump/follow.ts'
import { loadScratch } from './scratch-load.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scratch-load-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
const LARGE = 1 << 30
const OPTIONS = { size: LARGE, context }

/** Five megabytes of messages in several scripts, with values of every kind in other tables. */
async function dumpOf(): Promise<{ text: string; tables: Awaited<ReturnType<typeof digestTables>> }> {
  const path = join(folder, 'messages.db')
  openStore({ path }).close()
  const db = new Database(path)
  db.exec(`INSERT INTO accounts (id, jid) VALUES (1, 'a'); INSERT INTO chats (id, chat_jid) VALUES (1, 'é'), (2, 'ω😀');
    INSERT INTO meta (key, value) VALUES ('b', x'00ff'), ('a', 9e999); INSERT INTO lid_mappings VALUES ('l', 'it''s');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
    INSERT INTO messages (id, account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, raw)
      SELECT i * 3, 1, 1 + i % 2, 'm' || i, '', 0, i, i, 'live', 'text', 'καλημέρα "x" ''é'' 😀' || char(10, 13) || hex(randomblob(100)), randomblob(90) FROM n;
    INSERT INTO bots VALUES ('z', 'x' || char(0) || 'y', -1, 9223372036854775807)`)
  const parts: Uint8Array[] = []
  const sink = {
    write: async (bytes: Uint8Array) => void parts.push(Uint8Array.from(bytes)),
    close: async () => undefined,
  }
  const header = { app_version: '0', created_at: new Date(0).toISOString(), reason: 'manual' as const }
  const { tables } = await dumpDatabase(db, sink, { header, settings: null, between: () => undefined })
  db.close()
  return { text: Buffer.concat(parts).toString('utf8'), tables }
}
async function* pieces(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 300_000) yield bytes.subarray(at, at + 300_000)
}

test('the thread digests what was loaded as the database itself is digested', async () => {
  const { text, tables } = await dumpOf()
  const loaded = await loadScratch(pieces(text), join(folder, 'scratch.db'), OPTIONS)
  expect(loaded.digests.get('messages')).toEqual(tables.messages)
  expect(loaded.digests.get('bots')).toEqual(tables.bots)
  expect(loaded.digests.has('meta')).toBe(false) // no rowids, hence no order in which rows come
  expect(await digestTables(loaded.db, undefined, loaded.digests)).toEqual(tables)
  expect(await digestTables(loaded.db)).toEqual(tables)
  await loaded.close()
})

test('a small file is loaded without a thread', async () => {
  const { text, tables } = await dumpOf()
  const loaded = await loadScratch(pieces(text), join(folder, 'scratch.db'), { ...OPTIONS, size: 1000 })
  expect(loaded.digests.size).toBe(0)
  expect(await digestTables(loaded.db)).toEqual(tables)
  await loaded.close()
})

test('rows that come out of their order are not passed over', async () => {
  const { text, tables } = await dumpOf()
  const lines = text.split(/(?<=;\n)/)
  const late = lines.findIndex((line) => line.startsWith('INSERT INTO messages VALUES(3,'))
  const last = lines.findLastIndex((line) => line.startsWith('INSERT INTO messages '))
  const [row = ''] = lines.splice(late, 1)
  lines.splice(last, 0, row)
  const loaded = await loadScratch(pieces(lines.join('')), join(folder, 'scratch.db'), OPTIONS)
  expect(await digestTables(loaded.db, undefined, loaded.digests)).toEqual(tables)
  await loaded.close()
})

test('a row below those that were read is not in their digest, and their count tells', async () => {
  const path = join(folder, 'followed.db')
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE t (a TEXT); INSERT INTO t (rowid, a) VALUES (5, 1), (6, 2)')
  const following = createFollowing(path)
  following.read()
  db.exec(
    'INSERT INTO t (rowid, a) VALUES (3, 0), (9, 3); CREATE TABLE u (a INTEGER PRIMARY KEY); INSERT INTO u VALUES (1)',
  )
  following.read()
  const known = following.digests()
  expect([known.get('t')?.rows, known.get('u')?.rows]).toEqual([3, 1])
  const all = await digestTables(db)
  expect(all.t?.rows).toBe(4)
  expect(all.u).toEqual(known.get('u'))
  expect(await digestTables(db, undefined, known)).toEqual(all)
})

test('another value in one row is another digest', async () => {
  const { text, tables } = await dumpOf()
  const altered = text.replace("'m8999'", "'m8998 '")
  expect(altered).not.toBe(text)
  const loaded = await loadScratch(pieces(altered), join(folder, 'scratch.db'), OPTIONS)
  const found = await digestTables(loaded.db, undefined, loaded.digests)
  expect(found.messages?.rows).toBe(tables.messages?.rows)
  expect(found.messages?.sha256).not.toBe(tables.messages?.sha256)
  await loaded.close()
})

test('without the thread all is digested afterwards', async () => {
  const { text, tables } = await dumpOf()
  const thread = pathToFileURL(join(folder, 'none.js'))
  const loaded = await loadScratch(pieces(text), join(folder, 'scratch.db'), { ...OPTIONS, thread })
  expect(loaded.digests.size).toBe(0)
  expect(await digestTables(loaded.db, undefined, loaded.digests)).toEqual(tables)
  await loaded.close()
})

test('a file that is refused ends the thread, too', async () => {
  const { text } = await dumpOf()
  const loading = loadScratch(pieces(`${text}ATTACH 'x' AS y;\n`), join(folder, 'scratch.db'), OPTIONS)
  await expect(loading).rejects.toMatchObject({ code: 'statement' })
})
