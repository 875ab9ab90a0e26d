// A database that cannot be opened, at the door that people use: the doctor names the way out, a restore works, nothing is deleted.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeData } from './command.ts'

const root = join(import.meta.dirname, '..')
let data = ''
let live = ''
let backup = ''

function cli(...args: string[]) {
  const all = ['main/cli/index.ts', ...args, '--data-dir', data, '--json']
  const { status, stdout } = spawnSync(process.execPath, all, { cwd: root })
  return { status, text: stdout.toString() }
}
const field = (text: string, name: string): unknown => Reflect.get(JSON.parse(text) as object, name)
const chats = (): unknown[] => {
  const db = new Database(live, { readonly: true })
  try {
    return db.prepare('SELECT chat_jid FROM chats ORDER BY id').pluck().all()
  } finally {
    db.close()
  }
}

beforeEach(() => {
  data = join(mkdtempSync(join(tmpdir(), 'recovery-')), 'data')
  live = join(data, 'messages.db')
  makeData(data)
  const db = new Database(live)
  db.exec("INSERT INTO chats (chat_jid) VALUES ('a@g.us')")
  db.close()
  const made = cli('backup')
  expect(made.status).toBe(0)
  backup = String(field(made.text, 'file'))
})
afterEach(() => rmSync(join(data, '..'), { recursive: true, force: true }))

test('an overwritten database: the doctor names the newest backup, and restoring it works', {
  timeout: 240_000,
}, () => {
  const broken = Buffer.alloc(readFileSync(live).length, 0xa5)
  writeFileSync(live, broken)
  const doctor = cli('doctor')
  expect(doctor.status).toBe(1)
  expect(doctor.text).toContain(`whatslang restore ${backup}`)
  const backups = cli('backups')
  expect(backups.status).toBe(3)
  expect(readFileSync(live)).toEqual(broken)
  const restored = cli('restore', backup, '--yes')
  expect(restored.status, restored.text).toBe(0)
  expect(chats()).toEqual(['a@g.us'])
  expect(readFileSync(join(data, String(field(restored.text, 'damaged'))))).toEqual(broken)
  expect(cli('doctor').status).toBe(0)
})

test('a bad page: what is readable is salvaged, also where the newest rows are in no backup', {
  timeout: 240_000,
}, () => {
  const db = new Database(live)
  db.exec("INSERT INTO chats (chat_jid) VALUES ('b@g.us')")
  const page = Number(db.prepare("SELECT pageno FROM dbstat WHERE name = 'idx_chats_name'").pluck().get())
  db.close()
  const bytes = readFileSync(live)
  bytes.fill(0xa5, (page - 1) * 4096, page * 4096)
  writeFileSync(live, bytes)
  const salvaged = cli('salvage', '--yes')
  expect(salvaged.status, salvaged.text).toBe(0)
  expect(chats()).toEqual(['a@g.us', 'b@g.us'])
  expect(readdirSync(data).filter((name) => name.includes('.damaged-') && name.endsWith('.db'))).toHaveLength(1)
  expect(cli('salvage', '--yes').status).toBe(1)
})
