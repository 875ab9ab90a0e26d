import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migrations } from '../../../store/migrations/index.ts'
import { RefusalError } from '../refusal.ts'
import { type LoadPolicy, loadSql } from './load.ts'
import { ownSchemaOf } from './own-schema.ts'

let folder = ''
const reference = new Database(':memory:')
for (const migration of migrations) reference.exec(migration.sql)
const own = ownSchemaOf(reference)
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** In pieces of `size` bytes, so that every token is cut somewhere. */
async function* pieces(data: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}
async function load(sql: string | Buffer, policy: Partial<LoadPolicy> = {}, size = 65_536) {
  const db = new Database(':memory:')
  const report = await loadSql(pieces(Buffer.from(sql), size), db, { own, ...policy })
  return { db, report }
}
/** A schema that is ours for the test. */
function ownOf(sql: string) {
  const db = new Database(':memory:')
  db.exec(sql)
  return ownSchemaOf(db)
}
async function refusal(sql: string | Buffer, policy: Partial<LoadPolicy> = {}): Promise<RefusalError> {
  const error = await load(sql, policy).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(RefusalError)
  return error as RefusalError
}
const contents = (db: Database.Database, table: string): unknown[] => {
  const columns = db.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all() as string[]
  const list = columns.map((name) => `typeof("${name}"), hex(CAST("${name}" AS BLOB))`).join(', ')
  return db.prepare(`SELECT ${list} FROM "${table}" ORDER BY 2, 4`).raw().all()
}

describe('what a dump holds', () => {
  test('literals of every kind arrive as they were', async () => {
    const sql = `PRAGMA foreign_keys=OFF;\r\nBEGIN TRANSACTION;\r\nCREATE TABLE t(a, b);\r
      INSERT INTO t VALUES(1,'it''s');INSERT INTO "t" VALUES(-9223372036854775808,X'00ff');
      INSERT INTO t VALUES(1e999,-1e999);INSERT INTO t VALUES(Inf,-Inf);INSERT INTO t VALUES(-0.0,NULL);
      INSERT INTO t(b,a) VALUES(unistr('a\\u000ab'),replace(replace('x\\ny\\rz','\\n',char(10)),'\\r',char(13)));
      INSERT INTO t VALUES(CAST(x'610062' AS TEXT),'a;b--c/*d'),(3,4);
      COMMIT;`
    const expected = [
      [1n, "it's"],
      [-9223372036854775808n, Buffer.from([0, 255])],
      [Infinity, -Infinity],
      [Infinity, -Infinity],
      [-0, null],
      ['x\ny\rz', 'a\nb'],
      ['a\0b', 'a;b--c/*d'],
      [3n, 4n],
    ]
    for (const size of [1, 7, 65_536]) {
      const { db, report } = await load(sql, {}, size)
      expect(db.prepare('SELECT a, b FROM t ORDER BY rowid').safeIntegers().raw().all()).toEqual(expected)
      expect(report.rows).toEqual({ t: 8 })
    }
  })

  test('a byte-order mark, UTF-16 and no final line break are taken', async () => {
    const sql = "BEGIN TRANSACTION;\nCREATE TABLE t(a);\nINSERT INTO t VALUES('olá');\nCOMMIT;"
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(sql, 'utf16le')])
    for (const data of [Buffer.from(`\ufeff${sql}`), utf16]) {
      const { db } = await load(data, {}, 5)
      expect(db.prepare('SELECT a FROM t').pluck().all()).toEqual(['olá'])
    }
  })

  test('text that is not UTF-8 keeps its bytes', async () => {
    const sql = Buffer.concat([
      Buffer.from("CREATE TABLE t(a);INSERT INTO t VALUES('ok'),('"),
      Buffer.from([0xff, 0x27, 0x27, 0x41]),
      Buffer.from("');"),
    ])
    const { db } = await load(sql)
    expect(db.prepare('SELECT typeof(a), hex(a) FROM t').raw().all()).toEqual([
      ['text', '6F6B'],
      ['text', 'FF2741'],
    ])
  })

  test('sequences, manifests in comments and pragmas are understood', async () => {
    const { db, report } = await load(
      `-- first\nPRAGMA application_id=7;\nPRAGMA user_version=3;\nBEGIN;\nDELETE FROM "sqlite_sequence";\nINSERT INTO "sqlite_sequence" VALUES('t',41);
      CREATE TABLE IF NOT EXISTS sqlite_sequence(name,seq);CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a);\nINSERT INTO t VALUES(5,1);\nCOMMIT;\n-- last`,
    )
    expect(db.prepare('SELECT name, seq FROM sqlite_sequence').raw().all()).toEqual([['t', 41]])
    expect([report.applicationId, report.userVersion]).toEqual([7, 3])
  })

  test('a row that does not fit is named, or refuses the file', async () => {
    const sql =
      'CREATE TABLE t(a UNIQUE);\nINSERT INTO t VALUES(1);\nINSERT INTO t VALUES(1);\nINSERT INTO t VALUES(2);\n'
    const ours = { own: ownOf('CREATE TABLE t(a UNIQUE)') }
    const { db, report } = await load(sql, ours)
    expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(2)
    expect(report).toMatchObject({ rows: { t: 2 }, refusedRowsTotal: 1, refusedRows: [{ table: 't', line: 3 }] })
    expect(await refusal(sql, { ...ours, strictRows: true })).toMatchObject({
      code: 'row',
      line: 1,
      message: expect.stringContaining('"t" does not fit its table (UNIQUE constraint failed: t.a)'),
    })
    const checked = 'CREATE TABLE t(a CHECK (a < 2));\nINSERT INTO t VALUES(1);\nINSERT INTO t VALUES(2);\n'
    const own = ownOf('CREATE TABLE t(a CHECK (a < 2))')
    expect(await refusal(checked, { own, strictRows: true })).toMatchObject({ code: 'row', line: 3 })
  })

  test.each([
    ['a UNIQUE, b', ['a']],
    ['é TEXT NOT NULL UNIQUE CHECK (length(é) > 0), b UNIQUE', ['é', 'b']],
    [
      '"un ique" UNIQUE, b -- UNIQUE, what a comment says\n, UNIQUE (b, "un ique" COLLATE NOCASE)',
      ['un ique', 'b,un ique'],
    ],
    ['a, b, UNIQUE(a), UNIQUE (b, a), CHECK (a IS NOT b)', ['a', 'b,a']],
    ["a DEFAULT 'x UNIQUE', b CHECK (b <> ', UNIQUE (a)'), UNIQUE(b)", ['b']],
    ['a PRIMARY KEY, b UNIQUE', ['a', 'b']],
    ['a UNIQUE ON CONFLICT IGNORE, b, UNIQUE (b) ON CONFLICT FAIL', ['a', 'b']],
    ['a CONSTRAINT one UNIQUE, b, CONSTRAINT two UNIQUE (b)', ['a', 'b']],
    ['a, b, PRIMARY KEY (b), UNIQUE (a)) WITHOUT ROWID; CREATE TABLE u (c', ['a', 'b']],
  ])('UNIQUE is kept where its rows are held to it at the end: %s', async (columns, expected) => {
    const sql = `CREATE TABLE t(${columns});\n`
    const policy = { own: ownOf(sql) }
    const [direct, later] = [(await load(sql, policy)).db, (await load(sql, { ...policy, strictRows: true })).db]
    const unique = `SELECT (SELECT group_concat(name) FROM pragma_index_info(list.name)) FROM pragma_index_list('t') AS list WHERE "unique" ORDER BY 1`
    expect(later.prepare(unique).pluck().all()).toEqual([...expected].sort())
    expect(later.prepare(unique).pluck().all()).toEqual(direct.prepare(unique).pluck().all())
    const fields = "SELECT name, type, dflt_value FROM pragma_table_info('t')"
    expect(later.prepare(fields).all()).toEqual(direct.prepare(fields).all())
  })
})

const TYPES = ['TEXT', 'BLOB', '', 'INTEGER', 'VARCHAR(9)', 'NUMERIC', 'CLOB NOT NULL', 'REAL']
const anyValue = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom("'", 'é', 'ω', '😀', 'a', '\n', '\u0301', '字') }),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double({ noNaN: true }),
  fc.constant(''),
)

test('values as SQLite quotes them arrive in columns of every type as SQLite itself reads them', async () => {
  const quoted = reference.prepare<[unknown], string>('SELECT quote(?)').pluck()
  const bytesAsText = reference.prepare<[Buffer], string>("SELECT 'CAST(' || quote(?) || ' AS TEXT)'").pluck()
  const literal = fc.tuple(anyValue, fc.boolean()).map(([value, cast]) => {
    if (Buffer.isBuffer(value) && cast) return bytesAsText.get(value) ?? ''
    // Text ends at a NUL when SQLite quotes it; a dump writes such a text as a CAST.
    return quoted.get(typeof value === 'string' ? value.replaceAll('\0', '') : value) ?? ''
  })
  const row = fc.tuple(...TYPES.map(() => literal)).map((values) => `INSERT INTO t VALUES(${values.join(',')});\n`)
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 90 }), fc.boolean(), async (rows, strictRows) => {
      const create = `CREATE TABLE t(${TYPES.map((type, i) => `c${i} ${type}`).join(', ')})`
      const sql = `${create};\n${rows.join('')}`
      const direct = new Database(':memory:')
      direct.exec(sql)
      const { db } = await load(sql, { own: ownOf(create), strictRows }, 1000)
      expect(contents(db, 't')).toEqual(contents(direct, 't'))
    }),
    { numRuns: 60 },
  )
})

describe('a proof', () => {
  const sql = 'CREATE TABLE t(a UNIQUE, b);\nCREATE INDEX plain ON t(b);\nCREATE UNIQUE INDEX held ON t(lower(b));\n'
  const proof = { own: ownOf(sql), strictRows: true, indexes: 'unique' } as const

  test('builds the indexes that hold rows to something, and no others', async () => {
    const { db } = await load(`${sql}INSERT INTO t VALUES(1,'x'),(2,'y');\n`, proof)
    expect(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY 1").pluck().all()).toEqual([
      'held',
      'unique 0 of t',
    ])
  })

  test.each(["INSERT INTO t VALUES(1,'x'),(1,'y');", "INSERT INTO t VALUES(1,'x'),(2,'X');"])(
    'refuses rows that a restore would refuse: %s',
    async (rows) => {
      expect(await refusal(`${sql}${rows}\n`, proof)).toMatchObject({ code: 'row' })
    },
  )
})

describe('what no dump needs is refused by name and line', () => {
  test.each([
    ["ATTACH DATABASE '/x' AS y;", 'ATTACH DATABASE'],
    ["VACUUM INTO '/x';", 'VACUUM INTO'],
    ['CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END;', 'CREATE TRIGGER'],
    ['CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;', 'CREATE TEMP'],
    ['CREATE VIEW v AS SELECT 1;', 'CREATE VIEW'],
    ['CREATE VIRTUAL TABLE v USING fts5(a);', 'CREATE VIRTUAL'],
    ['CREATE TABLE v AS SELECT 1;', 'something else'],
    ['CREATE TABLE v(a DEFAULT (load_extension(1)));', 'load_extension'],
    ['CREATE TABLE v(a, b GENERATED ALWAYS AS (a));', 'GENERATED'],
    ['CREATE TABLE v(a, b AS (a));', 'AS'],
    ['CREATE TABLE v(a CHECK (a IN (SELECT 1)));', 'SELECT'],
    ['CREATE TABLE main.v(a);', 'another database'],
    ['CREATE TABLE sqlite_evil(a);', 'sqlite_evil'],
    ['CREATE INDEX i ON t(randomblob(a));', 'randomblob'],
    ['SELECT load_extension(1);', 'SELECT'],
    ["INSERT INTO t VALUES(load_extension('x'));", 'load_extension'],
    ['INSERT INTO t VALUES((SELECT 1));', 'expression'],
    ['INSERT INTO t VALUES(1+1);', 'expression'],
    ["INSERT INTO t VALUES('a'||'b');", 'expression'],
    ['INSERT INTO t VALUES(randomblob(9));', 'randomblob'],
    ['INSERT INTO t VALUES(zeroblob(999999999));', 'zeroblob'],
    ["INSERT INTO t VALUES(replace('a','a','aaaa'));", 'replace()'],
    ["INSERT INTO t VALUES(unistr('a')||1);", 'expression'],
    ['INSERT INTO t VALUES("a");', 'no value'],
    ['INSERT INTO t VALUES(a);', '"a"'],
    ['INSERT INTO t SELECT 1;', 'SELECT'],
    ['INSERT INTO t DEFAULT VALUES;', 'not written as values'],
    ['INSERT INTO t VALUES(1) RETURNING a;', 'behind'],
    ['INSERT INTO t VALUES(1) ON CONFLICT DO NOTHING;', 'behind'],
    ['REPLACE INTO t VALUES(1);', 'REPLACE'],
    ['INSERT OR REPLACE INTO t VALUES(1);', 'IGNORE'],
    ['INSERT INTO other.t VALUES(1);', 'no dump'],
    ["INSERT INTO sqlite_schema VALUES('table','x','x',0,'y');", 'INSERT'],
    [
      "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','x','x',0,'CREATE VIRTUAL TABLE x USING fts5(a)');",
      'INSERT',
    ],
    ["INSERT INTO sqlite_sequence VALUES('t',(SELECT 1));", 'sqlite_sequence'],
    ["INSERT INTO sqlite_sequence VALUES('t',9223372036854775808);", 'sqlite_sequence'],
    ["INSERT INTO sqlite_sequence VALUES('t',9999999999999999999);", 'sqlite_sequence'],
    ['WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) SELECT x FROM c;', 'WITH'],
    ['UPDATE t SET a = 1;', 'UPDATE'],
    ['DELETE FROM t;', 'DELETE'],
    ['DROP TABLE t;', 'DROP'],
    ['ALTER TABLE t RENAME TO u;', 'ALTER'],
    ['PRAGMA writable_schema=RESET;', 'PRAGMA writable_schema'],
    ['PRAGMA journal_mode=WAL;', 'PRAGMA journal_mode'],
    ["PRAGMA temp_store_directory='/x';", 'PRAGMA temp_store_directory'],
    ['ROLLBACK; -- due to errors', 'ROLLBACK'],
    ['.shell touch x\n;', 'no statement'],
    ["INSERT INTO t VALUES('a\0b');", 'NUL'],
    ['\0;', 'NUL'],
  ])('%s', async (sql, named) => {
    const error = await refusal(`CREATE TABLE t(a);\nINSERT INTO t VALUES(7);\n\n${sql}\n`)
    expect(error.message).toContain(named)
    expect(error.line).toBe(4)
  })

  test('a dump that was cut off is noticed, wherever it was cut', async () => {
    const sql = "BEGIN TRANSACTION;\nCREATE TABLE t(a);\nINSERT INTO t VALUES('x;y');\nCOMMIT;\n"
    for (let at = 19; at < sql.length - 9; at++) expect((await refusal(sql.slice(0, at))).code).toBe('truncated')
  })

  test('a text that is no dump at all is not called a dump that was cut off', async () => {
    for (const text of [
      'Buy milk, and call Ana about Sunday',
      'CREATE TABLE',
      'INSERT INTO t VALUES(1',
      '/* notes */ "',
      '-- x\n(',
    ])
      expect((await refusal(text)).code).toBe('unknown-kind')
  })

  test('a statement longer than the limit stops the load before it fills the memory', async () => {
    const sql = `CREATE TABLE t(a);\nINSERT INTO t VALUES('${'x'.repeat(9_000_000)}');`
    expect((await refusal(sql, { maxStatementBytes: 6_000_000 })).message).toContain('longer than the limit')
    const { db } = await load(sql)
    expect(db.prepare('SELECT length(a) FROM t').pluck().get()).toBe(9_000_000)
  })
})

describe('dumps of other programs', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
    fc.constantFrom("it's", "a\nb'c\r\n", '\\n', "');DROP TABLE t;--", '%s', 'CREATE TRIGGER'),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double({ noNaN: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constant(null),
  )
  const fill = (name: string, rows: readonly unknown[][]): string => {
    const path = join(folder, name)
    rmSync(path, { force: true })
    const db = new Database(path)
    db.exec('CREATE TABLE t(a, b); CREATE TABLE "odd ""name" (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)')
    const put = db.prepare('INSERT INTO t VALUES(?, ?)')
    for (const row of rows) put.run(row)
    db.exec(`INSERT INTO "odd ""name" (a) VALUES('x')`)
    db.close()
    return path
  }
  const dumpers: [string, (path: string) => Buffer][] = [
    ['sqlite3 .dump', (path) => execFileSync('sqlite3', [path, '.dump'])],
    [
      'Python iterdump',
      (path) =>
        execFileSync('python3', [
          '-c',
          'import sqlite3,sys\nfor l in sqlite3.connect(sys.argv[1]).iterdump(): sys.stdout.buffer.write(l.encode()+b"\\n")',
          path,
        ]),
    ],
  ]
  test.each(dumpers)('%s: random contents come back by type and bytes', async (name, dump) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(value, value), { maxLength: 50 }), async (rows) => {
        const path = fill('random.db', rows)
        const source = new Database(path)
        const sql = dump(path)
        const { db } = await load(sql, { strictRows: true }, 97)
        if (name === 'Python iterdump') expect(contents(db, 't').length).toBe(rows.length)
        else expect(contents(db, 't')).toEqual(contents(source, 't'))
      }),
      // Each run starts the program.
      { numRuns: 10 },
    )
  })

  test.each(dumpers)('%s of our own file loads, search index and triggers left out', async (_name, dump) => {
    const path = join(folder, 'own.db')
    rmSync(path, { force: true })
    const source = new Database(path)
    for (const migration of migrations) source.exec(migration.sql)
    source.exec(`INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net'); INSERT INTO chats (id, chat_jid) VALUES (1, 'a@g.us');
      INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text)
      VALUES (1, 1, 'A', '', 0, 1, 1, 'live', 'text', 'line 1' || char(10) || 'it''s')`)
    const crlf = dump(path).toString().replaceAll('\n', '\r\n')
    for (const sql of [dump(path), crlf.replaceAll("'line 1\r\n", "'line 1\n")]) {
      const { db, report } = await load(sql)
      expect(report.refusedRowsTotal).toBe(0)
      const strict = await load(sql, { strictRows: true })
      for (const loaded of [db, strict.db]) expect(contents(loaded, 'messages')).toEqual(contents(source, 'messages'))
      expect(report.skippedStatements).toBeGreaterThan(5)
      expect(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'messages_fts%'").pluck().get()).toBe(0)
      const tables =
        "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'index') AND name NOT LIKE 'messages_fts%' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
      if (!sql.includes('\r')) expect(db.prepare(tables).all()).toEqual(source.prepare(tables).all())
    }
  })

  test('text, random bytes and mutations of a dump never crash the reader nor load something active', async () => {
    const path = fill('mutate.db', [
      ['a', 1n],
      ["it's", 2.5],
      [null, Buffer.from('x')],
    ])
    const dump = execFileSync('sqlite3', [path, '.dump'])
    await fc.assert(
      fc.asyncProperty(
        fc.nat(dump.length - 1),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        async (at, byte, cut) => {
          const mutated = Buffer.from(cut ? dump.subarray(0, at) : dump)
          if (!cut) mutated[at] = byte
          try {
            const { db } = await load(mutated)
            expect(
              db.prepare("SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'trigger')").pluck().get(),
            ).toBe(0)
          } catch (error) {
            expect(error).toBeInstanceOf(RefusalError)
          }
        },
      ),
      { numRuns: 300 },
    )
    expect(readFileSync(path).length).toBeGreaterThan(0)
  })
})
