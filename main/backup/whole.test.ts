import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BackupFormat } from '../../preload/contract/backups.ts'
import { openStore } from '../store/index.ts'
import { SCHEMA_VERSION } from '../store/schema.ts'
import type { AgeKey } from './age/key.ts'
import { createBackupTask } from './create-task.ts'
import { digestTables } from './dump/digest.ts'
import { openBackup } from './read-backup.ts'
import { verifyBackupTask } from './verify-task.ts'

const FORMATS: BackupFormat[] = ['sql', 'sql.gz', 'sql.zst', 'db']
const key: AgeKey = { kind: 'passphrase', passphrase: 'correct horse' }
const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
/** The soak asks for 10,000 of each. */
const MUTATIONS = Number(process.env.WHATSLANG_MUTATIONS ?? 300)

let folder: string
let source: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backup-whole-'))
  source = join(folder, 'messages.db')
  openStore({ path: source }).close()
  const db = new Database(source)
  db.exec(`
    INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net');
    INSERT INTO chats (id, chat_jid, chat_name) VALUES (1, '5511999990002@s.whatsapp.net', 'O''Hara' || char(10) || 'two');
    INSERT INTO meta VALUES ('nul', 'a' || char(0) || 'b'), ('bytes', CAST(x'ff41' AS TEXT)), ('big', 9223372036854775807),
      ('low', -9223372036854775808), ('real', 0.1), ('minus', -0.0), ('zero', 0.0), ('inf', 9e999), ('less', -9e999), ('blob', x'00ff'),
      ('line', char(10) || '-- whatslang-end {}' || char(10) || '-- whatslang-seal 1 sha256=');
    INSERT INTO messages (id, account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, raw)
      VALUES (7, 1, 1, 'A', '', 0, 1, 1, 'live', 'text', 'hello ' || char(0) || ' world 😂', x'0a00'),
             (9007199254740993, 1, 1, 'B', '', 0, 1, 1, 'live', 'text', 'second', NULL);
    INSERT INTO forgotten VALUES (x'00'), ('text'), (CAST(x'80' AS TEXT));
  `)
  db.close()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let counter = 0
async function make(format: BackupFormat, encrypted = false, database = source): Promise<string> {
  const target = join(folder, `${counter++}.${format}`)
  const input = {
    database,
    target,
    scratch: join(folder, 'scratch'),
    format,
    reason: 'manual',
    appVersion: '1',
    createdAt: '2026-01-01T00:00:00.000Z',
  } as const
  await createBackupTask({ ...input, settings: { language: 'en' }, ...(encrypted && { key }) }, context)
  return target
}
const verify = (path: string) =>
  verifyBackupTask({ path, secrets: { passphrase: key.passphrase }, scratch: join(folder, 'scratch') }, context)

async function digests(path: string) {
  const db = new Database(path, { readonly: true })
  try {
    return await digestTables(db)
  } finally {
    db.close()
  }
}

describe.each(FORMATS)('%s', (format) => {
  test('restores to what it was made of, plain and encrypted', async () => {
    for (const encrypted of [false, true]) {
      const proof = await verify(await make(format, encrypted))
      expect(proof).toMatchObject({ format, encryption: encrypted ? 'passphrase' : 'none' })
      expect(proof.manifest).toMatchObject({ settings: { language: 'en' }, header: { user_version: SCHEMA_VERSION } })
      expect(proof.manifest.end.tables).toEqual(await digests(source))
    }
  })

  test('every altered byte and every cut is noticed, by the file alone', async () => {
    const whole = readFileSync(await make(format))
    const path = join(folder, `mutated.${format}`)
    for (let round = 0; round < MUTATIONS; round++) {
      const at =
        round < 120 ? round : round < 240 ? whole.length - (round - 119) : Math.floor(Math.random() * whole.length)
      const mutated =
        round % 3 === 0
          ? whole.subarray(0, at)
          : round % 97 === 1
            ? Buffer.concat([whole, Buffer.alloc(1 + (round % 7))])
            : Buffer.from(whole)
      if (round % 3 !== 0 && round % 97 !== 1) mutated[at] = (mutated[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8))
      writeFileSync(path, mutated)
      const read = async () => {
        const opened = openBackup(path)
        for await (const _ of opened.content);
        return opened.proof()
      }
      await expect(read(), `round ${round}, byte ${at} of ${whole.length}`).rejects.toMatchObject({
        name: 'BackupError',
      })
    }
  })
})

test('an encrypted file tells wrong passphrase, cut off and altered apart', async () => {
  const whole = readFileSync(await make('sql.gz', true))
  const path = join(folder, 'age')
  const codeOf = async (bytes: Buffer, passphrase = key.passphrase) => {
    writeFileSync(path, bytes)
    try {
      for await (const _ of openBackup(path, { passphrase }).content);
      return 'whole'
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error
    }
  }
  const altered = Buffer.from(whole)
  altered[whole.length - 40] = (altered[whole.length - 40] ?? 0) ^ 1
  expect(await codeOf(whole)).toBe('whole')
  expect(await codeOf(whole, 'wrong')).toBe('WRONG_PASSPHRASE')
  expect(await codeOf(whole.subarray(0, -100))).toBe('TRUNCATED')
  expect(await codeOf(whole.subarray(0, 60))).toBe('TRUNCATED')
  expect(await codeOf(altered)).toBe('ALTERED')
  expect(await codeOf(Buffer.concat([whole, Buffer.from('x')]))).toBe('ALTERED')
})

test('the plain dump loads in the sqlite3 of this machine, search index included', async () => {
  const sql = gunzipSync(readFileSync(await make('sql.gz')))
  const target = join(folder, 'by-cli.db')
  execFileSync('sqlite3', ['-bail', target], { input: sql })
  expect(await digests(target)).toEqual(await digests(source))
  const db = new Database(target, { readonly: true })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION)
  expect(
    db.prepare("SELECT rowid FROM messages_fts WHERE messages_fts MATCH 'second'").safeIntegers().pluck().all(),
  ).toEqual([9007199254740993n])
  expect(db.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").pluck().get()).toBeGreaterThan(0)
  db.close()
})

/** By means that have nothing to do with how rows are written. */
function valuesOf(path: string): unknown[] {
  const db = new Database(path, { readonly: true })
  const of = (table: string, key: string, columns: string[]) =>
    db
      .prepare(
        `SELECT ${[key, ...columns.flatMap((c) => [`typeof(${c})`, `hex(${c})`, `format('%!.20e', ${c})`])].join(', ')} FROM ${table} ORDER BY ${key}`,
      )
      .raw()
      .safeIntegers()
      .all()
  try {
    return [
      of('plain', '_rowid_', ['a', '"b c"']),
      of('keyed', 'id', ['a', 'b']),
      of('typed', '_rowid_', ['n', 'm', 'o', 't', 'b']),
      of('"select"', '_rowid_', ['rowid', 'v']),
    ]
  } finally {
    db.close()
  }
}

test('any values in any kind of table come back with their types, bytes and rowids', async () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true }).filter((x) => x === 0 || !Number.isFinite(x) || Math.abs(x) > 1e-280),
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => ({ bytes: Buffer.from(bytes), text: false })),
    fc.uint8Array().map((bytes) => ({ bytes: Buffer.from(bytes), text: true })),
  )
  const rows = fc.array(fc.tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), value, value), {
    maxLength: 12,
  })
  let round = 0
  await fc.assert(
    fc.asyncProperty(rows, async (given) => {
      const path = join(folder, `random-${round++}.db`)
      const db = new Database(path)
      db.exec(`CREATE TABLE plain (a, "b c" TEXT); CREATE TABLE keyed (id INTEGER PRIMARY KEY AUTOINCREMENT, a NUMERIC, b REAL);
        CREATE TABLE bare (k, v, PRIMARY KEY (k, v)) WITHOUT ROWID;
        CREATE TABLE typed (n INT NOT NULL, m INTEGER NOT NULL, o BIGINT, t VARCHAR(9) NOT NULL, b BLOB);
        CREATE TABLE "select" (rowid TEXT, v INT, half AS (length(v)), kept AS (typeof(v)) STORED);`)
      for (const [id, a, b] of given) {
        const sql = (x: unknown) =>
          typeof x === 'object' && x !== null && Reflect.get(x, 'text') === true ? 'CAST(? AS TEXT)' : '?'
        const raw = (x: unknown) => (typeof x === 'object' && x !== null ? Reflect.get(x, 'bytes') : x)
        const values = `${sql(a)}, ${sql(b)}`
        db.prepare(`INSERT OR IGNORE INTO plain (_rowid_, a, "b c") VALUES (?, ${values})`).run(id, raw(a), raw(b))
        db.prepare(`INSERT OR IGNORE INTO keyed VALUES (?, ${values})`).run(id, raw(a), raw(b))
        if (a !== null && b !== null) db.prepare(`INSERT OR IGNORE INTO bare VALUES (${values})`).run(raw(a), raw(b))
        db.prepare(`INSERT OR IGNORE INTO typed (_rowid_, n, m, o, t, b) VALUES (?, 1, ${values}, ${values})`).run(
          id,
          ...[a, b, a, b].map(raw),
        )
        db.prepare(`INSERT OR IGNORE INTO typed (_rowid_, n, m, o, t, b) VALUES (?, 2, 3, ${values}, 'text')`).run(
          id ^ 1n,
          ...[a, b].map(raw),
        )
        db.prepare(`INSERT OR IGNORE INTO "select" (_rowid_, rowid, v) VALUES (?, ${values})`).run(id, raw(a), raw(b))
      }
      db.close()
      const target = join(folder, `random-cli-${round}.db`)
      const dump = await make('sql', false, path)
      execFileSync('sqlite3', ['-bail', target], { input: readFileSync(dump) })
      expect(await digests(target)).toEqual(await digests(path))
      expect(valuesOf(target)).toEqual(valuesOf(path))
      for (const file of [path, target, dump]) rmSync(file, { force: true })
    }),
    { numRuns: 60 },
  )
}, 180_000)
