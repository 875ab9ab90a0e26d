// What goes into a backup comes out of a restore, value by value: through the tasks that the program runs, in every format.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BackupFormat } from '../../../preload/contract/backups.ts'
import { createFile } from '../../store/create-file.ts'
import { createBackupTask } from '../create-task.ts'
import { verifyBackupTask } from '../verify-task.ts'
import { finishRestore } from './finish.ts'
import { prepareRestoreTask } from './prepare-task.ts'

const FORMATS: BackupFormat[] = ['sql.gz', 'sql', 'sql.zst', 'db']
const RUNS = Number(process.env.WHATSLANG_ROUND_TRIPS ?? 12)
const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
let folder = ''
let live = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'round-trip-'))
  mkdirSync(join(folder, 'data'))
  live = join(folder, 'data', 'messages.db')
  createFile(live)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A bound value, or a text of bytes that need not be UTF-8. */
type Value = { sql: '?' | 'CAST(? AS TEXT)'; bound: unknown }
const plain = (bound: unknown): Value => ({ sql: '?', bound })
const text = fc.oneof(
  fc.string({ unit: 'binary' }).map(plain),
  fc.uint8Array({ maxLength: 40 }).map((bytes): Value => ({ sql: 'CAST(? AS TEXT)', bound: Buffer.from(bytes) })),
  fc.constantFrom('', '\0', 'a\0b', "it's", '\ud800', '\r\n', '-- whatslang-end {}', '/*', ';').map(plain),
)
const any = fc.oneof(
  text,
  fc.constant(plain(null)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(plain),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n).map(plain),
  fc.double({ noNaN: true }).map(plain),
  fc.constantFrom(-0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, 0.1).map(plain),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => plain(Buffer.from(bytes))),
)
const some = fc.array(fc.tuple(any, any, text, fc.integer({ min: 1, max: 2 ** 40 })), { maxLength: 8 })

function build(path: string, rows: [Value, Value, Value, number][]): void {
  createFile(path)
  const db = new Database(path)
  db.exec("INSERT INTO accounts (id, jid) VALUES (3, '5511999990001@s.whatsapp.net')")
  const put = (sql: string, ...values: (Value | number | string)[]): void => {
    const all = values.map((value) => (typeof value === 'object' ? value : plain(value)))
    db.prepare(sql.replace('@', all.map((value) => value.sql).join(', '))).run(...all.map((value) => value.bound))
  }
  rows.forEach(([a, b, name, id], i) => {
    // Columns that the guide's files already had take any storage class.
    put(
      'INSERT INTO chats (id, chat_jid, chat_name, last_synced, message_count) VALUES (@)',
      i * 7 + 1,
      `${i}@g.us`,
      name,
      a,
      b,
    )
    put(
      "INSERT OR IGNORE INTO messages (id, account_id, chat_id, message_id, sender_jid, sent_at, text, raw, from_me, received_at, origin, kind) VALUES (@, 0, 1, 'live', 'text')",
      id,
      3,
      i * 7 + 1,
      `M${i}`,
      '',
      i,
      name,
      a,
    )
    put(
      'INSERT OR IGNORE INTO processed_messages (id, message_id, bot_name, original_text, response_text, metadata, processed_at) VALUES (@)',
      id,
      `P${i}`,
      'joke',
      name,
      a,
      b,
      a,
    )
    if (a.bound !== null) put('INSERT OR IGNORE INTO meta (key, value) VALUES (@)', `k${i}`, a)
    if (a.bound !== null) put('INSERT OR IGNORE INTO forgotten (digest) VALUES (@)', a)
    put('INSERT INTO imported_values VALUES (@)', 'seen_messages', i, 'media_type', b)
  })
  db.close()
}

const TABLES = ['accounts', 'chats', 'messages', 'processed_messages', 'meta', 'forgotten', 'imported_values', 'bots']
/** What a restore counts anew: see message-count.test.ts. */
const COUNTED = 'message_count'
/**
 * Every value by its type and bytes, every row by its rowid. `original`: where a value was replaced by one that the program can read, the one that it had in
 * the file.
 */
function contents(path: string, original = false): Record<string, unknown[]> {
  const db = new Database(path, { readonly: true })
  try {
    return Object.fromEntries(
      TABLES.map((table) => {
        const columns = (db.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name)
        const own = columns.filter(
          (name) => !(table === 'accounts' && name.endsWith('linked_at')) && !(original && name === COUNTED),
        )
        const rowid = ['meta', 'forgotten', 'imported_values'].includes(table) ? [] : ['rowid']
        const kept = (name: string) =>
          `v.table_name = '${table}' AND v.row_id = ${table}.rowid AND v.column_name = '${name}'`
        const valueFrom = (name: string) =>
          original && rowid.length > 0
            ? `iif(EXISTS (SELECT 1 FROM imported_values v WHERE ${kept(name)}), (SELECT value FROM imported_values v WHERE ${kept(name)}), ${name})`
            : name
        // Infinities and -0.0 have no bytes of their own in SQL: their text tells them apart.
        const list = [
          ...rowid,
          ...own
            .map(valueFrom)
            .flatMap((name) => [
              `typeof(${name})`,
              `iif(typeof(${name}) = 'real', quote(${name}), hex(CAST(${name} AS BLOB)))`,
            ]),
        ].join(', ')
        const skip =
          table === 'meta'
            ? "WHERE key NOT LIKE 'answer_after%'"
            : table === 'imported_values' && original
              ? "WHERE table_name = 'seen_messages'"
              : ''
        return [table, db.prepare(`SELECT ${list} FROM ${table} ${skip}`).raw().safeIntegers().all().map(String).sort()]
      }),
    )
  } finally {
    db.close()
  }
}

async function backUp(database: string, target: string, format: BackupFormat): Promise<void> {
  await createBackupTask(
    {
      database,
      scratch: join(folder, 'scratch'),
      target,
      format,
      reason: 'manual',
      appVersion: '1',
      createdAt: '2026-01-01T00:00:00.000Z',
      settings: {},
    },
    context,
  )
}

describe.each(FORMATS)('%s', (format) => {
  test.each([
    ['as what can be read, beside what they were', false],
    ['byte by byte, where a restore is taken back', true],
  ])(
    'random contents arrive %s',
    async (_what, undo) => {
      let round = 0
      await fc.assert(
        fc.asyncProperty(some, async (rows) => {
          const home = join(folder, `${format}-${undo}-${round++}`)
          mkdirSync(home)
          const source = join(home, 'source.db')
          build(source, rows)
          const target = join(home, `backup.${format}`)
          await backUp(source, target, format)
          await verifyBackupTask({ path: target, secrets: {}, scratch: join(home, 'scratch') }, context)
          const { ready, preview } = await prepareRestoreTask(
            {
              file: target,
              fileName: target,
              upload: 'u',
              work: join(home, 'work'),
              live,
              mode: 'replace',
              switchOn: false,
              limits: {},
              knownBots: [],
              undo,
            },
            context,
          )
          expect(preview).toMatchObject({ proven: true, refused_rows_total: 0, created_at: Date.UTC(2026, 0, 1) })
          const candidate = ready.candidate.path
          expect(contents(candidate, !undo)).toEqual(contents(source, !undo))
          const out = join(home, 'out.db')
          await finishRestore({ candidate, live, out, mode: 'replace', switchOn: false, now: 1 })
          expect(contents(out, !undo)).toEqual(contents(source, !undo))
          rmSync(home, { recursive: true, force: true })
        }),
        { numRuns: RUNS },
      )
    },
    120_000,
  )
})

test('a row of ten megabytes arrives', async () => {
  const source = join(folder, 'large.db')
  createFile(source)
  const db = new Database(source)
  db.exec(`INSERT INTO accounts (id, jid) VALUES (3, 'x'); INSERT INTO imported_values VALUES ('a', 1, 'text', CAST(randomblob(100) AS TEXT) || hex(zeroblob(5000000))),
    ('a', 2, 'blob', randomblob(10000000))`)
  db.close()
  for (const format of ['sql.gz', 'db'] as const) {
    const target = join(folder, `large-backup.${format}`)
    await backUp(source, target, format)
    const work = join(folder, `large-${format}`)
    const input = {
      file: target,
      fileName: target,
      upload: 'u',
      work,
      live,
      mode: 'replace' as const,
      switchOn: false,
      limits: {},
      knownBots: [],
    }
    const { ready } = await prepareRestoreTask(input, context)
    expect(contents(ready.candidate.path).imported_values).toEqual(contents(source).imported_values)
  }
}, 60_000)

test('a database backup whose seal was cut off is still held against its own manifest', async () => {
  const source = join(folder, 'sealed.db')
  build(source, [[plain(1n), plain(2n), plain('text to change'), 5]])
  const target = join(folder, 'sealed-backup.db')
  await createBackupTask(
    {
      database: source,
      scratch: join(folder, 'scratch'),
      target,
      format: 'db',
      reason: 'manual',
      appVersion: '1',
      createdAt: '2026-01-01T00:00:00.000Z',
      settings: {},
    },
    context,
  )
  const whole = readFileSync(target)
  const pages = whole.subarray(0, Math.floor(whole.length / 4096) * 4096)
  const at = pages.indexOf('text to change')
  const input = {
    fileName: 'x',
    upload: 'u',
    work: join(folder, 'sealed-work'),
    live,
    mode: 'replace' as const,
    switchOn: false,
    limits: {},
    knownBots: [],
  }
  const cut = join(folder, 'cut.db')
  writeFileSync(cut, pages)
  expect((await prepareRestoreTask({ ...input, file: cut }, context)).preview?.proven).toBe(false)
  const changed = Buffer.from(pages)
  for (let i = pages.indexOf('text to change'); i >= 0; i = pages.indexOf('text to change', i + 1))
    changed.write('TEXT', i)
  expect(at).toBeGreaterThan(0)
  writeFileSync(cut, changed)
  await expect(prepareRestoreTask({ ...input, file: cut }, context)).rejects.toMatchObject({ code: 'damaged' })
})
