// What a dump from outside may try: characters that SQLite passes over, work without end, and text in the place of data.
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { everyOwnSchema } from '../reference.ts'
import { RefusalError } from '../refusal.ts'
import { defineTable } from './definition.ts'
import { loadSql } from './load.ts'
import { tokensOf } from './token.ts'

const own = everyOwnSchema()
async function load(sql: string | Buffer, db = new Database(':memory:')): Promise<Database.Database> {
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(sql as string)
  }
  await loadSql(whole(), db, { own })
  return db
}
const start = 'CREATE TABLE x(a,b);\nCREATE TABLE t(a,b);\nINSERT INTO x VALUES(1,2);\n'
const ODD: [name: string, text: string][] = [
  ['a byte-order mark', '\ufeff'],
  ['a no-break space', '\u00a0'],
  ['a zero-width space', '\u200b'],
  ['a line separator', '\u2028'],
  ['an ideographic space', '\u3000'],
  ['a next line', '\u0085'],
  ['a vertical tab', '\v'],
  ['an escape', '\x1b'],
  ['a NUL', '\0'],
]

test.each(ODD)('%s outside of quotes is refused wherever it stands', async (_name, odd) => {
  const statements = [
    `INSERT INTO t ${odd}SELECT a, b FROM x UNION ALL VALUES(3,4);`,
    `INSERT INTO t${odd}VALUES(3,4);`,
    `INSERT INTO t VALUES${odd}(3,4);`,
    `INSERT INTO t VALUES(3,4),${odd}(5,6);`,
    `INSERT INTO t VALUES(3,${odd}4);`,
    `INSERT INTO t VALUES(3,4)${odd};`,
    `${odd}INSERT INTO t VALUES(3,4);`,
    `CREATE TABLE u(a ${odd}AS (random()));`,
    `CREATE TABLE u(a DEFAULT${odd}(random()));`,
    `CREATE INDEX i ON t(a)${odd};`,
    `PRAGMA${odd}user_version=3;`,
    `-- ${odd === '\0' ? odd : `a comment may hold it\n${odd}`}`,
  ]
  for (const sql of statements) {
    const error: unknown = await load(`${start}${sql}\n`).catch((thrown: unknown) => thrown)
    expect(error, sql).toBeInstanceOf(RefusalError)
    expect(error, sql).toMatchObject({ code: 'statement' })
  }
  // Between quotes it is part of the text; SQLite ends a text at a NUL.
  if (odd === '\0') return
  const db = await load(`${start}INSERT INTO t VALUES('a${odd}b',4);\n`)
  expect(db.prepare('SELECT a FROM t').pluck().get()).toBe(`a${odd}b`)
})

test('form feeds, tabs and comments are the white space that SQLite takes for it', async () => {
  const db = await load(
    `${start}INSERT\f INTO/* ; ' */t\tVALUES\f(3,\f4),\r\n(5,6)\f;-- '\n/* INSERT INTO t VALUES(7,8); */INSERT INTO t VALUES(9,10);--`,
  )
  expect(db.prepare('SELECT a FROM t').pluck().all()).toEqual([3, 5, 9])
})

test('names are found under every way of quoting them, as SQLite folds them', async () => {
  const db = await load(
    `CREATE TABLE [T one](\`a\` TEXT, "B ""b" INT, 'c', ação);\nINSERT INTO "t ONE" VALUES(1,'2',3,4);
     INSERT INTO 't one'("B ""B",[A],"C",ação) VALUES('5',x'06',7,8);\n`,
  )
  const rows = db.prepare('SELECT * FROM [T one]').raw().all()
  expect(rows).toEqual([
    ['1', 2, 3, 4],
    [Buffer.from([6]), 5, 7, 8],
  ])
  await expect(load('CREATE TABLE "ação"(a);\nINSERT INTO "AÇÃO" VALUES(1);\n')).rejects.toMatchObject({
    code: 'statement',
  })
})

test('nothing behind the last word that is looked at', async () => {
  const columns = Array<string>(4100).fill('a').join(',')
  for (const sql of [
    `CREATE INDEX i ON t(a) WHERE a IN (${columns}) AND abs(random());`,
    `CREATE INDEX i ON t(${Array<string>(1999).fill('a').join(',')});`,
    `CREATE TABLE u(a CHECK (a IN (${columns}) AND randomblob(9)));`,
    `CREATE TABLE u(${Array.from({ length: 501 }, (_, i) => `c${i}`).join(',')});`,
  ])
    await expect(load(`${start}${sql}\n`), sql.slice(0, 40)).rejects.toMatchObject({ code: 'statement' })
})

test('indexes, constraints and defaults of others are no work of ours', async () => {
  const db = await load(
    `CREATE TABLE t(a UNIQUE CHECK (length(a) > 100), b NOT NULL DEFAULT 'x', c DEFAULT (length('abc')));
     CREATE INDEX i ON t(${Array<string>(40).fill('a').join(',')});\nINSERT INTO t VALUES('short',NULL,1);\nINSERT INTO t(a,c) VALUES('short',2);\n`,
  )
  expect(db.prepare('SELECT b, c FROM t').raw().all()).toEqual([
    [null, 1],
    ['x', 2],
  ])
  expect(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index'").pluck().all()).toEqual([])
  await expect(load("CREATE TABLE t(a, c DEFAULT (length('abc')));\nINSERT INTO t(a) VALUES(1);\n")).rejects.toThrow(
    'without its column "c"',
  )
  const long = `CREATE TABLE t(a, b DEFAULT '${'x'.repeat(5000)}');\nINSERT INTO t(a) VALUES(1);\n`
  await expect(load(long)).rejects.toThrow('defaults that are longer than any of ours')
})

test('what would grow without end is stopped by its size', async () => {
  // 13 MB of the shortest rows, each of which takes 500 columns.
  const columns = Array.from({ length: 500 }, (_, i) => `c${i}`).join(',')
  const rows = Array<string>(900_000).fill('(1)').join(',')
  const db = new Database('')
  await expect(load(`CREATE TABLE t(${columns});\nINSERT INTO t(c0) VALUES${rows};\n`, db)).rejects.toMatchObject({
    code: 'too-large',
  })
  expect(Number(db.pragma('page_count', { simple: true })) * 4096).toBeLessThan(200 << 20)
})

test('a row of 30 MB that is not UTF-8 keeps its bytes', async () => {
  const bytes = Buffer.alloc(30 << 20, 0xff)
  const db = await load(
    Buffer.concat([Buffer.from(`${start}INSERT INTO t VALUES('it''s`), bytes, Buffer.from("',1);\n")]),
  )
  const text = db.prepare<[], Buffer>('SELECT CAST(a AS BLOB) FROM t').pluck().get()
  expect(text?.equals(Buffer.concat([Buffer.from("it's"), bytes]))).toBe(true)
})

test('every word that SQLite keeps for itself is a name only in quotes, every other one also without them', () => {
  const db = new Database(':memory:')
  const words = `abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case cast check collate
column commit conflict constraint create cross current current_date current_time current_timestamp database default deferrable deferred delete desc detach
distinct do drop each else end escape except exclude exclusive exists explain fail filter first following for foreign from full generated glob group
groups having if ignore immediate in index indexed initially inner insert instead intersect into is isnull join key last left like limit match
materialized natural no not nothing notnull null nulls of offset on or order others outer over partition plan pragma preceding primary query raise range
recursive references regexp reindex release rename replace restrict returning right rollback row rows savepoint select set table temp temporary then ties to
transaction trigger unbounded union unique update using vacuum values view virtual when where window with without rowid strict within stored`
  for (const word of words.split(/\s+/)) {
    const sql = `CREATE TABLE t_${word} (${word} INT, other)`
    const taken = (() => {
      try {
        db.exec(sql)
        return db.prepare(`SELECT name FROM pragma_table_info('t_${word}')`).pluck().get() === word
      } catch {
        return false // SQLite does not take it
      }
    })()
    const definition = defineTable('t', (tokensOf(sql) ?? []).slice(3), Buffer.from(sql))
    expect(typeof definition === 'string' ? 'no name' : 'a name', word).toBe(taken ? 'a name' : 'no name')
  }
})
