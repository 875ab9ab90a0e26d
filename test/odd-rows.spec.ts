// Files whose rows hold what their columns should not, through the doors that people use: the headless host's REST and the command line. Whatever stands
// there, the preview names it, every question is answered, every export and backup is made, an undo brings back what was there, and the way back to the
// Python service gives the file's own values.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Running, runHeadless } from '../main/headless/running.test-kit.ts'
import { createFile } from '../main/store/create-file.ts'
import { COLUMN_RULES } from '../main/store/odd/column-rules.ts'
import { anyValue, columnsOf, put, ROWS } from '../main/store/odd/odd-values.test-kit.ts'
import { bindValue, type Value } from '../main/store/odd/value.ts'
import { contents, nasty } from '../main/store/python/nasty.test-kit.ts'
import { ExportFormat } from '../preload/contract/backups.ts'
import type { RestorePreview } from '../preload/contract/restore.ts'
import { proceduresOfContract } from './fuzz/procedures.ts'

const RUNS = Number(process.env.WHATSLANG_ODD_FILES ?? 4)
const root = join(import.meta.dirname, '..')
const fixtures = join(root, 'test/fixtures/compat')
let folder = ''
let host: Running
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'odd-rows-'))
})
beforeEach(async () => {
  host = await runHeadless()
  // What is here before, with a value that a person put there by hand.
  edit(live(), (db) =>
    db.exec(`INSERT INTO chats (id, chat_jid, chat_name, message_count) VALUES (70, '70@g.us', x'00FF', 1);
      INSERT INTO accounts (id, jid) VALUES (70, '70@s.whatsapp.net');
      INSERT INTO messages (id, account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, media)
        VALUES (70, 70, 70, 'H', '', 0, 5, 5, 'live', 'text', CAST(x'41FF00' AS TEXT), 'no JSON')`),
  )
})
afterEach(() => host.close())
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const live = () => join(host.folder, 'data', 'messages.db')
function edit<T>(path: string, work: (db: Database.Database) => T): T {
  const db = new Database(path)
  try {
    db.pragma('foreign_keys = OFF')
    return work(db)
  } finally {
    db.close()
  }
}

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Buffer }> {
  const file = Buffer.isBuffer(body)
  const answer = await fetch(`${host.url}/api${path}`.replace('//api', '/api'), {
    method,
    headers: { ...host.bearer, ...(body !== undefined && !file && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: file ? new Uint8Array(body) : JSON.stringify(body) }),
  })
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) }
}
async function told<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await ask(method, path, body)
  expect(answer.status, `${method} ${path}: ${answer.body.toString().slice(0, 400)}`).toBeLessThan(300)
  return JSON.parse(answer.body.toString()) as T
}

const options = { mode: 'replace', switch_on: false }
async function preview(path: string, mode = 'replace'): Promise<RestorePreview> {
  const { upload } = await told<{ upload: string }>('PUT', '/restore/upload?name=odd', readFileSync(path))
  return await told<RestorePreview>('POST', `/restore/${upload}/preview`, { ...options, mode })
}
async function restore(path: string, mode = 'replace'): Promise<RestorePreview> {
  const seen = await preview(path, mode)
  await told('POST', `/restore/${seen.upload}/apply`, { ...options, mode })
  return seen
}

/** Every GET of the contract, for every chat and entry that there is. */
async function everyQuestion(): Promise<void> {
  const list = async (path: string, field: string): Promise<string[]> => {
    const all = await told<Record<string, unknown>[] | { chats: Record<string, unknown>[] }>('GET', path)
    return (Array.isArray(all) ? all : all.chats).slice(0, 5).map((row) => String(row[field]))
  }
  const values: Record<string, string[]> = {
    jid: await list('/chats', 'jid'),
    id: await list('/activity', 'id'),
    bot: ['joke', ...(await list('/bots', 'name')).slice(-2)],
  }
  for (const { method, route, shape } of proceduresOfContract()) {
    if (method !== 'GET' || /^\/(events|export|backups\/\{id\}|restore\/\{upload\})/.test(route)) continue
    const [name] = /(?<=\{)\w+(?=\})/.exec(route) ?? []
    const query = (shape?.required ?? []).includes('query') || route.endsWith('/search') ? '?query=a' : ''
    for (const value of name === undefined ? [''] : (values[name] ?? [])) {
      const path = route.replace(/\{\w+\}/, encodeURIComponent(value)) + query
      const { status, body } = await ask('GET', path)
      expect(status, `${path}: ${body.toString().slice(0, 300)}`).toBeLessThan(500)
    }
  }
  for (const query of [
    'sort=chat_name&order=asc',
    'sort=message_count',
    'sort=added_at',
    'query=a',
    'activity=idle',
    'bots=with',
  ])
    expect((await ask('GET', `/chats?${query}`)).status, query).toBe(200)
  expect((await ask('GET', '/activity/earlier?query=ha')).status).toBe(200)
}
async function everyExport(): Promise<void> {
  for (const format of ExportFormat.options) {
    const { status, body } = await ask('GET', `/export?format=${format}`)
    expect(status, `${format}: ${body.toString().slice(0, 300)}`).toBe(200)
    expect(body.length, format).toBeGreaterThan(0)
  }
}
async function everyBackup(): Promise<void> {
  const made = await told<{ id: string; verification: string }>('POST', '/backups', {})
  expect(await told('POST', `/backups/${made.id}/verify`, {})).toMatchObject({ verification: 'verified' })
}
async function wayBack(name: string): Promise<string> {
  const { status, body } = await ask('GET', '/export?format=python-db')
  expect(status).toBe(200)
  const path = join(folder, name)
  writeFileSync(path, body)
  return path
}

/** Every value of the rows that are here now, by table and rowid. */
function rowsOf(path: string): Record<string, Map<string, string>> {
  return edit(path, (db) =>
    Object.fromEntries(
      ['accounts', 'chats', 'messages', 'processed_messages', 'bots'].map((table) => {
        const columns = (columnsOf(db).get(table) ?? []).filter((one) => !/linked_at$/.test(one))
        const list = columns.map(
          (one) => `typeof("${one}") || iif(typeof("${one}") = 'real', quote("${one}"), hex(CAST("${one}" AS BLOB)))`,
        )
        const rows = db
          .prepare(`SELECT CAST(rowid AS TEXT), ${list.join(` || ' ' || `)} FROM "${table}"`)
          .raw()
          .all() as [string, string][]
        return [table, new Map(rows)]
      }),
    ),
  )
}

/** A file of ours, one row in each table, and an odd value in some columns. */
const odd = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom(
      ...Object.entries(COLUMN_RULES).flatMap(([table, rules]) =>
        Object.keys(rules).map((column) => `${table}.${column}`),
      ),
    ),
    anyValue,
  ),
  { minLength: 5, maxLength: 60, selector: ([column]) => column },
)
let counter = 0
function ours(values: [string, Value][]): string {
  const path = join(folder, `ours-${counter++}.db`)
  createFile(path)
  edit(path, (db) => {
    db.pragma('journal_mode = DELETE')
    db.pragma('ignore_check_constraints = ON')
    db.exec(ROWS)
    for (const [name, value] of values) {
      const [table = '', column = ''] = name.split('.')
      put(db, table, column, value)
    }
    db.exec("INSERT INTO messages_fts (messages_fts) VALUES ('rebuild')")
  })
  return path
}

describe('a file of ours', () => {
  test('with any value in any column: all is answered, exported, backed up, and taken back', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(odd, fc.constantFrom('replace', 'merge'), async (values, mode) => {
        const before = rowsOf(live())
        await restore(ours(values), mode)
        await everyQuestion()
        await everyExport()
        await everyBackup()
        await told('POST', '/restore/undo', {})
        const after = rowsOf(live())
        for (const [table, rows] of Object.entries(before))
          for (const [rowid, row] of rows) expect(after[table]?.get(rowid), `${table} ${rowid}`).toBe(row)
        await everyQuestion()
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
  })

  const text = (hex: string): Value => ({ is: 'text', bytes: Buffer.from(hex, 'hex') })
  const VALUES: [string, Value][] = [
    ['chats.chat_name', { is: 'blob', bytes: Buffer.from('00ff', 'hex') }],
    ['chats.last_message_time', { is: 'text', bytes: Buffer.from('soon') }],
    ['messages.media', { is: 'text', bytes: Buffer.from('{"broken') }],
    ['messages.sent_at', { is: 'integer', value: 2n ** 60n }],
    ['messages.kind', { is: 'text', bytes: Buffer.from('hologram') }],
    ['messages.text', text('41ff1b5b324a')],
    ['bot_chat_assignments.superseded', { is: 'text', bytes: Buffer.from('{}') }],
    ['bot_chat_assignments.context_message_count', { is: 'integer', value: 2n ** 62n }],
  ]
  const NAMED = VALUES.map(([column]) => column).sort()
  const named = (seen: RestorePreview) => seen.odd_values.map(({ table, column }) => `${table}.${column}`).sort()
  const FORMS: Record<string, (path: string) => Buffer> = {
    db: (path) => readFileSync(path),
    sql: (path) => execFileSync('sqlite3', [path, '.dump']),
    'sql.gz': (path) => gzipSync(execFileSync('sqlite3', [path, '.dump'])),
    'sql.zst': (path) => zstdCompressSync(execFileSync('sqlite3', [path, '.dump'])),
  }

  test.each(Object.keys(FORMS))(
    'as %s: the preview names table, column, how many and some of them, and the way back gives them',
    async (form) => {
      const file = ours(VALUES)
      const path = join(folder, `named.${form}`)
      writeFileSync(path, FORMS[form]?.(file) ?? '')
      const seen = await restore(path)
      expect(named(seen)).toEqual(NAMED)
      expect(seen.odd_values_total).toBe(VALUES.length)
      expect(seen.odd_values.find(({ column }) => column === 'text')).toEqual({
        table: 'messages',
        column: 'text',
        outcome: 'replaced',
        must: expect.any(String),
        total: 1,
        examples: [{ row: 'row 1', value: "'A\ufffd\\u001b[2J'" }],
      })
      expect(JSON.stringify(seen.odd_values)).not.toMatch(/\p{Cc}/u)
      await everyQuestion()
      const back = await wayBack(`back-${form}.db`)
      expect(
        edit(back, (db) =>
          db.prepare('SELECT quote(chat_name), last_message_time FROM chats WHERE rowid = 1').raw().all(),
        ),
      ).toEqual([["X'00FF'", 'soon']])
      expect(
        edit(back, (db) =>
          db.prepare('SELECT context_message_count FROM bot_chat_assignments').safeIntegers().pluck().all(),
        ),
      ).toEqual([2n ** 62n])
    },
  )

  test('whose rows no table of ours holds: each byte of the others arrives, and each of these is named', async () => {
    const path = ours([])
    edit(path, (db) => {
      db.unsafeMode(true)
      // Without the keys and classes of ours, and one table without rowids.
      db.exec(`DROP TRIGGER messages_fts_insert; DROP TRIGGER messages_fts_delete; DROP TRIGGER messages_fts_update;
        CREATE TABLE loose AS SELECT * FROM chats; DROP TABLE chats; ALTER TABLE loose RENAME TO chats;
        INSERT INTO chats (id, chat_jid, chat_name, is_placeholder, archived, name_rank, updated_at) VALUES (2, '3@g.us', CAST(x'FF41' AS TEXT), 0, 0, 0, 0),
          ('two', '4@g.us', 'x', 0, 0, 0, 0), (2.5, '5@g.us', 'x', 0, 0, 0, 0), (3, '3@g.us', 'twice', 0, 0, 0, 0), (4, NULL, 'x', 0, 0, 0, 0);
        CREATE TABLE loose (name, spec, version, updated_at, PRIMARY KEY (name, spec)) WITHOUT ROWID; DROP TABLE bots; ALTER TABLE loose RENAME TO bots;
        INSERT INTO bots VALUES ('a', CAST(x'7B7DFF' AS TEXT), 1, 1), ('a', '~twice', 1, 1)`)
    })
    const seen = await restore(path)
    expect(seen.refused_rows.filter(({ table }) => table === 'chats').map(({ row }) => row)).toHaveLength(4)
    expect(seen.refused_rows.find(({ table, reason }) => table === 'chats' && /id/.test(reason))).toBeDefined()
    expect(seen.refused_rows.filter(({ table }) => table === 'bots')).toHaveLength(1)
    expect(
      edit(live(), (db) =>
        db
          .prepare(
            "SELECT hex(value) FROM imported_values WHERE column_name IN ('chat_name', 'spec') AND row_id < 70 ORDER BY 1",
          )
          .pluck()
          .all(),
      ),
    ).toEqual(['7B7DFF', 'FF41'])
    await everyQuestion()
  })
})

describe('a file of the Python service', () => {
  const FREE: Record<string, string[]> = {
    chats: ['chat_name', 'is_manual', 'last_synced', 'added_at', 'last_message_time', 'message_count'],
    bot_chat_assignments: [
      'running',
      'enabled',
      'created_at',
      'answer_owner_messages',
      'context_message_count',
      'source_device_id',
    ],
    processed_messages: ['original_text', 'response_text', 'metadata', 'processed_at'],
    seen_messages: ['media_type', 'chat_jid', 'seen_at'],
  }
  const values = fc.array(fc.tuple(fc.constantFrom(...Object.keys(FREE)), fc.nat(5), fc.nat(4), anyValue), {
    minLength: 5,
    maxLength: 40,
  })

  test('of any generation with any value in any column goes back value by value', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 7 }), values, async (generation, chosen) => {
        const path = join(folder, `python-${counter++}.db`)
        nasty(path, generation)
        edit(path, (db) => {
          for (const [table, column, row, value] of chosen) {
            const has = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
            const name = (FREE[table] ?? []).filter((one) => has.includes(one))[column]
            const { sql, bound } = bindValue(value)
            if (name === undefined) continue
            db.prepare(
              `UPDATE ${table} SET ${name} = ${sql} WHERE rowid = (SELECT rowid FROM ${table} ORDER BY rowid LIMIT 1 OFFSET ?)`,
            ).run(bound, row)
          }
        })
        const seen = await restore(path)
        expect(seen).toMatchObject({ kind: 'python-database', generation, refused_rows_total: 1 })
        const back = await wayBack(`python-back-${counter++}.db`)
        expect(contents(back, path)).toEqual(contents(path, path))
        await everyQuestion()
        await everyExport()
        await told('POST', '/restore/undo', {})
      }),
      { numRuns: RUNS, endOnFailure: true },
    )
  })

  test('whose values cannot be read names them as they stood', async () => {
    const path = join(folder, 'named-python.db')
    nasty(path, 7)
    const { odd_values: found } = await preview(path)
    const of = (column: string) => found.find((one) => `${one.table}.${one.column}` === column)
    expect(of('chats.chat_name')).toMatchObject({ total: 3, outcome: 'replaced' })
    expect(of('chats.chat_name')?.examples.map(({ value }) => value)).toContain("x'C3A9FF00'")
    expect(of('chats.last_synced')?.examples).toEqual([{ row: 'row 3', value: "'soon'" }])
    expect(of('chats.message_count')?.examples).toEqual([{ row: 'row 7', value: "'many'" }])
    expect(of('bot_chat_assignments.context_message_count')?.examples).toEqual([{ row: 'row 6', value: '-3' }])
    expect(of('processed_messages.processed_at')?.examples).toContainEqual({ row: 'row 4', value: "'never'" })
  })

  test.each([1, 2, 3, 4, 5, 6, 7])(
    'of generation %i as the service writes it has no odd rows, in any form',
    async (generation) => {
      const path = join(folder, `good-${generation}.db`)
      good(path, generation)
      for (const [form, bytes] of Object.entries(forms(path))) {
        writeFileSync(`${path}.${form}`, bytes)
        expect(await preview(`${path}.${form}`), form).toMatchObject({
          generation,
          odd_values: [],
          odd_values_total: 0,
          refused_rows_total: 0,
        })
      }
    },
  )

  test('of the samples has no odd rows', async () => {
    for (const name of ['generation-1.db', 'generation-3.db', 'generation-7.db', 'generation-1.sql'])
      expect(await preview(join(fixtures, name)), name).toMatchObject({
        odd_values: [],
        odd_values_total: 0,
        refused_rows_total: 0,
      })
  })
})

/** Contents that are none of a kind that hurts, in every shape that the service wrote. */
function good(path: string, generation: number): void {
  nasty(path, generation)
  edit(path, (db) => {
    db.exec(`DELETE FROM chats WHERE chat_jid IS NULL; DELETE FROM processed_messages WHERE typeof(message_id) <> 'text';
      UPDATE chats SET chat_jid = '9@s.whatsapp.net' WHERE rowid = 9;
      UPDATE chats SET chat_name = 'Ação ''"' || char(10) || '🎉', is_manual = 1, last_synced = '2026-05-05T10:00:00.123456';
      UPDATE chats SET added_at = '1767225600' WHERE rowid = 3;
      UPDATE bot_chat_assignments SET bot_name = 'b' || id, created_at = '2026-05-05 10:00:00';
      UPDATE processed_messages SET original_text = 'a', response_text = 'b', metadata = '', processed_at = '2026-05-05T07:00:00-03:00'`)
    const has = (table: string, column: string) =>
      db.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column) !== undefined
    if (has('chats', 'message_count')) db.exec('UPDATE chats SET message_count = 7')
    if (has('bot_chat_assignments', 'context_message_count'))
      db.exec('UPDATE bot_chat_assignments SET context_message_count = 5')
    if (has('seen_messages', 'media_type'))
      db.exec("UPDATE seen_messages SET media_type = 'audio', chat_jid = '9@s.whatsapp.net'")
  })
}
function forms(path: string): Record<string, Buffer> {
  const dump = execFileSync('sqlite3', [path, '.dump'])
  const iterdump =
    "import sqlite3,sys; sys.stdout.reconfigure(encoding='utf-8')\nfor l in sqlite3.connect(sys.argv[1]).iterdump(): print(l)"
  return {
    db: readFileSync(path),
    sql: dump,
    'sql.gz': gzipSync(dump),
    'sql.zst': zstdCompressSync(dump),
    'iterdump.sql': execFileSync('python3', ['-c', iterdump, path]),
  }
}

describe('the command line', () => {
  test('names them in lines and in JSON, with nothing that steers a terminal', () => {
    const data = join(folder, 'cli')
    mkdirSync(data)
    const path = ours([
      ['chats.chat_name', { is: 'text', bytes: Buffer.from('\u001b]0;x\u0007\0') }],
      ['messages.chat_id', { is: 'text', bytes: Buffer.from('none') }],
    ])
    const cli = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['main/cli/index.ts', 'restore', path, '--data-dir', data, ...args],
        { cwd: root },
      )
      expect(status, stderr.toString()).toBe(0)
      return stdout.toString()
    }
    const lines = cli('--dry-run')
    expect(lines).toContain(
      "chats.chat_name: 1, not a text (UTF-8, without NUL) (replaced; the file’s own is kept for the way back): row 1 '\\u001b]0;x\\u0007\\u0000'",
    )
    expect(lines).toContain('messages.chat_id: 1, not the number of another row (the rows are left out)')
    expect(lines).not.toMatch(/[^\n\P{Cc}]/u)
    const { preview: told } = JSON.parse(cli('--dry-run', '--json')) as { preview: RestorePreview }
    expect(told.odd_values.map(({ column, outcome }) => `${column} ${outcome}`)).toEqual([
      'chat_name replaced',
      'chat_id left-out',
    ])
    expect(told.refused_rows).toContainEqual({
      table: 'messages',
      row: 'row 1',
      reason: expect.stringContaining("'none'"),
    })
    cli('--yes')
  })
})
