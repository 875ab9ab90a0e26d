// Databases from outside: nothing in them is computed, and none is larger than the file that it came in.
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFile } from '../../store/create-file.ts'
import { buildCandidate } from './candidate.ts'
import { openHostile } from './hostile.ts'
import { readSource } from './source.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostile-database-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function database(sql: string): string {
  const path = join(folder, 'file.db')
  createFile(path)
  const db = new Database(path)
  db.pragma('journal_mode = DELETE')
  db.pragma('ignore_check_constraints = ON')
  db.unsafeMode(true)
  db.exec(sql)
  db.close()
  return path
}
async function candidate(path: string, plainBytes?: number) {
  const limits = plainBytes === undefined ? {} : { plainBytes }
  const work = mkdtempSync(join(folder, 'work-'))
  const source = await readSource(path, join(work, 'source.db'), { secrets: {}, limits })
  return await buildCandidate(source, join(work, 'candidate.db'))
}
/** Some 10^12 steps for each row. */
const ENDLESS = "length(replace(hex(zeroblob(30000000)), '0', hex(zeroblob(9))))"
/** Puts a constraint into a table that has rows, which it would be tried on. */
const rewrite = (from: string, to: string): string =>
  `PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to.replaceAll("'", "''")}'); PRAGMA writable_schema = RESET;`

describe('what would be computed for each row', () => {
  const rows = "INSERT INTO chats (id, chat_jid) VALUES (1, 'a@g.us'), (2, 'b@g.us');"
  test.each([
    ['a constraint', rewrite('group_metadata TEXT', `group_metadata TEXT CHECK (${ENDLESS} > 0)`)],
    // Written with another key than the one that it then claims to have: checking it would compute that.
    [
      'an index of an expression',
      `CREATE INDEX evil ON chats (chat_name); ${rewrite('evil ON chats (chat_name', `evil ON chats (${ENDLESS}`)}`,
    ],
    [
      'an index of some rows',
      `CREATE INDEX evil ON chats (chat_name); ${rewrite('evil ON chats (chat_name)', `evil ON chats (chat_name) WHERE ${ENDLESS} > 0`)}`,
    ],
  ])('%s is not', async (_name, sql) => {
    const path = database(rows + sql)
    const started = performance.now()
    const result = await candidate(path)
    expect(performance.now() - started).toBeLessThan(5000)
    const db = new Database(result.path, { readonly: true })
    expect(db.prepare('SELECT count(*) FROM chats').pluck().get()).toBe(2)
    expect(db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'evil'").get()).toBeUndefined()
    db.close()
  })
  test.each([
    ['a computed column', 'ALTER TABLE bots ADD COLUMN evil AS (upper(name))'],
    ['a computed column of a table that we do not know', `CREATE TABLE notes (a, b AS (${ENDLESS}) VIRTUAL)`],
    [
      'a view for a manifest',
      'CREATE VIEW whatslang_manifest AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS key, i AS value FROM n',
    ],
    [
      'more tables than anybody has',
      `BEGIN; ${Array.from({ length: 1001 }, (_, i) => `CREATE TABLE t${i} (a)`).join(';')}; COMMIT`,
    ],
  ])('%s refuses the file', async (_name, sql) => {
    const path = database(rows + sql)
    await expect(candidate(path)).rejects.toMatchObject({ code: 'schema' })
  })
})

describe('size', () => {
  test('a -wal that counts more pages than there are makes no larger file of it', async () => {
    const path = join(folder, 'live.db')
    const db = new Database(path)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (a)')
    copyFileSync(path, join(folder, 'file.db'))
    const wal = readFileSync(`${path}-wal`)
    db.close()
    writeFileSync(join(folder, 'file.db-wal'), withPages(wal, 2 ** 30))
    expect(() => openHostile(join(folder, 'file.db'))).toThrow(expect.objectContaining({ code: 'damaged' }))
    expect(statSync(join(folder, 'file.db')).size).toBeLessThan(1 << 20)
    // With its own count it is sound.
    writeFileSync(join(folder, 'file.db-wal'), withPages(wal, 2))
    openHostile(join(folder, 'file.db')).close()
  })
  test('a -wal is no way around the limit', async () => {
    const path = database('SELECT 1')
    writeFileSync(`${path}-wal`, Buffer.alloc(3 << 20))
    await expect(candidate(path, 2 << 20)).rejects.toMatchObject({ code: 'too-large' })
    expect((await candidate(path)).kind).toBe('whatslang-database')
  })
  test.each([
    ['a terabyte of holes behind a sound database', 2 ** 40],
    ['holes just beyond the limit', 4200 * 2 ** 20],
  ])('%s is refused before it is copied', async (_name, bytes) => {
    const path = database("INSERT INTO chats (id, chat_jid) VALUES (1, 'a@g.us')")
    truncateSync(path, bytes)
    const free = () => Number(statfsSync(folder).bavail) * statfsSync(folder).bsize
    const before = free()
    await expect(candidate(path)).rejects.toMatchObject({ code: 'too-large' })
    expect(before - free()).toBeLessThan(2 ** 30)
  })
  test('one long value that many rows share is not copied for each of them', async () => {
    const path = database(
      "INSERT INTO chats (id, chat_jid, group_metadata) VALUES (1, 'a@g.us', hex(zeroblob(100000))), (2, 'b@g.us', hex(zeroblob(100000)))",
    )
    writeFileSync(path, shareOverflow(readFileSync(path)))
    await expect(candidate(path)).rejects.toMatchObject({ code: 'damaged' })
  })
})

/** A -wal whose last commit counts so many pages, with the checksums that go with it (sqlite.org/fileformat2.html#walformat). */
function withPages(wal: Buffer, pages: number): Buffer {
  const big = (wal.readUInt32BE(0) & 1) === 1
  const frame = 24 + wal.readUInt32BE(8)
  let sum: [number, number] = [0, 0]
  const add = (from: number, to: number): void => {
    for (let at = from; at < to; at += 8) {
      const x = big ? wal.readUInt32BE(at) : wal.readUInt32LE(at)
      const y = big ? wal.readUInt32BE(at + 4) : wal.readUInt32LE(at + 4)
      const first = (sum[0] + x + sum[1]) >>> 0
      sum = [first, (sum[1] + y + first) >>> 0]
    }
  }
  add(0, 24)
  for (let at = 32; at + frame <= wal.length; at += frame) {
    if (wal.readUInt32BE(at + 4) > 0) wal.writeUInt32BE(pages, at + 4)
    add(at, at + 8)
    add(at + 24, at + frame)
    wal.writeUInt32BE(sum[0], at + 16)
    wal.writeUInt32BE(sum[1], at + 20)
  }
  return wal
}

/** Two rows have a chain of pages each; the second one's first page is made the first one's. */
function shareOverflow(file: Buffer): Buffer {
  const size = file.readUInt16BE(16)
  const heads: number[] = []
  for (let at = 0; at + size <= file.length; at += size) {
    // A leaf of a table: its cells of long rows end with the number of a page.
    const start = at === 0 ? 100 : at
    if (file[start] !== 13) continue
    const cells = file.readUInt16BE(start + 3)
    for (let i = 0; i < cells; i++) {
      const cell = at + file.readUInt16BE(start + 8 + 2 * i)
      const [length] = varint(file, cell)
      if (length > 100_000) heads.push(cellEnd(file, cell, size))
    }
  }
  const [first, second] = heads
  if (first === undefined || second === undefined) throw new Error('No long rows were found.')
  file.copy(file, second, first, first + 4)
  return file
}
function varint(b: Buffer, at: number): [value: number, next: number] {
  let value = 0
  for (let p = at; ; p++) {
    value = value * 128 + ((b[p] ?? 0) & 127)
    if (((b[p] ?? 0) & 128) === 0) return [value, p + 1]
  }
}
/** Where a cell of a table's leaf names its first overflow page (fileformat2.html#b_tree_pages). */
function cellEnd(b: Buffer, cell: number, usable: number): number {
  const [length, afterLength] = varint(b, cell)
  const [, afterRowid] = varint(b, afterLength)
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const kept = least + ((length - least) % (usable - 4))
  return afterRowid + (kept <= usable - 35 ? kept : least)
}
