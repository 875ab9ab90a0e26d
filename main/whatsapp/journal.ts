import type { SessionDatabase } from './session-db.ts'

/** What was decrypted and is not yet in the store's hands. */
export interface JournalEntry {
  hash: Buffer
  /** See `messageName`. */
  message: string
  owner: JournalOwner
  /** The stanza in WhatsApp's binary form. */
  stanza: Uint8Array
  /** With Signal's padding, as decryption gave it. */
  plaintext: Uint8Array
}
export interface JournalOwner {
  accountId: number
  jid: string
  lid: string
}

export type Remembered = { state: 'open'; plaintext: Buffer } | { state: 'closed' }

export interface Journal {
  find(hash: Buffer): Remembered | undefined
  /** Part of the caller's transaction: plaintext and ratchet reach the disk together or not at all. */
  insert(entry: JournalEntry): void
  /** In order of receipt. */
  open(): JournalEntry[]
  /** Lazy, because a close that a crash forgets is brought again and dropped by the store. */
  close(messages: Iterable<string>): void
  /** Writes the pending closes; part of the caller's transaction where there is one. */
  settle(): void
  /** Forgets closed entries older than that. */
  prune(olderThan: number): void
}

interface Row {
  hash: Buffer
  message: string
  owner: string
  stanza: Buffer
  plaintext: Buffer
}

export function createJournal(session: SessionDatabase, now: () => number): Journal {
  const { db } = session
  const find = db.prepare<[Buffer], { plaintext: Buffer | null }>('SELECT plaintext FROM journal WHERE hash = ?')
  const insert = db.prepare(
    'INSERT OR IGNORE INTO journal (hash, message, owner, stanza, plaintext) VALUES (@hash, @message, @owner, @stanza, @plaintext)',
  )
  const open = db.prepare<[], Row>(
    'SELECT hash, message, owner, stanza, plaintext FROM journal WHERE closed_at IS NULL ORDER BY seq',
  )
  const close = db.prepare(
    'UPDATE journal SET closed_at = ?, stanza = NULL, plaintext = NULL WHERE message = ? AND closed_at IS NULL',
  )
  const prune = db.prepare('DELETE FROM journal WHERE closed_at < ?')
  const pending = new Set<string>()
  const settle = () => {
    if (pending.size === 0) return
    const at = now()
    for (const message of pending) close.run(at, message)
    pending.clear()
  }
  return {
    find(hash) {
      const row = find.get(hash)
      if (!row) return undefined
      return row.plaintext === null ? { state: 'closed' } : { state: 'open', plaintext: row.plaintext }
    },
    insert(entry) {
      insert.run({ ...entry, owner: JSON.stringify(entry.owner) })
    },
    open: () =>
      open
        .all()
        .filter((row) => !pending.has(row.message))
        .map((row) => ({ ...row, owner: JSON.parse(row.owner) })),
    close(messages) {
      for (const message of messages) pending.add(message)
    },
    settle: () => {
      if (pending.size > 0) session.transaction(settle)
    },
    prune: (olderThan) => {
      prune.run(olderThan)
    },
  }
}
