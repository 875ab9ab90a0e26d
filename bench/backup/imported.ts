// The database of a user who came from the Python service: answers only, in several scripts. The same numbers give the same rows.
import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { openStore } from '../../main/store/index.ts'
import { hex, phone, pick, prose, randomFrom } from '../prose.ts'

const SCRIPTS = [
  'a be ca de el fo ga hi in jo ka lu ma no os pa qui ra se ti um vi xa zo ão mente ção ing er th wh ou',
  'ção não você é está à ú í lá já só ên ônia área mãe pão ço ça ré vó nós ê ô â ã õ ü',
  'α βε κα δι ελ φο γα χι ιν κό λύ μα νέ ος πά ρα σε τί μέ ξα ζω θέ ψυ ή ώς ού ία εί',
  'при вет как де ла на не что это хо ро шо спа си бо да ещё мы вы о ни же за по',
  '你 好 我 们 今 天 吃 饭 了 吗 谢 再 见 的 是 不 在 人 有 这',
  'שלום מה נש מע תו דה כן לא אני את הם של על זה',
].map((syllables) => syllables.split(' '))
const CHATS = 400
const START = 1_717_200_000_000

/** Writes a file of the Python service and has the program take it over, as it does for a user. Fails where there is a file. */
export function seedImported(path: string, answers: number): void {
  const db = new Database(path)
  db.pragma('journal_mode = OFF')
  db.pragma('synchronous = OFF')
  try {
    db.exec(`CREATE TABLE processed_messages (message_id TEXT, bot_name TEXT, original_text TEXT, response_text TEXT, metadata TEXT,
        processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (message_id, bot_name));
      CREATE TABLE chats (chat_jid TEXT PRIMARY KEY, chat_name TEXT, is_manual INTEGER DEFAULT 0, last_synced TIMESTAMP,
        added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, last_message_time TIMESTAMP, message_count INTEGER DEFAULT 0);
      CREATE TABLE bot_chat_assignments (id INTEGER PRIMARY KEY AUTOINCREMENT, bot_name TEXT NOT NULL, chat_jid TEXT NOT NULL,
        enabled INTEGER DEFAULT 1, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, UNIQUE(bot_name, chat_jid));`)
    db.transaction(() => fill(db, answers))()
  } finally {
    db.close()
  }
  openStore({ path }).close()
  const folder = dirname(path)
  for (const name of readdirSync(folder)) if (/\.python-/.test(name)) rmSync(join(folder, name))
}

function fill(db: Database.Database, answers: number): void {
  const random = randomFrom(answers)
  const proses = SCRIPTS.map((syllables) => prose(random, syllables))
  const any = () => proses[Math.floor(random() * proses.length)] ?? prose(random)
  const addChat = db.prepare('INSERT INTO chats (chat_jid, chat_name) VALUES (?, ?)')
  for (let id = 1; id <= CHATS; id++) addChat.run(phone(id), any().title())
  const assign = db.prepare("INSERT INTO bot_chat_assignments (bot_name, chat_jid) VALUES ('translation', ?)")
  for (let id = 4; id <= CHATS; id += 4) assign.run(phone(id))
  const add = db.prepare('INSERT INTO processed_messages VALUES (?, ?, ?, ?, ?, ?)')
  for (let id = 1; id <= answers; id++) {
    const at = new Date(START + id * 90_000).toISOString().slice(0, 19).replace('T', ' ')
    const bot = random() < 0.9 ? 'translation' : 'joke'
    const metadata = random() < 0.5 ? null : JSON.stringify({ model: pick(['gpt-4o-mini', 'gpt-4o'], random()) })
    add.run(hex(random, 32), bot, any().sentence(), `[ai] ${any().sentence()}`, metadata, at)
  }
}
