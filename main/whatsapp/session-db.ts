import { closeSync, openSync } from 'node:fs'
import type Database from 'better-sqlite3'
import * as z from 'zod'
import { setMode } from '../files/modes.ts'
import { asStoreError } from '../store/errors.ts'
import { connect } from '../store/sqlite.ts'

const applicationId = 0x57534553 // 'WSES'
const version = 2

// One value per row and UPSERT: Signal rewrites a session with every message, so anything that appends grows without end.
// `creds` is what Baileys calls AuthenticationCreds, as one JSON. `untold_mappings` waits until the store took it.
const schema = `
CREATE TABLE creds (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL) STRICT;
CREATE TABLE keys (type TEXT NOT NULL, id TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (type, id)) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,              -- sha256 of the ciphertext
  message TEXT NOT NULL,                  -- chat, id and sender: names the message among all
  owner TEXT NOT NULL,                    -- JSON: the account's id, jid and lid when it came
  stanza BLOB,                            -- null once closed
  plaintext BLOB,                         -- null once closed
  closed_at INTEGER                       -- ms since 1970; closed rows only answer redeliveries
) STRICT;
CREATE INDEX journal_message ON journal (message);
CREATE INDEX journal_open ON journal (seq) WHERE closed_at IS NULL;
CREATE TABLE untold_mappings (pn TEXT PRIMARY KEY, lid TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

// Since version 2.
const earlyRevisions = `
CREATE TABLE early_revisions (
  seq INTEGER PRIMARY KEY,
  message_id TEXT NOT NULL,
  revision TEXT NOT NULL,                 -- JSON: who changed it, where, and to what
  at INTEGER NOT NULL                     -- ms since 1970
) STRICT;
CREATE INDEX early_revisions_message ON early_revisions (message_id);
`

export interface SessionDatabase {
  db: Database.Database
  /** One immediate transaction; nested calls join the outer one. */
  transaction<T>(work: () => T): T
  fact(name: FactName): string | undefined
  setFact(name: FactName, value: string | undefined): void
  close(): void
}

/** `server`: which kind of server an account of this file was ever linked to. `version`: the last good WhatsApp version. */
export type FactName = 'server' | 'version' | 'pause' | 'probe'

/**
 * Opens or makes session.db. Every commit is on the disk when it returns (synchronous=FULL): a receipt that leaves
 * before its key was saved would lose the message.
 */
export function openSessionDatabase(path: string): SessionDatabase {
  try {
    closeSync(openSync(path, 'a', 0o600))
    if (process.platform !== 'win32') setMode(path, 0o600)
    const db = connect(path)
    try {
      prepare(db, path)
    } catch (error) {
      db.close()
      throw error
    }
    return wrap(db)
  } catch (error) {
    throw asStoreError(error, path)
  }
}

function prepare(db: Database.Database, path: string): void {
  const found = Number(db.pragma('user_version', { simple: true }))
  if (found > version)
    throw new Error(`${path} was written by a newer Whatslang. Update this one; the file stays as it is.`)
  if (found === version) return
  db.transaction(() => {
    if (found < 1) db.exec(schema)
    db.exec(earlyRevisions)
    db.pragma(`application_id = ${applicationId}`)
    db.pragma(`user_version = ${version}`)
  }).immediate()
}

function wrap(db: Database.Database): SessionDatabase {
  const getFact = db.prepare<[string], { value: string }>('SELECT value FROM facts WHERE name = ?')
  const putFact = db.prepare('INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value')
  const dropFact = db.prepare('DELETE FROM facts WHERE name = ?')
  return {
    db,
    transaction: (work) => db.transaction(work).immediate(),
    fact: (name) => getFact.get(name)?.value,
    setFact: (name, value) => {
      if (value === undefined) dropFact.run(name)
      else putFact.run(name, value)
    },
    close: () => db.close(),
  }
}

const Account = z.object({
  account: z.unknown().refine((account) => account !== undefined && account !== null),
  me: z.object({ id: z.string(), lid: z.string().optional(), name: z.string().optional() }),
})

/** Who is linked, without loading Baileys; undefined where nobody is, or pairing never ended. */
export function readAccount({ db }: SessionDatabase): { jid: string; lid?: string; name?: string } | undefined {
  const row = db.prepare<[], { value: string }>('SELECT value FROM creds').get()
  const parsed = row ? Account.safeParse(JSON.parse(row.value)) : undefined
  if (!parsed?.success) return undefined
  const { id, lid, name } = parsed.data.me
  const bare = (jid: string) => jid.replace(/:\d+@/, '@')
  return { jid: bare(id), ...(lid ? { lid: bare(lid) } : {}), ...(name && name !== '~' ? { name } : {}) }
}
