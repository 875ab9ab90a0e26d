// What the list says of a chat's messages is what is stored; what a file from elsewhere had counted goes back with it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFile } from '../../store/create-file.ts'
import { openStore, type Store } from '../../store/index.ts'
import { migrations } from '../../store/migrations/index.ts'
import { openFile } from '../../store/open-file.ts'
import { exportPython } from '../../store/python/export.ts'
import { nasty } from '../../store/python/nasty.test-kit.ts'
import { APPLICATION_ID } from '../../store/schema.ts'
import { finishRestore } from './finish.ts'
import { prepareRestoreTask } from './prepare-task.ts'

const JID = '5511990000001@s.whatsapp.net'
const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'message-count-'))
  mkdirSync(at('data'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

/** Three generations from the second on count messages; this one counted some for one chat. */
function counted(path: string, value: string): void {
  nasty(path, 3)
  const db = new Database(path)
  db.pragma('foreign_keys = OFF')
  db.exec(`UPDATE chats SET message_count = ${value}, chat_jid = '${JID}' WHERE rowid = 7`)
  db.close()
}
const shown = (store: Store) => store.chats.list().find(({ jid }) => jid === JID)?.message_count
function receive(store: Store, id: string): void {
  const accountId = store.accounts.ensure({ jid: '1@s.whatsapp.net' }).id
  store.messages.insert({
    ...{ accountId, chatJid: JID, messageId: id, senderJid: '', fromMe: false, sentAt: 1, receivedAt: 1 },
    ...{ origin: 'live', kind: 'text', text: 'hello' },
  })
}
function goesBack(path: string, name: string): unknown {
  exportPython(path, at(name))
  const db = new Database(at(name), { readonly: true })
  const value = db.prepare('SELECT message_count FROM chats WHERE rowid = 7').pluck().get()
  db.close()
  return value
}

describe.each([
  ['4321', 4321, 4321],
  ['NULL', null, 0],
  ["'many'", 'many', 0],
  ['0', 0, 0],
])('a file that counted %s', (sql, original, base) => {
  it('is shown with the messages that are here, and goes back with its own number and those', () => {
    counted(at('messages.db'), sql)
    const store = openStore({ path: at('messages.db') })
    expect(shown(store)).toBe(0)
    store.checkpoint()
    expect(goesBack(at('messages.db'), 'untouched.db')).toBe(original)
    receive(store, 'A')
    receive(store, 'B')
    expect(shown(store)).toBe(2)
    store.close()
    expect(goesBack(at('messages.db'), 'two-more.db')).toBe(base + 2)
  })
})

it.each([1, 2, 3])(
  'a database of version %i shows what is stored from now on, and keeps the number of its file',
  (version) => {
    const path = at('messages.db')
    const db = new Database(path)
    for (const migration of migrations) if (migration.version <= version) db.exec(migration.sql)
    db.pragma(`user_version = ${version}`)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.exec(`INSERT INTO accounts (id, jid) VALUES (1, '1@s.whatsapp.net');
    INSERT INTO chats (id, chat_jid, message_count) VALUES (7, '${JID}', 4322), (8, 'less@g.us', 0), (9, 'odd@g.us', x'01');
    INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text)
      VALUES (1, 7, 'A', '', 0, 1, 1, 'live', 'text', 'x'), (1, 8, 'B', '', 0, 1, 1, 'live', 'text', 'x')`)
    db.close()
    const store = openStore({ path })
    const counts = store.chats.list({ sort: 'message_count' }).map(({ jid, message_count }) => [jid, message_count])
    expect(counts).toEqual(
      expect.arrayContaining([
        [JID, 1],
        ['less@g.us', 1],
        ['odd@g.us', 0],
      ]),
    )
    expect(counts.at(-1)).toEqual(['odd@g.us', 0])
    store.close()
    expect(goesBack(path, 'back.db')).toBe(4322)
  },
)

describe('a restore', () => {
  async function restored(file: string, mode: 'replace' | 'merge'): Promise<string> {
    const input = { file, fileName: file, upload: 'u', work: at('work'), live: at('data/live.db'), mode }
    const { ready } = await prepareRestoreTask({ ...input, switchOn: false, limits: {}, knownBots: [] }, context)
    const out = at('out.db')
    await finishRestore({
      candidate: ready.candidate.path,
      live: at('data/live.db'),
      out,
      mode,
      switchOn: false,
      now: 1,
    })
    return out
  }
  const list = (path: string) => {
    const store = openStore({ path })
    const counts = Object.fromEntries(store.chats.list().map(({ jid, message_count }) => [jid, message_count]))
    store.close()
    return counts
  }

  it.each(['replace', 'merge'] as const)('counts what is stored after it: %s', async (mode) => {
    createFile(at('data/live.db'))
    const live = openStore({ path: at('data/live.db') })
    receive(live, 'here')
    live.close()
    createFile(at('file.db'))
    const file = openStore({ path: at('file.db') })
    for (const id of ['here', 'A', 'B']) receive(file, id)
    file.db.exec("INSERT INTO chats (chat_jid, message_count) VALUES ('lied@g.us', 900)")
    file.close()
    expect(list(await restored(at('file.db'), mode))).toEqual({ [JID]: 3, 'lied@g.us': 0 })
  })

  it.each(['replace', 'merge'] as const)(
    'of a file of the Python service takes its number along for the way back: %s',
    async (mode) => {
      createFile(at('data/live.db'))
      counted(at('file.db'), '4321')
      const out = await restored(at('file.db'), mode)
      expect(list(out)[JID]).toBe(0)
      exportPython(out, at('back.db'))
      const back = new Database(at('back.db'), { readonly: true })
      expect(
        back.prepare('SELECT message_count, last_synced FROM chats WHERE chat_jid LIKE ?').raw().get('5511990000001%'),
      ).toEqual([4321, 1767225600])
      back.close()
      openFile(out).close()
    },
  )
})
