// Dumps of sqlite3, of Python and of our own, with what is hard about dumps in them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createFile } from '../../../store/create-file.ts'
import { dumpDatabase } from '../../dump/dump.ts'

const ITERDUMP =
  'import sqlite3,sys\nfor l in sqlite3.connect(sys.argv[1]).iterdump(): sys.stdout.buffer.write(l.encode()+b"\\n")'
const PYTHON = `CREATE TABLE processed_messages (message_id TEXT, bot_name TEXT, original_text TEXT, response_text TEXT, metadata TEXT,
  processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (message_id, bot_name));
CREATE TABLE chats (chat_jid TEXT PRIMARY KEY, chat_name TEXT, is_manual INTEGER DEFAULT 0, last_synced TIMESTAMP);
CREATE TABLE bot_chat_assignments (id INTEGER PRIMARY KEY AUTOINCREMENT, bot_name TEXT NOT NULL, chat_jid TEXT NOT NULL, enabled INTEGER DEFAULT 1,
  FOREIGN KEY (chat_jid) REFERENCES chats(chat_jid) ON DELETE CASCADE, UNIQUE(bot_name, chat_jid));
CREATE TABLE "odd ""name" (a, "b c" VARCHAR(20) COLLATE NOCASE, [d] REAL DEFAULT -1.5, \`e\` BLOB CHECK (length(e) < 99), PRIMARY KEY (a)) WITHOUT ROWID;
CREATE TABLE numbers (n NUMERIC, r DOUBLE PRECISION, i INT, t TEXT, x);
CREATE INDEX idx_chats ON chats(chat_name DESC);
INSERT INTO chats VALUES ('a@g.us', 'it''s' || char(10) || 'é 🎉', 1, '2026-05-05 10:00:00'), ('b@g.us', NULL, 0, 1767225600);
INSERT INTO bot_chat_assignments (bot_name, chat_jid) VALUES ('joke', 'a@g.us'), ('translation', 'b@g.us');
INSERT INTO processed_messages VALUES ('M1', 'joke', 'a;b--c/*d', x'00ff', '{"a":1}', '2026-01-01'), ('M2', 'joke', '', NULL, 'x' || char(13) || char(10), NULL);
INSERT INTO "odd ""name" VALUES (1, 'B', 2.5, x''), ('k', 'c', -1e300, NULL);
INSERT INTO numbers VALUES (1, 0.1, 9223372036854775807, '12', 'x'), ('7', 1e308, -9223372036854775808, 3, 1.0), (2.0, -0.0, NULL, 'é', x'41');`
const OWN = `INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net'); INSERT INTO chats (id, chat_jid, chat_name) VALUES (1, 'a@g.us', 'A');
INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, raw)
  VALUES (1, 1, 'A', '', 0, 1, 1, 'live', 'text', 'line 1' || char(10) || 'it''s', x'0102');
INSERT INTO processed_messages (account_id, chat_id, message_id, bot_name, response_text) VALUES (1, 1, 'A', 'joke', 'ha');
INSERT INTO meta VALUES ('installation', 'here'), ('number', 5);`
/** As sqlite3 since 3.50 writes control characters, and what else a statement of a dump may be. */
const MORE = `CREATE TABLE IF NOT EXISTS "t"(a,b);
INSERT INTO t(b,a) VALUES(unistr('a\\u000ab\\\\\\U0001F600'),replace(replace('x\\ny\\rz','\\n',char(10)),'\\r',char(13)));
INSERT INTO "t" VALUES(CAST(x'610062' AS TEXT),-9.0e+999),(1e999,char(65,10));
INSERT OR IGNORE INTO t(rowid,a,b) VALUES(7,'x',0.30000000000000004);
PRAGMA user_version=3;
DELETE FROM sqlite_sequence;`

/** Statements, each with the text that it has in one of the dumps. */
export async function dumpCorpus(): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'corpus-'))
  try {
    const python = join(folder, 'python.db')
    const db = new Database(python)
    db.exec(PYTHON)
    db.close()
    const own = join(folder, 'own.db')
    createFile(own)
    const ours = new Database(own)
    ours.exec(OWN)
    ours.pragma('wal_checkpoint(TRUNCATE)')
    const parts: Buffer[] = []
    const sink = {
      write: async (bytes: Uint8Array) => void parts.push(Buffer.from(bytes)),
      close: async () => undefined,
    }
    const header = { app_version: '0', created_at: '2026-01-01T00:00:00.000Z', reason: 'manual' as const }
    await dumpDatabase(ours, sink, { header, settings: null, between: () => undefined })
    ours.close()
    const text = [python, own].flatMap((path) => [
      execFileSync('sqlite3', [path, '.dump']).toString(),
      execFileSync('python3', ['-c', ITERDUMP, path]).toString(),
    ])
    return [...text, Buffer.concat(parts).toString(), `${MORE}\n`].map(statementsOf)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
/** At line ends behind a semicolon: good enough for dumps that nobody has touched yet. */
const statementsOf = (dump: string): string[] => dump.split(/(?<=;\r?\n)/)
