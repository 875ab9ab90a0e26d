import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createFile } from '../../main/store/create-file.ts'
import { readFromOutside, type StartedProgram, startProgram } from './restore-program.ts'

/**
 * `restore beside a reader`: a program outside holds a read transaction, so that the old file's newest commits stay in its `-wal` when the
 * files change places. `migration` needs the next version's schema (`next-version.ts`) in the process.
 */
export const JOBS = [
  'backup',
  'verify',
  'restore',
  'restore beside a reader',
  'undo',
  'import',
  'migration',
  'prune',
  'vacuum',
] as const
export type Job = (typeof JOBS)[number]

/** Does the job to its end. `report` is called when the program says that it is done; what follows is only the way out. */
export async function runJob(job: Job, folder: string, report: () => void): Promise<void> {
  const leave = job === 'restore beside a reader' ? readFromOutside(join(folder, 'messages.db')) : undefined
  // Import and migration are the start itself.
  const app = await startProgram(folder, { keepOne: job === 'prune' })
  try {
    await work(job, app.program)
    report()
  } finally {
    leave?.()
    await app.stop()
  }
}

async function work(job: Job, program: StartedProgram): Promise<void> {
  const [oldest] = (await program.backups.list()).toReversed()
  if (job === 'backup') await program.backups.create({ reason: 'manual' })
  if (job === 'verify' && oldest) await program.backups.verify(oldest.id, {})
  if (job === 'prune') await program.backups.prune({ dryRun: false })
  if (job === 'vacuum') await program.vacuum()
  if (job === 'undo') await program.restore.undo()
  if ((job === 'restore' || job === 'restore beside a reader') && oldest) {
    const path = program.backups.pathOf(oldest.id)
    if (path === undefined) throw new Error('The oldest backup is gone.')
    const { upload } = await program.restore.register(path)
    await program.restore.apply(upload, { mode: 'replace', switch_on: false })
  }
}

/** The data directory that each round of a job starts from: `messages` of them in its backup, a third more since. */
export async function prepare(job: Job, folder: string, messages: number): Promise<void> {
  const database = join(folder, 'messages.db')
  if (job === 'import') {
    pythonFile(database, messages)
    return
  }
  createFile(database)
  fill(database, 0, messages)
  const app = await startProgram(folder)
  const { backups } = app.program
  await backups.create({ reason: 'manual' })
  if (job === 'prune') for (let i = 0; i < 4; i++) await backups.create({ reason: 'manual' })
  await app.stop()
  fill(database, messages, Math.ceil(messages * 1.3))
  if (job === 'undo') {
    await runJob('restore', folder, () => undefined)
    fill(database, Math.ceil(messages * 1.3), Math.ceil(messages * 1.4))
  }
}

const IN_WAL = 20

/** The newest commits stay in the `-wal`, as a program that was killed leaves them: a restore has to deal with them. */
function fill(path: string, from: number, to: number): void {
  const db = new Database(path)
  db.exec(`INSERT OR IGNORE INTO meta VALUES ('installation', 'here'); INSERT OR IGNORE INTO accounts (id, jid, linked_at) VALUES (1, '5511999990001@s.whatsapp.net', 1);
    INSERT OR IGNORE INTO chats (id, chat_jid, added_at) VALUES (1, 'a@g.us', 1)`)
  const put = db.prepare(
    "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text) VALUES (1, 1, 'M' || @i, '', 0, @i, @i, 'live', 'text', 'A message with the number ' || @i)",
  )
  const answer = db.prepare(
    "INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, response_text, processed_at) VALUES (1, 1, 'M' || @i, 'joke', 'answer', @i)",
  )
  const run = db.transaction((low: number, high: number) => {
    for (let i = low; i < high; i++) {
      put.run({ i })
      if (i % 3 === 0) answer.run({ i })
    }
  })
  run(from, to - IN_WAL)
  db.close()
  const wal = new Database(path)
  wal.pragma('journal_mode = WAL')
  wal.pragma('wal_autocheckpoint = 0')
  const late = wal.prepare(put.source)
  for (let i = to - IN_WAL; i < to; i++) late.run({ i })
  // Copied while it is open: closing would move the -wal into the file.
  for (const end of ['', '-wal']) cpSync(path + end, `${path}.kept${end}`)
  wal.close()
  for (const end of ['', '-wal']) {
    cpSync(`${path}.kept${end}`, path + end)
    rmSync(`${path}.kept${end}`)
  }
}

function pythonFile(path: string, messages: number): void {
  const db = new Database(path)
  db.exec(`CREATE TABLE processed_messages (message_id TEXT, bot_name TEXT, original_text TEXT, response_text TEXT, metadata TEXT, processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (message_id, bot_name));
    CREATE TABLE chats (chat_jid TEXT PRIMARY KEY, chat_name TEXT, is_manual INTEGER DEFAULT 0, last_synced TIMESTAMP, added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE bot_chat_assignments (id INTEGER PRIMARY KEY AUTOINCREMENT, bot_name TEXT NOT NULL, chat_jid TEXT NOT NULL, enabled INTEGER DEFAULT 1, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, UNIQUE(bot_name, chat_jid));
    INSERT INTO chats (chat_jid, chat_name) VALUES ('a@g.us', 'A'); INSERT INTO bot_chat_assignments (bot_name, chat_jid) VALUES ('joke', 'a@g.us')`)
  const put = db.prepare("INSERT INTO processed_messages VALUES (?, 'joke', 'x', 'y', '', '2026-01-01 10:00:00')")
  db.transaction(() => {
    for (let i = 0; i < messages; i++) put.run(`P${i}`)
  })()
  db.close()
}
