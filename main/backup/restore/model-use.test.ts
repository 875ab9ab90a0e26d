import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../store/index.ts'
import { openFile } from '../../store/open-file.ts'
import { finishRestore } from './finish.ts'

const DAY = '2026-05-05'
const NONE = { calls: null, characters: null }
const wide = { chat: NONE, day: NONE }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-use-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A file in which the same chat has another id, and other sums. */
function otherFile(): string {
  const file = join(folder, 'other.db')
  const db = openFile(file)
  db.exec(`INSERT INTO accounts (id, jid) VALUES (1, '5511888880000@s.whatsapp.net');
    INSERT INTO chats (id, chat_jid) VALUES (70, 'a@g.us'), (71, 'b@g.us');
    INSERT INTO model_use VALUES ('${DAY}', 0, '', 900, 900, 1), ('${DAY}', 70, 'joke', 500, 500, 1), ('2031-01-01', 71, 'x', 1, 1, 0)`)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
  return file
}

it.each(['replace', 'merge'] as const)('a restore gives no budget back and takes none away: %s', async (mode) => {
  const path = join(folder, 'messages.db')
  const store = openStore({ path })
  const account = store.accounts.link({ jid: '5511888880000@s.whatsapp.net' }).id
  store.chats.resolve(account, 'c@g.us')
  const { id } = store.chats.resolve(account, 'a@g.us')
  store.modelUse.reserve({ day: DAY, chat: { id, bot: 'joke' } }, { calls: 3, characters: 40 }, wide)
  store.close()
  const out = join(folder, 'out.db')
  await finishRestore({ candidate: otherFile(), live: path, out, mode, switchOn: false, now: 1 })
  const db = openFile(out)
  const now = db.prepare("SELECT id FROM chats WHERE chat_jid = 'a@g.us'").pluck().get()
  expect(now).toBe(mode === 'replace' ? 70 : id)
  expect(db.prepare('SELECT day, chat_id, bot_name, calls, characters, told FROM model_use').raw().all()).toEqual([
    [DAY, 0, '', 3, 40, 0],
    [DAY, now, 'joke', 3, 40, 0],
  ])
  db.close()
})
