import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSnapshot } from './snapshot.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapshot-'))
  path = join(folder, 'messages.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const rows = (db: Database.Database): unknown => db.prepare('SELECT count(*) FROM notes').pluck().get()
/** What the file alone holds, without its WAL. */
function rowsOfFile(): unknown {
  const copy = join(folder, 'copy.db')
  copyFileSync(path, copy)
  const db = new Database(copy)
  try {
    return rows(db)
  } finally {
    db.close()
    rmSync(copy)
  }
}

test('what was committed beside a long snapshot leaves the WAL when it ends, without a commit of the program', () => {
  const live = new Database(path)
  live.pragma('journal_mode = WAL')
  live.exec('CREATE TABLE notes (a)')
  live.pragma('wal_checkpoint(TRUNCATE)')
  const snapshot = openSnapshot(path)
  const put = live.prepare('INSERT INTO notes VALUES (zeroblob(100000))')
  for (let i = 0; i < 60; i++) put.run()
  expect(rows(snapshot.db)).toBe(0)
  expect(rowsOfFile()).toBe(0)
  snapshot.close()
  expect(rowsOfFile()).toBe(60)
  live.close()
})
