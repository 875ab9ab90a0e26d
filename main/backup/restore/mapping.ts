import type Database from 'better-sqlite3'
import type { FinishInput } from './finish.ts'
import { columnsOf, quoteName } from './reference.ts'
import { RefusalError } from './refusal.ts'

/** temp.account: which id of `other` is which of `main`. Accounts that main lacks are added to it. */
export function mapAccounts(db: Database.Database, input: FinishInput, whole: boolean): void {
  db.exec(`
    CREATE TEMP TABLE account (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL);
    INSERT INTO temp.account SELECT o.id, (SELECT m.id FROM main.accounts m WHERE m.jid = o.jid OR m.lid = o.lid ORDER BY m.jid IS o.jid DESC LIMIT 1)
      FROM other.accounts o WHERE EXISTS (SELECT 1 FROM main.accounts m WHERE m.jid = o.jid OR m.lid = o.lid);
  `)
  const missing = db
    .prepare<[], { id: number }>('SELECT id FROM other.accounts WHERE id NOT IN (SELECT theirs FROM temp.account)')
    .all()
  for (const { id } of missing) {
    const added = db
      .prepare('INSERT INTO main.accounts (jid, lid, label) SELECT jid, lid, label FROM other.accounts WHERE id = ?')
      .run(id)
    db.prepare('INSERT INTO temp.account VALUES (?, ?)').run(id, added.lastInsertRowid)
  }
  if (!whole) return
  // Which account is linked is a fact of this machine today, not of the file.
  db.prepare('UPDATE main.accounts SET unlinked_at = ? WHERE linked_at IS NOT NULL AND unlinked_at IS NULL').run(
    input.now,
  )
  db.exec(`UPDATE main.accounts SET (linked_at, unlinked_at) = (SELECT o.linked_at, o.unlinked_at FROM other.accounts o JOIN temp.account a ON a.theirs = o.id WHERE a.ours = main.accounts.id)
    WHERE id IN (SELECT ours FROM temp.account)`)
}

/** temp.chat: which chat of `other` is which of `main`; either form of an address finds it. Those that are needed are added. */
export function mapChats(db: Database.Database, input: FinishInput, whole: boolean): void {
  db.exec(`
    CREATE TEMP TABLE chat (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL, added INTEGER NOT NULL DEFAULT 0);
    INSERT INTO temp.chat SELECT o.id, m.id, 0 FROM other.chats o JOIN main.chats m ON m.chat_jid = o.chat_jid;
    INSERT OR IGNORE INTO temp.chat SELECT o.id, a.chat_id, 0 FROM other.chats o JOIN main.chat_aliases a ON a.jid = o.chat_jid;
    INSERT OR IGNORE INTO temp.chat SELECT a.chat_id, m.id, 0 FROM other.chat_aliases a JOIN main.chats m ON m.chat_jid = a.jid;
    INSERT OR IGNORE INTO temp.chat SELECT a.chat_id, b.chat_id, 0 FROM other.chat_aliases a JOIN main.chat_aliases b ON b.jid = a.jid;
    CREATE TEMP TABLE wanted (id INTEGER PRIMARY KEY);
  `)
  if (whole) {
    const after = input.undo?.afterMessage
    db.exec(`INSERT OR IGNORE INTO temp.wanted SELECT chat_id FROM other.processed_messages WHERE chat_id IN (SELECT id FROM other.chats);
      INSERT OR IGNORE INTO temp.wanted SELECT chat_id FROM other.outbox`)
    if (after !== undefined) {
      db.prepare('INSERT OR IGNORE INTO temp.wanted SELECT chat_id FROM other.messages WHERE id > ?').run(after)
      db.prepare(
        'INSERT OR IGNORE INTO temp.wanted SELECT chat_id FROM other.bot_chat_assignments WHERE updated_at > ?',
      ).run(input.undo?.since)
    }
  } else if (input.only?.chats === undefined) {
    db.exec(
      input.only?.assignments === true
        ? 'INSERT OR IGNORE INTO temp.wanted SELECT chat_id FROM other.bot_chat_assignments'
        : 'INSERT INTO temp.wanted SELECT id FROM other.chats',
    )
  } else {
    const want = db.prepare(
      'INSERT OR IGNORE INTO temp.wanted SELECT id FROM other.chats WHERE chat_jid = @jid UNION SELECT chat_id FROM other.chat_aliases WHERE jid = @jid',
    )
    const found = input.only.chats.reduce((sum, jid) => sum + want.run({ jid }).changes, 0)
    if (found === 0)
      throw new RefusalError('not-found', 'The file holds none of the chosen chats. Nothing was changed.')
  }
  const columns = columnsOf(db, 'chats').filter((column) => column !== 'id')
  const list = columns.map(quoteName).join(', ')
  const add = db.prepare(`INSERT INTO main.chats (${list}) SELECT ${list} FROM other.chats WHERE id = ?`)
  const map = db.prepare('INSERT INTO temp.chat VALUES (?, ?, 1)')
  const missing = db
    .prepare<[], number>(
      'SELECT w.id FROM temp.wanted w JOIN other.chats o ON o.id = w.id WHERE w.id NOT IN (SELECT theirs FROM temp.chat)',
    )
    .pluck()
    .all()
  for (const id of missing) map.run(id, add.run(id).lastInsertRowid)
  if (whole && input.undo === undefined) {
    // The user asked for the file's chats: these only carry the record of what was sent and answered.
    db.exec('UPDATE main.chats SET is_placeholder = 1 WHERE id IN (SELECT ours FROM temp.chat WHERE added = 1)')
  }
  db.exec(`INSERT OR IGNORE INTO main.chat_aliases (account_id, jid, chat_id) SELECT a.ours, x.jid, c.ours FROM other.chat_aliases x
      JOIN temp.account a ON a.theirs = x.account_id JOIN temp.chat c ON c.theirs = x.chat_id;
    INSERT OR IGNORE INTO main.chat_search (chat_id, terms) SELECT c.ours, s.terms FROM other.chat_search s JOIN temp.chat c ON c.theirs = s.chat_id WHERE c.added = 1;
    INSERT ${whole ? 'OR REPLACE' : 'OR IGNORE'} INTO main.lid_mappings SELECT * FROM other.lid_mappings;`)
}
