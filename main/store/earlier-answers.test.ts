import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { OF_CHAT, selectEarlier } from './earlier-answers.ts'
import { openStore, type Store } from './index.ts'

const samples = join(import.meta.dirname, '../../test/fixtures/compat')
let folder = ''
let store: Store
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'earlier-'))
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

/** The file of that generation, changed before it is imported. */
function imported(generation: number, change: (db: Database.Database) => void = () => undefined): void {
  const path = join(folder, 'messages.db')
  copyFileSync(join(samples, `generation-${generation}.db`), path)
  const db = new Database(path)
  change(db)
  db.close()
  store = openStore({ path })
}
const answered = (file: string): number => {
  const db = new Database(join(samples, file), { readonly: true })
  try {
    return Number(
      db.prepare("SELECT COUNT(*) FROM processed_messages WHERE response_text <> '(no response)'").pluck().get(),
    )
  } finally {
    db.close()
  }
}

test.each([1, 3, 7])(
  'every answer of a file of generation %i is listed, page by page, each once',
  async (generation) => {
    imported(generation)
    const ids: number[] = []
    for (;;) {
      const page = await store.earlier.list({ limit: 7, before: ids.at(-1) })
      ids.push(...page.map(({ id }) => id))
      if (page.length < 7) break
    }
    expect(ids).toHaveLength(answered(`generation-${generation}.db`))
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a))
  },
)

test('an answer belongs to the chat where it was asked, and to the one that it was forwarded to', async () => {
  imported(7, (db) => {
    db.exec(`DELETE FROM processed_messages; DELETE FROM seen_messages; DELETE FROM chats;
      INSERT INTO chats (chat_jid, chat_name) VALUES ('120363@g.us', 'The group'), ('5511999990001@s.whatsapp.net', 'By number'), ('77@lid', 'By LID');
      INSERT INTO seen_messages (message_id, chat_jid) VALUES ('A', '120363@g.us'), ('C', 'gone@g.us');
      INSERT INTO processed_messages (message_id, bot_name, original_text, response_text, metadata) VALUES
        ('A', 'joke', 'asked in the group', 'and forwarded', 'forwarded_to=5511999990001@s.whatsapp.net'),
        ('B', 'joke', 'nowhere', 'known', NULL), ('C', 'joke', NULL, 'of a chat that is gone', ''),
        ('D', 'joke', 'by number', 'of a LID', 'forwarded_to=5511999990007@s.whatsapp.net'),
        ('E', 'joke', 'silent', '[no response]', 'forwarded_to=120363@g.us'), ('F', 'joke', 'no answer', NULL, NULL)`)
  })
  store.db.exec("INSERT INTO lid_mappings VALUES ('77@lid', '5511999990007@s.whatsapp.net')")
  const of = async (jid: string) => {
    const chatId = store.chats.find(jid)?.id ?? -1
    const rows = await store.earlier.list({ chatId, limit: 10 })
    expect(store.earlier.count(chatId)).toBe(rows.length)
    return rows.map(({ message_id }) => message_id)
  }
  expect(await of('120363@g.us')).toEqual(['A'])
  expect(await of('5511999990001@s.whatsapp.net')).toEqual(['A'])
  expect(await of('77@lid')).toEqual(['D'])
  const all = await store.earlier.list({ limit: 10 })
  expect(all.map(({ message_id }) => message_id)).toEqual(['D', 'C', 'B', 'A'])
  expect(all[0]).toMatchObject({ chat_jid: null, forwarded_jid: '77@lid', forwarded_name: 'By LID' })
  expect(all[1]).toMatchObject({ chat_jid: 'gone@g.us', chat_name: null })
  expect(all[3]).toMatchObject({ chat_jid: '120363@g.us', chat_name: 'The group', forwarded_name: 'By number' })
})

test('words are found in questions and answers, also far back, and without accents', async () => {
  imported(1, (db) => {
    const put = db.prepare(
      "INSERT INTO processed_messages (message_id, bot_name, original_text, response_text) VALUES (?, 'joke', ?, ?)",
    )
    put.run('first', 'Onde fica a PADÁRIA?', 'round the corner')
    for (let row = 0; row < 2000; row++) put.run(`m${row}`, `filler ${row}`, 'more filler')
  })
  const found = async (query: string) =>
    (await store.earlier.list({ query, limit: 5 })).map(({ message_id }) => message_id)
  expect(await found('padaria corner')).toEqual(['first'])
  expect(await found('padar')).toEqual(['first'])
  expect(await found('padaria elsewhere')).toEqual([])
  expect(await found('?!')).toEqual([])
  expect(await found('filler')).toHaveLength(5)
})

test('each question reads an index, never the whole record of what was answered', () => {
  imported(1)
  const plan = (sql: string) =>
    store.db
      .prepare<object, { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all({ jids: '["a@g.us"]', before: 5, limit: 5 })
      .map(({ detail }) => detail)
  for (const sql of [
    selectEarlier('p.id < @before ORDER BY p.id DESC LIMIT @limit', ''),
    selectEarlier(`${OF_CHAT} AND p.id < @before ORDER BY p.id DESC LIMIT @limit`, ''),
  ]) {
    const steps = plan(sql)
    expect(steps.filter((step) => /^SCAN (?!e$|a |CONSTANT|\(subquery)/.test(step) && !step.includes('idx_'))).toEqual(
      [],
    )
    expect(steps.join()).toMatch(/idx_processed_earlier|idx_processed_forwarded|INTEGER PRIMARY KEY/)
  }
})
