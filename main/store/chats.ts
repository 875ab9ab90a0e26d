import { createChatList } from './chat-list.ts'
import { createChatMerge } from './chat-merge.ts'
import type { ChatRef } from './chat-ref.ts'
import { createChatRemoval } from './chat-removal.ts'
import { createChatTexts } from './chat-texts.ts'
import type { StoreContext } from './context.ts'
import { fold, isGroup, isLid, isPhone, plainJid } from './jid.ts'
import { readJson, readText } from './read-column.ts'

/** A name from a better place replaces one from a lesser place, never the other way round. */
export const NAME_RANK = { push: 1, imported: 2, group: 3, contact: 3, user: 4 } as const
export type NameSource = keyof typeof NAME_RANK

export interface GroupMetadata {
  subject?: string
  participants?: readonly unknown[]
}

/** Chats and the addresses by which they are found: phone JID, LID or group, per account. */
export function createChats(context: StoreContext) {
  const { db, clock, transaction, emit } = context
  const texts = createChatTexts(context)
  const list = createChatList(context, texts)
  // Asked for every message. No join: SQLite plans by the values bound (STAT4), and would compile a statement with a choice anew at each call.
  const byAlias = db.prepare<[number, string], ChatRef>(
    `SELECT chat_id AS id, (SELECT chat_jid FROM chats WHERE id = chat_id) AS jid FROM chat_aliases
     WHERE account_id = ? AND jid = ?`,
  )
  const byAnyAlias = db.prepare<[string], ChatRef>(
    'SELECT c.id, c.chat_jid AS jid FROM chat_aliases a JOIN chats c ON c.id = a.chat_id WHERE a.jid = ? ORDER BY a.account_id DESC LIMIT 1',
  )
  const byLabel = db.prepare<[string], ChatRef>('SELECT id, chat_jid AS jid FROM chats WHERE chat_jid = ?')
  const byId = db.prepare<[number], ChatRef>('SELECT id, chat_jid AS jid FROM chats WHERE id = ?')
  const insert = db.prepare(
    'INSERT INTO chats (chat_jid, chat_name, name_rank, added_at, updated_at) VALUES (?, ?, ?, ?, ?)',
  )
  const addAlias = db.prepare('INSERT OR IGNORE INTO chat_aliases (account_id, jid, chat_id) VALUES (?, ?, ?)')
  const phoneOf = db.prepare<[string], string>('SELECT pn FROM lid_mappings WHERE lid = ?').pluck()
  const lidOf = db.prepare<[string], string>('SELECT lid FROM lid_mappings WHERE pn = ? LIMIT 1').pluck()
  const aliases = db.prepare<[number], string>('SELECT DISTINCT jid FROM chat_aliases WHERE chat_id = ?').pluck()
  const rename = db.prepare(
    'UPDATE chats SET chat_name = ?, name_rank = ?, updated_at = ? WHERE id = ? AND name_rank <= ? AND chat_name IS NOT ?',
  )
  const nameOf = db.prepare<[number], string | null>('SELECT chat_name FROM chats WHERE id = ?').pluck()
  const manual = db.prepare('UPDATE chats SET is_manual = 1, is_placeholder = 0, updated_at = ? WHERE id = ?')
  const real = db.prepare('UPDATE chats SET is_placeholder = 0 WHERE id = ? AND is_placeholder = 1')
  const group = db.prepare(
    'UPDATE chats SET group_metadata = ?, members = ?, last_synced = ?, is_placeholder = 0, updated_at = ? WHERE id = ?',
  )
  const groupOf = db.prepare<[number], string | null>('SELECT group_metadata FROM chats WHERE id = ?').pluck()
  const archive = db.prepare('UPDATE chats SET archived = ?, updated_at = ? WHERE id = ? AND archived <> ?')
  const synced = db.prepare('UPDATE chats SET last_synced = ? WHERE id = ?')

  const refOf = (row: ChatRef | undefined): ChatRef | undefined =>
    row && (typeof row.jid === 'string' ? row : { id: row.id, jid: readText(row.jid) ?? '' })
  const aliasesOf = (chatId: number): string[] => aliases.all(chatId).map((jid) => readText(jid) ?? '')

  function refreshSearch(chatId: number): void {
    const chat = refOf(byId.get(chatId))
    if (!chat) return
    const jids = new Set([chat.jid, ...aliasesOf(chatId)])
    texts.set(chatId, fold([readText(nameOf.get(chatId)) ?? '', ...jids].join('\n')))
  }
  /** The other form of the same person, where it is known. */
  const otherForm = (jid: string): string | undefined =>
    (isLid(jid) ? readText(phoneOf.get(jid)) : isPhone(jid) ? readText(lidOf.get(jid)) : null) ?? undefined

  function find(jid: string): ChatRef | undefined {
    const plain = plainJid(jid)
    const direct = byLabel.get(plain) ?? byAnyAlias.get(plain)
    if (direct) return refOf(direct)
    const other = otherForm(plain)
    return other === undefined ? undefined : refOf(byLabel.get(other) ?? byAnyAlias.get(other))
  }
  const merge = createChatMerge(context, { find, refreshSearch })
  const removal = createChatRemoval(context, {
    byId: (id) => refOf(byId.get(id)),
    aliases: aliasesOf,
  })

  /**
   * The chat that this address means for this account; made where there is none. `altJid` is the same person's other form: that the two are one is
   * then remembered, and two chats that turn out to be one become one.
   */
  function resolve(accountId: number, jid: string, altJid?: string): ChatRef {
    const plain = plainJid(jid)
    const alt = altJid === undefined ? undefined : plainJid(altJid)
    const known = refOf(byAlias.get(accountId, plain))
    if (known && (alt === undefined || byAlias.get(accountId, alt)?.id === known.id)) return known
    return transaction(() => {
      const pn = [plain, alt].find((form) => form !== undefined && isPhone(form))
      const lid = [plain, alt].find((form) => form !== undefined && isLid(form))
      if (pn !== undefined && lid !== undefined) merge.learn(pn, lid)
      const other = alt ?? otherForm(plain)
      let chat = find(plain) ?? (other === undefined ? undefined : find(other))
      if (!chat) {
        const label = isLid(plain) && other !== undefined && isPhone(other) ? other : plain
        const id = Number(insert.run(label, null, 0, clock.now(), clock.now()).lastInsertRowid)
        chat = { id, jid: label }
        emit({ type: 'chats' })
      }
      addAlias.run(accountId, plain, chat.id)
      if (other !== undefined) addAlias.run(accountId, other, chat.id)
      real.run(chat.id)
      refreshSearch(chat.id)
      return chat
    })
  }

  function name(chatId: number, text: string, source: NameSource): boolean {
    const trimmed = text.trim()
    const rank = NAME_RANK[source]
    if (trimmed === '') return false
    return transaction(() => {
      const changed = rename.run(trimmed, rank, clock.now(), chatId, rank, trimmed).changes > 0
      if (changed) {
        refreshSearch(chatId)
        emit({ type: 'chat', jid: refOf(byId.get(chatId))?.jid ?? '' })
      }
      return changed
    })
  }

  return {
    ...list,
    resolve,
    find,
    byId: (id: number): ChatRef | undefined => refOf(byId.get(id)),
    name,
    /** Adds a chat by hand, or marks the one that is there. `accountId`: the linked account, null where none is. */
    add(jid: string, options: { name?: string; accountId: number | null }): ChatRef {
      return transaction(() => {
        const plain = plainJid(jid)
        let chat = options.accountId === null ? find(plain) : resolve(options.accountId, plain)
        if (!chat) {
          const id = Number(insert.run(plain, null, 0, clock.now(), clock.now()).lastInsertRowid)
          chat = { id, jid: plain }
          refreshSearch(id)
        }
        manual.run(clock.now(), chat.id)
        if (options.name !== undefined) name(chat.id, options.name, 'user')
        emit({ type: 'chats' })
        return chat
      })
    },
    /** What WhatsApp says about a group. */
    setGroup(accountId: number, jid: string, metadata: GroupMetadata): ChatRef {
      return transaction(() => {
        const chat = resolve(accountId, jid)
        const now = clock.now()
        group.run(JSON.stringify(metadata), metadata.participants?.length ?? null, now, now, chat.id)
        if (metadata.subject) name(chat.id, metadata.subject, 'group')
        emit({ type: 'chat', jid: chat.jid })
        return chat
      })
    },
    /** Group metadata as it was last stored. */
    group(chatId: number): unknown {
      return readJson(groupOf.get(chatId))
    },
    setArchived(chatId: number, archived: boolean): void {
      transaction(() => {
        const flag = archived ? 1 : 0
        archive.run(flag, clock.now(), chatId, flag)
      })
    },
    markSynced(chatId: number): void {
      transaction(() => {
        synced.run(clock.now(), chatId)
      })
    },
    aliases: aliasesOf,
    /** The phone JID of a LID, or the LID of a phone JID, as last heard. */
    otherForm: (jid: string): string | undefined => otherForm(plainJid(jid)),
    learnMapping: (pn: string, lid: string): ChatRef | undefined => merge.learn(plainJid(pn), plainJid(lid)),
    /** Many at once, in one transaction. */
    learnMappings(pairs: readonly { pn: string; lid: string }[]): void {
      transaction(() => {
        for (const { pn, lid } of pairs) merge.learn(plainJid(pn), plainJid(lid))
      })
    },
    /**
     * Deletes a chat with its history, its bots and what waits to be sent: at once for everybody, while its rows go in `removeStep`. Hashes of its
     * messages' ids stay, so that what the server delivers again is neither stored nor answered. Returns the number of messages.
     */
    remove: (chatId: number): number => removal.begin(chatId),
    /** A short part of what deleted chats have left. False: nothing is left. */
    removeStep: (): boolean => removal.step(),
    isGroup: (chat: ChatRef): boolean => isGroup(chat.jid),
  }
}
export type Chats = ReturnType<typeof createChats>
