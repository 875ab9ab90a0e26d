import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Sink } from './dump.ts'
import { dumpInThread, type ThreadOptions } from './in-thread.ts'

let folder = ''
let database = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dump-thread-'))
  database = join(folder, 'messages.db')
  const db = new Database(database)
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT); PRAGMA user_version = 7')
  const add = db.prepare('INSERT INTO notes (text) VALUES (?)')
  db.transaction(() => {
    for (let id = 1; id <= 20_000; id++) add.run(`${id} ${'x'.repeat(500)}`)
  })()
  db.close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const options = (more: Partial<ThreadOptions> = {}): ThreadOptions => ({
  database,
  header: { app_version: '0', created_at: '2026-01-01T00:00:00.000Z', reason: 'manual' },
  settings: { language: 'en' },
  signal: new AbortController().signal,
  between: () => undefined,
  ...more,
})
function gathering(write: () => Promise<void> = async () => undefined): Sink & { text(): string } {
  const parts: Buffer[] = []
  return {
    async write(bytes) {
      parts.push(Buffer.from(bytes))
      await write()
    },
    close: async () => undefined,
    text: () => Buffer.concat(parts).toString('utf8'),
  }
}

test('gives the whole dump in order, with what it held', async () => {
  const sink = gathering()
  let rows = 0
  const { end, userVersion } = await dumpInThread(sink, options({ between: (more) => (rows += more) }))
  const text = sink.text()
  expect(userVersion).toBe(7)
  expect(end.rows).toBe(20_000)
  expect(rows).toBeGreaterThan(19_000)
  expect(text.startsWith('-- whatslang-dump {"version":1')).toBe(true)
  expect([...text.matchAll(/^INSERT INTO notes VALUES\((\d+),/gm)].map(([, id]) => Number(id))).toEqual(
    Array.from({ length: 20_000 }, (_, i) => i + 1),
  )
  expect(text.trimEnd().split('\n').at(-1)).toBe(`-- whatslang-end ${JSON.stringify(end)}`)
})

test('holds one moment, whatever is written meanwhile', async () => {
  const writer = new Database(database)
  const sink = gathering(async () => {
    writer.exec("INSERT INTO notes (text) VALUES ('later')")
  })
  const { end } = await dumpInThread(sink, options())
  expect(writer.prepare('SELECT count(*) FROM notes').pluck().get()).toBeGreaterThan(20_001)
  writer.close()
  expect(end.rows).toBe(20_000)
  expect(sink.text()).not.toContain('later')
})

test('tells what was wrong with the database, by its code', async () => {
  await expect(dumpInThread(gathering(), options({ database: join(folder, 'none.db') }))).rejects.toMatchObject({
    code: 'MISSING',
  })
})

test('ends badly where an index is damaged, which no row tells', async () => {
  const db = new Database(database)
  db.exec('CREATE INDEX by_text ON notes (text)')
  db.pragma('wal_checkpoint(TRUNCATE)')
  const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'by_text'").pluck().get() as number
  const size = Number(db.pragma('page_size', { simple: true }))
  db.close()
  const file = openSync(database, 'r+')
  writeSync(file, Buffer.alloc(200, 0xff), 0, 200, (root - 1) * size + 8)
  closeSync(file)
  await expect(dumpInThread(gathering(), options())).rejects.toMatchObject({ code: 'SOURCE_CORRUPT' })
})

test('ends where the sink fails, and where it was cancelled, with the reason', async () => {
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' })
  await expect(
    dumpInThread(
      gathering(() => Promise.reject(full)),
      options(),
    ),
  ).rejects.toBe(full)
  const abort = new AbortController()
  const reason = new Error('cancelled')
  const stopping = options({ signal: abort.signal, between: () => abort.abort(reason) })
  await expect(dumpInThread(gathering(), stopping)).rejects.toBe(reason)
})

test('is made here where no thread can be started', async () => {
  const sink = gathering()
  const thread = pathToFileURL(join(folder, 'none.js'))
  const { end } = await dumpInThread(sink, options({ thread }))
  expect(end.rows).toBe(20_000)
  expect(sink.text().split('\n').at(-2)).toBe(`-- whatslang-end ${JSON.stringify(end)}`)
})
