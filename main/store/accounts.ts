import type { StoreContext } from './context.ts'
import { plainJid } from './jid.ts'
import { readInstant, readText } from './read-column.ts'

export interface Account {
  id: number
  jid: string | null
  lid: string | null
  label: string
  /** ms since 1970; null: never linked here (known from an imported file). */
  linkedAt: number | null
  unlinkedAt: number | null
}
interface Row {
  id: number
  jid: string | null
  lid: string | null
  label: string
  linked_at: number | null
  unlinked_at: number | null
}

const view = (row: Row): Account => ({
  id: row.id,
  jid: readText(row.jid),
  lid: readText(row.lid),
  label: readText(row.label) ?? '',
  // Not null: it was linked, whenever that was.
  linkedAt: row.linked_at === null ? null : (readInstant(row.linked_at) ?? 0),
  unlinkedAt: row.unlinked_at === null ? null : (readInstant(row.unlinked_at) ?? 0),
})

/** The WhatsApp accounts that were ever linked. At most one is linked at a time. */
export function createAccounts({ db, clock, transaction, emit }: StoreContext) {
  const byId = db.prepare<[number], Row>('SELECT * FROM accounts WHERE id = ?')
  const byJid = db.prepare<[string], Row>('SELECT * FROM accounts WHERE jid = ?')
  const byLid = db.prepare<[string], Row>('SELECT * FROM accounts WHERE lid = ?')
  const all = db.prepare<[], Row>('SELECT * FROM accounts ORDER BY id')
  const current = db.prepare<[], Row>(
    'SELECT * FROM accounts WHERE linked_at IS NOT NULL AND unlinked_at IS NULL ORDER BY linked_at DESC, id DESC LIMIT 1',
  )
  const insert = db.prepare('INSERT INTO accounts (jid, lid, label) VALUES (?, ?, ?)')
  const update = db.prepare(
    'UPDATE accounts SET jid = COALESCE(?, jid), lid = COALESCE(?, lid), label = ? WHERE id = ?',
  )
  const clearLid = db.prepare('UPDATE accounts SET lid = NULL WHERE id = ?')
  const linked = db.prepare('UPDATE accounts SET linked_at = ?, unlinked_at = NULL WHERE id = ?')
  const unlinkOthers = db.prepare(
    'UPDATE accounts SET unlinked_at = ? WHERE id <> ? AND linked_at IS NOT NULL AND unlinked_at IS NULL',
  )
  const unlinked = db.prepare('UPDATE accounts SET unlinked_at = ? WHERE id = ? AND unlinked_at IS NULL')
  const adopt = db.prepare(
    `UPDATE bot_chat_assignments SET source_account_id = ?, updated_at = ?,
       after_message = COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0)
     WHERE enabled = 1 AND source_account_id IS NULL`,
  )

  function ensure(who: { jid?: string; lid?: string; label?: string }): Account {
    const jid = who.jid === undefined ? null : plainJid(who.jid)
    const lid = who.lid === undefined ? null : plainJid(who.lid)
    return transaction(() => {
      const known = (jid ? byJid.get(jid) : undefined) ?? (lid ? byLid.get(lid) : undefined)
      if (known) {
        // The LID stands for the person; where another row holds it (a changed number), that row lets go of it.
        const other = lid ? byLid.get(lid) : undefined
        if (other && other.id !== known.id) clearLid.run(other.id)
        update.run(jid, lid, who.label ?? known.label, known.id)
        return required(known.id)
      }
      return required(Number(insert.run(jid, lid, who.label ?? '').lastInsertRowid))
    })
  }
  function required(id: number): Account {
    const row = byId.get(id)
    if (!row) throw new Error(`Account ${id} vanished inside its own transaction.`)
    return view(row)
  }

  return {
    ensure,
    /**
     * The account is linked from now on, any other no longer. Assignments that were switched on before any account was linked answer under
     * this one, from the next message on.
     */
    link(who: { jid?: string; lid?: string; label?: string }): Account {
      return transaction(() => {
        const { id, linkedAt, unlinkedAt } = ensure(who)
        const now = clock.now()
        unlinkOthers.run(now, id)
        if (linkedAt === null || unlinkedAt !== null) linked.run(now, id)
        adopt.run(id, now)
        emit({ type: 'chats' })
        return required(id)
      })
    },
    unlink(id: number): void {
      transaction(() => {
        unlinked.run(clock.now(), id)
        emit({ type: 'chats' })
      })
    },
    /** The linked account. */
    current(): Account | undefined {
      const row = current.get()
      return row && view(row)
    },
    get(id: number): Account | undefined {
      const row = byId.get(id)
      return row && view(row)
    },
    find(jid: string): Account | undefined {
      const row = byJid.get(plainJid(jid)) ?? byLid.get(plainJid(jid))
      return row && view(row)
    },
    list: (): Account[] => all.all().map(view),
  }
}
export type Accounts = ReturnType<typeof createAccounts>
