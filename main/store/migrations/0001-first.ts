// The three tables of the data guide keep their names and columns; the rest is ours.
//
// Conventions. `*_at` columns of our own are integers: milliseconds since 1970, by the clock that the column's comment names.
// Columns that the guide's files already had keep what those files held (any storage class), so they have no STRICT type.
// `messages.id` grows in order of receipt: "received after" is always a comparison of ids, never of clocks.
export const sql = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  jid TEXT UNIQUE,                       -- phone JID, no device part
  lid TEXT UNIQUE,
  label TEXT NOT NULL DEFAULT '',
  linked_at INTEGER,
  unlinked_at INTEGER
);

CREATE TABLE chats (
  id INTEGER PRIMARY KEY,
  chat_jid TEXT NOT NULL UNIQUE,         -- the label files of the Python service use: phone JID where known, else LID or group
  chat_name TEXT,
  is_manual BOOLEAN DEFAULT 0,
  last_synced TIMESTAMP,
  last_message_time TIMESTAMP,           -- ms since 1970 (server's clock) once we wrote it
  message_count INTEGER DEFAULT 0,
  added_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  is_placeholder INTEGER NOT NULL DEFAULT 0,  -- made only so that an imported orphan keeps its place; not exported
  archived INTEGER NOT NULL DEFAULT 0,
  name_rank INTEGER NOT NULL DEFAULT 0,  -- where the name is from, the greater stays: see NAME_RANK in chats.ts
  members INTEGER,
  updated_at INTEGER NOT NULL DEFAULT 0,
  group_metadata TEXT                    -- JSON as Baileys gives it; null for people. Last: it is long and seldom read
);
CREATE INDEX idx_chats_last_message_time ON chats (last_message_time DESC);
CREATE INDEX idx_chats_name ON chats (chat_name COLLATE NOCASE);
CREATE INDEX idx_chats_message_count ON chats (message_count);
CREATE INDEX idx_chats_added_at ON chats (added_at);
CREATE INDEX idx_chats_placeholder ON chats (id) WHERE is_placeholder = 1;

-- Name, JIDs and digits of a chat, folded (small letters, no accents): one narrow table to look through.
CREATE TABLE chat_search (chat_id INTEGER PRIMARY KEY REFERENCES chats (id) ON DELETE CASCADE, terms TEXT NOT NULL);

-- Which phone number a LID had when we last heard of it. Holds people without a chat of their own, too.
CREATE TABLE lid_mappings (lid TEXT PRIMARY KEY, pn TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX idx_lid_mappings_pn ON lid_mappings (pn);

CREATE TABLE chat_aliases (
  account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  jid TEXT NOT NULL,
  chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  PRIMARY KEY (account_id, jid)
) WITHOUT ROWID;
CREATE INDEX idx_chat_aliases_chat ON chat_aliases (chat_id);
CREATE INDEX idx_chat_aliases_jid ON chat_aliases (jid);

CREATE TABLE bot_chat_assignments (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  bot_name TEXT NOT NULL,
  chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  enabled BOOLEAN NOT NULL DEFAULT 1,
  answer_owner_messages BOOLEAN NOT NULL DEFAULT 1,
  context_message_count INTEGER NOT NULL DEFAULT 0,
  response_chat_id INTEGER REFERENCES chats (id) ON DELETE SET NULL,
  source_account_id INTEGER REFERENCES accounts (id),   -- the account under which it answers; null: not yet switched on here
  target_account_id INTEGER REFERENCES accounts (id),
  after_message INTEGER NOT NULL DEFAULT 0,             -- only messages with a greater id are answered
  stopped_reason TEXT,                                  -- why Whatslang itself switched it off (JSON: code, at, by)
  superseded TEXT,                                      -- JSON list: settings that lost to these when two chats became one
  was_enabled INTEGER NOT NULL DEFAULT 0,               -- arrived switched on from elsewhere, waits for the one button
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (bot_name, chat_id)
);
CREATE INDEX idx_assignments_chat ON bot_chat_assignments (chat_id);

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of receipt; AUTOINCREMENT: an id is never used again, whatever is deleted
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  message_id TEXT NOT NULL,
  sender_jid TEXT NOT NULL,              -- '' in a chat of two: the other one; 'me': this account; in groups the LID where known
  sender_name TEXT,
  from_me INTEGER NOT NULL,
  sent_at INTEGER NOT NULL,              -- ms, server's clock
  received_at INTEGER NOT NULL,          -- ms, server's clock as we reckon it
  origin TEXT NOT NULL CHECK (origin IN ('live', 'offline', 'history', 'own')),
  kind TEXT NOT NULL,                    -- text, image, audio, video, document, sticker, location, contact, reaction, poll, undecryptable, other
  text TEXT,                             -- null once retention took it
  quoted_id TEXT,
  media TEXT,                            -- JSON: mimetype, bytes, seconds, width, height, file
  raw BLOB,                              -- proto.WebMessageInfo as received, for quoting and media
  UNIQUE (account_id, chat_id, sender_jid, message_id)
);
CREATE INDEX idx_messages_chat ON messages (chat_id, sent_at, id);
CREATE INDEX idx_messages_wa ON messages (message_id);
CREATE INDEX idx_messages_sender ON messages (sender_jid) WHERE sender_jid NOT IN ('', 'me');
CREATE INDEX idx_messages_received ON messages (origin, from_me, received_at, kind);

-- Rows from first to last are not in the search index yet (after a restore): it is filled in the background, in steps.
CREATE TABLE search_gap (id INTEGER PRIMARY KEY CHECK (id = 1), first INTEGER NOT NULL, last INTEGER NOT NULL);
INSERT INTO search_gap VALUES (1, 1, 0);

CREATE VIRTUAL TABLE messages_fts USING fts5 (text, content='messages', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
CREATE TRIGGER messages_fts_insert AFTER INSERT ON messages
WHEN new.text IS NOT NULL AND NOT EXISTS (SELECT 1 FROM search_gap WHERE new.id BETWEEN first AND last) BEGIN
  INSERT INTO messages_fts (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER messages_fts_delete AFTER DELETE ON messages
WHEN old.text IS NOT NULL AND NOT EXISTS (SELECT 1 FROM search_gap WHERE old.id BETWEEN first AND last) BEGIN
  INSERT INTO messages_fts (messages_fts, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER messages_fts_update AFTER UPDATE OF text ON messages
WHEN NOT EXISTS (SELECT 1 FROM search_gap WHERE old.id BETWEEN first AND last) BEGIN
  INSERT INTO messages_fts (messages_fts, rowid, text) SELECT 'delete', old.id, old.text WHERE old.text IS NOT NULL;
  INSERT INTO messages_fts (rowid, text) SELECT new.id, new.text WHERE new.text IS NOT NULL;
END;

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY,
  message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
  bot_name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'skipped', 'failed', 'cancelled')),
  reason TEXT,                           -- a code, see main/bots
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  expires_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (message, bot_name)
);
CREATE INDEX idx_jobs_waiting ON jobs (due_at) WHERE state = 'waiting';
CREATE INDEX idx_jobs_updated ON jobs (updated_at, state, bot_name);
CREATE INDEX idx_jobs_chat ON jobs (chat_id, bot_name, id);
CREATE INDEX idx_jobs_bot ON jobs (bot_name, id);
CREATE INDEX idx_jobs_state ON jobs (state, id);
CREATE INDEX idx_jobs_silent ON jobs (id) WHERE state = 'done' AND reason = 'no-response';

CREATE TABLE processed_messages (
  id INTEGER PRIMARY KEY,
  account_id INTEGER,                    -- null: from a file that did not know accounts
  chat_id INTEGER,                       -- null: from a file that did not know the chat
  message_id TEXT NOT NULL,
  bot_name TEXT NOT NULL,
  original_text TEXT,
  response_text TEXT,
  metadata TEXT,
  processed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX idx_processed_key ON processed_messages (message_id, bot_name, COALESCE(chat_id, 0), COALESCE(account_id, 0));
CREATE INDEX idx_processed_at ON processed_messages (processed_at);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job INTEGER REFERENCES jobs (id) ON DELETE SET NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  chat_id INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,  -- where the answer goes
  bot_name TEXT NOT NULL,
  chunk INTEGER NOT NULL,                -- 1..chunks
  chunks INTEGER NOT NULL,
  wa_message_id TEXT NOT NULL UNIQUE,    -- hash of account, chat, sender, inbound id, bot, chunk and attempt
  body TEXT,                             -- null once retention took it
  quotes INTEGER REFERENCES messages (id) ON DELETE SET NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'acked', 'refused', 'expired', 'cancelled')),
  code TEXT,                             -- why it was refused, expired or cancelled
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  sent_at INTEGER,
  acked_at INTEGER,
  expires_at INTEGER NOT NULL
);
CREATE INDEX idx_outbox_open ON outbox (due_at) WHERE state IN ('pending', 'sent');
CREATE INDEX idx_outbox_job ON outbox (job);
CREATE INDEX idx_outbox_undelivered ON outbox (job) WHERE state IN ('refused', 'expired', 'cancelled');
CREATE INDEX idx_outbox_quotes ON outbox (quotes) WHERE quotes IS NOT NULL;
CREATE INDEX idx_outbox_chat ON outbox (chat_id, id);

CREATE TABLE bots (
  name TEXT PRIMARY KEY,
  spec TEXT NOT NULL,                    -- JSON: a bot of the user's own, or the settings of one from the catalogue
  version INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
);

-- What was answered or received in chats whose data the user deleted: hashes only, so that nothing is answered again.
CREATE TABLE forgotten (digest BLOB PRIMARY KEY) WITHOUT ROWID;

-- Values of imported files that we normalised, as they stood, for the way back (compatibility with the Python service).
CREATE TABLE imported_values (
  table_name TEXT NOT NULL, row_id INTEGER NOT NULL, column_name TEXT NOT NULL, value,
  PRIMARY KEY (table_name, row_id, column_name)
) WITHOUT ROWID;

-- Small facts of the file itself: 'answer_after_message' (the restore floor), 'answer_after_sent' (ms, server's clock), 'created_by'.
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
`
