import { createChangedSince } from './changed-since.ts'
import type { Chats } from './chats.ts'
import type { StoreContext } from './context.ts'
import { isGroup, plainJid } from './jid.ts'

/** A message was edited, or deleted for everyone, after it was sent. */
export interface MessageRevision {
  accountId: number
  chatJid: string
  messageId: string
  /** This account changed it, from any of its devices. */
  fromMe: boolean
  /** In groups: who changed it, in the forms that the stanza carried. */
  actors: readonly string[]
  /** null: deleted for everyone. */
  text: string | null
}

interface Target {
  id: number
  from_me: 0 | 1
  sender_jid: string
}

/**
 * Edits and deletions of what is stored. They change what is there and never decide anew: no bot answers an edit. Only its author edits a message;
 * in a group an administrator may delete it as well. What retention or a deletion has taken does not come back.
 */
export function createRevisions(context: StoreContext, chats: Chats) {
  const { db, transaction, emit } = context
  const changedSince = createChangedSince(context)
  const targets = db.prepare<[number, number, string], Target>(
    `SELECT id, from_me, sender_jid FROM messages WHERE account_id = ? AND chat_id = ? AND message_id = ?
       AND kind <> 'undecryptable' AND (text IS NOT NULL OR raw IS NOT NULL)`,
  )
  const edit = db.prepare('UPDATE messages SET text = ? WHERE id = ?')
  const remove = db.prepare('UPDATE messages SET text = NULL, media = NULL, raw = NULL WHERE id = ?')
  const removeAnswered = db.prepare(
    'UPDATE processed_messages SET original_text = NULL WHERE account_id = ? AND chat_id = ? AND message_id = ?',
  )
  // What a restored file had there instead of a text that can be read.
  const dropUnread = db.prepare(
    "DELETE FROM imported_values WHERE table_name = 'messages' AND row_id = ? AND column_name IN ('text', 'media', 'raw')",
  )
  // FTS5 leaves deleted words in its segments otherwise (sqlite.org/fts5.html#the_secure_delete_configuration_option).
  const secureSearch = db.prepare("INSERT INTO messages_fts (messages_fts, rank) VALUES ('secure-delete', 1)")

  /** Both forms of each person who could have written or administered. */
  const formsOf = (jids: readonly string[]): Set<string> => {
    const plain = jids.map(plainJid)
    return new Set(plain.flatMap((jid) => [jid, chats.otherForm(jid) ?? jid]))
  }

  const isAdmin = (chatId: number, actors: ReadonlySet<string>): boolean =>
    participantsOf(chats.group(chatId)).some((one) => {
      if (typeof one !== 'object' || one === null || !('admin' in one) || !one.admin) return false
      const forms = ['id', 'lid', 'phoneNumber'].map((name) => Reflect.get(one, name))
      return forms.some((form) => typeof form === 'string' && actors.has(plainJid(form)))
    })

  return {
    /** Returns whether anything changed. */
    apply(revision: MessageRevision): boolean {
      const { accountId, messageId, fromMe, text } = revision
      return transaction(() => {
        const chat = chats.find(revision.chatJid)
        if (!chat) return false
        const inGroup = isGroup(chat.jid)
        const actors = formsOf(revision.actors)
        const mayDelete = text === null && inGroup && (fromMe || isAdmin(chat.id, actors))
        const wrote = (one: Target) =>
          fromMe ? one.from_me === 1 : one.from_me === 0 && (!inGroup || actors.has(one.sender_jid))
        const changed = targets.all(accountId, chat.id, messageId).filter((one) => mayDelete || wrote(one))
        if (text === null && changed.length > 0) secureSearch.run()
        for (const { id } of changed) {
          if (text === null) remove.run(id)
          else edit.run(text, id)
          dropUnread.run(id)
          changedSince.note(id)
          emit({ type: 'message', jid: chat.jid, id })
        }
        if (text === null && changed.length > 0) {
          removeAnswered.run(accountId, chat.id, messageId)
        }
        return changed.length > 0
      })
    },
  }
}

function participantsOf(group: unknown): unknown[] {
  if (typeof group !== 'object' || group === null || !('participants' in group)) return []
  return Array.isArray(group.participants) ? group.participants : []
}
export type Revisions = ReturnType<typeof createRevisions>
