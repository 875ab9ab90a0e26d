import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from './index.ts'
import { migrate } from './migrate.ts'
import { sql as first } from './migrations/0001-first.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts'

const DAY = '2026-05-05'
const NONE = { calls: null, characters: null }
const wide = { chat: NONE, day: NONE }
let folder: string
let path: string
let store: Store
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-use-'))
  path = join(folder, 'messages.db')
  store = openStore({ path })
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})
const chat = (id: number, bot = 'joke', day = DAY) => ({ day, chat: { id, bot } })
const rows = (db: Database.Database = store.db) =>
  db.prepare('SELECT day, chat_id, bot_name, calls, characters, told FROM model_use').raw().all()

describe('what is spent on the model', () => {
  it('is counted for the chat and bot and for the day, and refused where either would not hold it', () => {
    const use = store.modelUse
    const budgets = { chat: { calls: 2, characters: 100 }, day: { calls: 3, characters: 150 } }
    const more = (characters: number) => ({ calls: 1, characters })
    expect(use.reserve(chat(1), more(60), budgets)).toBeUndefined()
    expect(use.reserve(chat(1), more(41), budgets)).toBe('chat')
    expect(use.reserve(chat(1), more(40), budgets)).toBeUndefined()
    expect(use.reserve(chat(1), more(0), budgets)).toBe('chat')
    expect(use.reserve(chat(1, 'translation'), more(51), budgets)).toBe('day')
    expect(use.reserve(chat(1, 'translation'), more(50), budgets)).toBeUndefined()
    expect(use.reserve(chat(2), more(0), budgets)).toBe('day')
    expect(use.reserve({ day: DAY, chat: undefined }, more(0), budgets)).toBe('day')
    expect(use.reserve(chat(1, 'joke', '2026-05-06'), more(60), budgets)).toBeUndefined()
    expect(use.ofDay(DAY)).toEqual({ calls: 3, characters: 150 })
  })

  it('is corrected afterwards, and never falls below nothing', () => {
    store.modelUse.reserve(chat(1), { calls: 1, characters: 500 }, wide)
    store.modelUse.correct(chat(1), { calls: 0, characters: 20 })
    expect(store.modelUse.ofDay(DAY)).toEqual({ calls: 1, characters: 520 })
    store.modelUse.correct(chat(1), { calls: -5, characters: -9999 })
    expect(rows()).toEqual([
      [DAY, 0, '', 0, 0, 0],
      [DAY, 1, 'joke', 0, 0, 0],
    ])
  })

  it('is told once for each day, and for each chat and bot', () => {
    const { tellOnce } = store.modelUse
    expect([tellOnce(chat(1), 'chat'), tellOnce(chat(1), 'chat'), tellOnce(chat(1, 'x'), 'chat')]).toEqual([
      true,
      false,
      true,
    ])
    expect([tellOnce(chat(1), 'day'), tellOnce(chat(2), 'day'), tellOnce(chat(2), 'chat')]).toEqual([true, false, true])
    expect(tellOnce(chat(2, 'joke', '2026-05-06'), 'day')).toBe(true)
  })

  it('is kept for a month', () => {
    store.modelUse.reserve(chat(1, 'joke', '2026-03-01'), { calls: 1, characters: 1 }, wide)
    store.modelUse.reserve(chat(1, 'joke', '2026-04-20'), { calls: 1, characters: 1 }, wide)
    store.modelUse.reserve(chat(1), { calls: 1, characters: 1 }, wide)
    expect([...new Set(rows().map((row) => (row as unknown[])[0]))]).toEqual(['2026-04-20', DAY])
  })

  it('goes with its chat, and stays in the sum of the day', () => {
    const { id } = store.chats.resolve(store.accounts.link({ jid: '5511888880000@s.whatsapp.net' }).id, 'a@g.us')
    store.modelUse.reserve(chat(id), { calls: 1, characters: 7 }, wide)
    store.chats.remove(id)
    expect(rows()).toEqual([[DAY, 0, '', 1, 7, 0]])
  })

  it('is added up where two chats turn out to be one', () => {
    const account = store.accounts.link({ jid: '5511888880000@s.whatsapp.net' }).id
    const pn = store.chats.resolve(account, '5511999990001@s.whatsapp.net').id
    const lid = store.chats.resolve(account, '81000000000001@lid').id
    store.modelUse.reserve(chat(pn), { calls: 1, characters: 7 }, wide)
    for (const bot of ['joke', 'echo']) store.modelUse.reserve(chat(lid, bot), { calls: 1, characters: 30 }, wide)
    store.modelUse.tellOnce(chat(lid), 'chat')
    store.chats.learnMapping('5511999990001@s.whatsapp.net', '81000000000001@lid')
    expect(rows()).toEqual([
      [DAY, 0, '', 3, 67, 0],
      [DAY, pn, 'echo', 1, 30, 0],
      [DAY, pn, 'joke', 2, 37, 1],
    ])
  })
})

it('a file of version 1 gets the table, after its backup, and loses nothing', () => {
  const old = join(folder, 'old.db')
  const db = new Database(old)
  db.pragma('journal_mode = WAL')
  db.exec(first)
  db.pragma('user_version = 1')
  db.pragma(`application_id = ${APPLICATION_ID}`)
  db.exec(`INSERT INTO accounts (id, jid) VALUES (1, '5511888880000@s.whatsapp.net'); INSERT INTO chats (id, chat_jid) VALUES (1, 'a@g.us');
    INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text)
      VALUES (1, 1, 'M1', '', 0, 1, 1, 'live', 'text', 'said then')`)
  db.close()
  const notices: unknown[] = []
  const opened = openStore({ path: old, beforeMigration: (notice) => notices.push(notice) })
  expect(notices).toEqual([{ path: old, from: 1, to: SCHEMA_VERSION }])
  expect(opened.db.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION)
  expect(opened.db.prepare('SELECT text FROM messages').pluck().all()).toEqual(['said then'])
  expect(opened.modelUse.reserve(chat(1), { calls: 1, characters: 1 }, wide)).toBeUndefined()
  expect(migrate(opened.db, old)).toEqual([])
  opened.close()
})
