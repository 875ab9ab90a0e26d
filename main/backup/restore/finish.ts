// The last step before the swap: what the restored database takes over from the running one, so that neither promise breaks.
//
// Replace: the file's rows, and from today the record of what was answered, what was forgotten, what was sent and what the model was used for.
// Undo: the same, and the messages and settings that came since the restore that is undone.
// Merge: today's rows, and from the file history and answers that are missing here; names and assignments by `updated_at`,
// today's winning where the file has none or the same.
// Selection, in both modes: today's rows, and what is not selected stays as it is. Within the selection a merge adds as above; a replace takes the
// assignments, or the chats' history, as the file has them. No mode takes away what was answered, a chat, or a bot of the user's own.
import { rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import Database from 'better-sqlite3'
import { copyPrivately, createPrivateFile } from '../../files/unfinished.ts'
import { countMessages } from '../../store/message-count.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../../store/schema.ts'
import { mapAccounts, mapChats } from './mapping.ts'
import { columnsOf, quoteName } from './reference.ts'
import { RefusalError } from './refusal.ts'
import { adoptAccounts, isForeign, strangers, takeAssignments } from './take-assignments.ts'
import { forgetChanges, takeChanges } from './take-changes.ts'
import { takeOriginals } from './take-originals.ts'

export interface FinishInput {
  candidate: string
  live: string
  /** The file that will take the place of `live`; must not exist yet. */
  out: string
  mode: 'replace' | 'merge'
  switchOn: boolean
  /** Identities whose files are of this installation. */
  own?: readonly string[]
  only?: { assignments?: boolean; chats?: string[] }
  /** ms since 1970, server's clock as we reckon it: nothing that was sent before is answered. */
  now: number
  /** Set where an earlier restore is undone: rows with a greater message id, or changed since, are kept. */
  undo?: { afterMessage: number; since: number }
}
export interface FinishOutput {
  tables: Record<string, number>
  switchedOff: number
  /** The highest message id that was in use; greater ones came after the restore. */
  floor: number
}

const REASON = 'before-restore'

/** `live` must not be written while this runs. Leaves `out` whole and on the disk, or not at all. */
export async function finishRestore(input: FinishInput): Promise<FinishOutput> {
  const whole = input.mode === 'replace' && input.only === undefined
  const base = whole ? input.candidate : input.live
  const other = whole ? input.live : input.candidate
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(input.out + end, { force: true })
  // A candidate was just built, in one file and without free pages. The running database has grown.
  if (whole) await copyPrivately(base, input.out, { flush: false })
  else vacuumInto(base, input.out)
  const db = new Database(input.out)
  try {
    db.pragma('journal_mode = DELETE')
    db.pragma('synchronous = OFF')
    db.pragma('trusted_schema = OFF')
    db.pragma('foreign_keys = OFF')
    db.prepare('ATTACH ? AS other').run(other)
    const sides = whole ? { file: 'main', live: 'other' } : { file: 'other', live: 'main' }
    const foreign = isForeign(db, sides, input.own)
    let switchedOff = 0
    db.transaction(() => {
      mapAccounts(db, input, whole)
      mapChats(db, input, whole)
      switchedOff = whole ? replace(db, input, foreign) : merge(db, input, foreign)
      takeOriginals(db)
      countMessages(db, whole ? changedChats(input) : 'true')
      setFloor(db, input, whole)
    })()
    db.exec('DETACH other')
    const broken = db.pragma('foreign_key_check') as unknown[]
    const check: unknown = db.pragma('quick_check(1)', { simple: true })
    if (broken.length > 0 || check !== 'ok') {
      throw new RefusalError(
        'damaged',
        `What would be restored does not hold together (${String(check)}, ${broken.length} dangling rows). Nothing was changed.`,
      )
    }
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
    const tables: Record<string, number> = {}
    for (const table of ['accounts', 'chats', 'bot_chat_assignments', 'messages', 'processed_messages', 'bots']) {
      tables[table] = Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
    }
    const floor = Number(db.prepare("SELECT value FROM meta WHERE key = 'answer_after_message'").pluck().get())
    db.close()
    const handle = await open(input.out, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    return { tables, switchedOff, floor }
  } catch (error) {
    if (db.open) db.close()
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(input.out + end, { force: true })
    throw error
  }
}

function vacuumInto(base: string, out: string): void {
  createPrivateFile(out)
  const from = new Database(base, { readonly: true })
  try {
    from.prepare('VACUUM INTO ?').run(out)
  } finally {
    from.close()
  }
}

/** Chats that the other side brought, or to which it brought messages. What a restore or an undo gives back whole was counted before. */
const changedChats = ({ undo }: FinishInput): string =>
  `id IN (SELECT ours FROM temp.chat WHERE added = 1${undo === undefined ? '' : ` UNION SELECT chat_id FROM main.messages WHERE id > ${Math.trunc(undo.afterMessage)}`})`

/** The union of what was answered and of what was forgotten: in no mode does a restore make anything be answered again. */
function takeAnswers(db: Database.Database, filter = ''): void {
  db.exec(`
    INSERT OR IGNORE INTO main.processed_messages (account_id, chat_id, message_id, bot_name, original_text, response_text, metadata, processed_at)
      SELECT (SELECT ours FROM temp.account WHERE theirs = p.account_id), (SELECT ours FROM temp.chat WHERE theirs = p.chat_id),
        p.message_id, p.bot_name, p.original_text, p.response_text, p.metadata, p.processed_at FROM other.processed_messages p ${filter};
    INSERT OR IGNORE INTO main.forgotten SELECT digest FROM other.forgotten;
  `)
}

/** What was spent today was spent here, whatever the file says: a restore gives no budget back and takes none away. A merge leaves it alone. */
function takeModelUse(db: Database.Database): void {
  db.exec(`DELETE FROM main.model_use;
    INSERT INTO main.model_use (day, chat_id, bot_name, calls, characters, told)
      SELECT u.day, c.ours, u.bot_name, ${sum('u.calls')}, ${sum('u.characters')}, max(u.told) FROM other.model_use u
      JOIN (SELECT theirs, ours FROM temp.chat UNION ALL SELECT 0, 0) c ON c.theirs = u.chat_id GROUP BY u.day, c.ours, u.bot_name`)
}

/** sum() fails where it leaves the range of integers, and a number of a file may be any. */
const sum = (column: string): string => `CAST(min(total(${column}), ${Number.MAX_SAFE_INTEGER}) AS INTEGER)`

function replace(db: Database.Database, input: FinishInput, foreign: boolean): number {
  db.exec(
    "DELETE FROM main.outbox; DELETE FROM main.jobs; DELETE FROM main.imported_values WHERE table_name IN ('outbox', 'jobs')",
  )
  const columns = columnsOf(db, 'outbox').filter(
    (column) => !['job', 'account_id', 'chat_id', 'quotes', 'state', 'code'].includes(column),
  )
  const list = columns.map(quoteName).join(', ')
  const theirs = columns.map((column) => `x.${quoteName(column)}`).join(', ')
  // Chunks on their way keep their ids, so that a late ack or a request for resending finds them; what waits is never sent.
  db.exec(`INSERT INTO main.outbox (${list}, job, account_id, chat_id, quotes, state, code)
    SELECT ${theirs}, NULL, a.ours, c.ours, NULL, iif(x.state = 'pending', 'cancelled', x.state), iif(x.state = 'pending', '${REASON}', x.code)
    FROM other.outbox x JOIN temp.account a ON a.theirs = x.account_id JOIN temp.chat c ON c.theirs = x.chat_id`)
  takeAnswers(db)
  takeModelUse(db)
  if (input.undo !== undefined) takeSince(db, input.undo)
  const off = foreign ? strangers(db, 'SELECT id FROM main.bot_chat_assignments', input.switchOn) : 0
  adoptAccounts(db)
  return off
}

/** What was received or changed after the restore that is undone. */
function takeSince(db: Database.Database, undo: { afterMessage: number; since: number }): void {
  const columns = columnsOf(db, 'messages').filter((column) => column !== 'account_id' && column !== 'chat_id')
  const list = columns.map(quoteName).join(', ')
  const theirs = columns.map((column) => `x.${quoteName(column)}`).join(', ')
  db.exec('UPDATE main.search_gap SET first = 1, last = 9007199254740991')
  db.prepare(`INSERT OR IGNORE INTO main.messages (${list}, account_id, chat_id) SELECT ${theirs}, a.ours, c.ours FROM other.messages x
    JOIN temp.account a ON a.theirs = x.account_id JOIN temp.chat c ON c.theirs = x.chat_id WHERE x.id > ?`).run(
    undo.afterMessage,
  )
  takeChanges(db, undo.afterMessage)
  takeAssignments(db, `x.updated_at > ${Math.trunc(undo.since)}`, false)
  db.prepare('INSERT OR REPLACE INTO main.bots SELECT * FROM other.bots WHERE updated_at > ?').run(undo.since)
}

function merge(db: Database.Database, input: FinishInput, foreign: boolean): number {
  const scope = 'SELECT c.ours FROM temp.chat c JOIN temp.wanted w ON w.id = c.theirs'
  db.exec(`UPDATE main.jobs SET state = 'cancelled', reason = '${REASON}' WHERE state = 'waiting';
    UPDATE main.outbox SET state = 'cancelled', code = '${REASON}' WHERE state = 'pending'`)
  if (input.only?.assignments !== true) takeHistory(db, input, scope)
  if (input.mode === 'replace') {
    const all = input.only?.chats === undefined ? '' : ` WHERE chat_id IN (${scope})`
    db.exec(`DELETE FROM main.bot_chat_assignments${all}`)
  }
  const taken = takeAssignments(db, 'x.chat_id IN (SELECT id FROM temp.wanted)', true)
  const off = foreign ? strangers(db, taken.join(', '), input.switchOn) : 0
  adoptAccounts(db)
  takeBots(db, input)
  return off
}

/** The user's own bots and rules: those that the taken assignments need are added; with all assignments, also what changed. */
function takeBots(db: Database.Database, input: FinishInput): void {
  const some = input.only?.chats !== undefined
  const needed = some
    ? 'name IN (SELECT bot_name FROM other.bot_chat_assignments WHERE chat_id IN (SELECT id FROM temp.wanted))'
    : 'true'
  const conflict = some
    ? 'DO NOTHING'
    : `DO UPDATE SET spec = excluded.spec, version = excluded.version, updated_at = excluded.updated_at ${input.mode === 'replace' ? '' : 'WHERE excluded.updated_at > bots.updated_at'}`
  db.exec(`INSERT INTO main.bots SELECT * FROM other.bots WHERE ${needed} ON CONFLICT (name) ${conflict}`)
}

function takeHistory(db: Database.Database, input: FinishInput, scope: string): void {
  db.exec(`UPDATE main.chats SET (chat_name, is_manual, archived, updated_at) = (SELECT o.chat_name, o.is_manual, o.archived, o.updated_at FROM other.chats o JOIN temp.chat c ON c.theirs = o.id WHERE c.ours = main.chats.id)
    WHERE id IN (SELECT c.ours FROM temp.chat c JOIN temp.wanted w ON w.id = c.theirs JOIN other.chats o ON o.id = c.theirs JOIN main.chats m ON m.id = c.ours WHERE o.updated_at > m.updated_at)`)
  // The search index of a large history is filled in the background, like after any restore.
  db.exec(
    "INSERT INTO main.messages_fts (messages_fts) VALUES ('delete-all'); UPDATE main.search_gap SET first = 1, last = 9007199254740991",
  )
  if (input.mode === 'replace') dropHistory(db, scope)
  raiseSequences(db)
  const columns = columnsOf(db, 'messages').filter((column) => !['id', 'account_id', 'chat_id'].includes(column))
  const list = columns.map(quoteName).join(', ')
  const theirs = columns.map((column) => `x.${quoteName(column)}`).join(', ')
  db.exec(`INSERT OR IGNORE INTO main.messages (id, account_id, chat_id, ${list})
    SELECT iif(EXISTS (SELECT 1 FROM main.messages m WHERE m.id = x.id), NULL, x.id), a.ours, c.ours, ${theirs} FROM other.messages x
    JOIN temp.account a ON a.theirs = x.account_id JOIN temp.chat c ON c.theirs = x.chat_id JOIN temp.wanted w ON w.id = x.chat_id
    WHERE NOT EXISTS (SELECT 1 FROM main.messages m WHERE m.account_id = a.ours AND m.chat_id = c.ours AND m.sender_jid = x.sender_jid AND m.message_id = x.message_id) ORDER BY x.id`)
  takeAnswers(db, input.only?.chats === undefined ? '' : 'WHERE p.chat_id IN (SELECT id FROM temp.wanted)')
}

/** What belonged to the messages that go: their jobs have ended, and what was answered stays in `processed_messages`. */
function dropHistory(db: Database.Database, scope: string): void {
  const going = `SELECT id FROM main.messages WHERE chat_id IN (${scope})`
  db.exec(`UPDATE main.outbox SET quotes = NULL WHERE quotes IN (${going});
    UPDATE main.outbox SET job = NULL WHERE job IN (SELECT id FROM main.jobs WHERE message IN (${going}));
    DELETE FROM main.jobs WHERE message IN (${going});
    DELETE FROM main.messages WHERE chat_id IN (${scope})`)
}

/** Counters never go back: an id that was used once, here or in the file, is not used again. */
function raiseSequences(db: Database.Database): void {
  for (const table of ['messages', 'outbox', 'bot_chat_assignments']) {
    const highest = Number(
      db
        .prepare(`SELECT max((SELECT COALESCE(max(id), 0) FROM main.${table}), ${seq('main')}, ${seq('other')})`)
        .pluck()
        .get({ table }),
    )
    db.prepare('DELETE FROM main.sqlite_sequence WHERE name = ?').run(table)
    // The table has no column types, and numbers are bound as REAL: a dump of 0.0 is none that SQLite would write.
    db.prepare('INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, CAST(? AS INTEGER))').run(table, highest)
  }
}

/** The table takes any value: a counter that is no number counts nothing. */
const seq = (schema: string): string =>
  `COALESCE((SELECT max(seq) FROM ${schema}.sqlite_sequence WHERE name = @table AND typeof(seq) = 'integer'), 0)`

/** Nothing older than this moment is ever answered: by order of receipt, and by the time at which it was sent. */
function setFloor(db: Database.Database, input: FinishInput, whole: boolean): void {
  raiseSequences(db)
  forgetChanges(db)
  const live = whole ? 'other' : 'main'
  const floor = Number(db.prepare("SELECT seq FROM main.sqlite_sequence WHERE name = 'messages'").pluck().get())
  const sent = Number(db.prepare(`SELECT value FROM ${live}.meta WHERE key = 'answer_after_sent'`).pluck().get() ?? 0)
  const put = db.prepare(
    'INSERT INTO main.meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  )
  const ofLive = db.prepare<[string], unknown>(`SELECT value FROM ${live}.meta WHERE key = ?`).pluck()
  put.run('answer_after_message', BigInt(floor))
  put.run('answer_after_sent', BigInt(Math.trunc(Math.max(input.now, Number.isFinite(sent) ? sent : 0))))
  // A restored database does not bring an identity with it.
  for (const key of ['installation', 'installation_kept_in']) {
    const value = ofLive.get(key)
    if (value === undefined) db.prepare('DELETE FROM main.meta WHERE key = ?').run(key)
    else put.run(key, value)
  }
  db.prepare('UPDATE main.bot_chat_assignments SET after_message = max(after_message, ?)').run(BigInt(floor))
  if (Number(db.prepare('SELECT last FROM main.search_gap').pluck().get()) > 0) {
    db.exec('UPDATE main.search_gap SET first = 1, last = (SELECT COALESCE(max(id), 0) FROM main.messages)')
  }
}
