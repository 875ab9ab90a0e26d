import type { GroupMetadata } from '@whiskeysockets/baileys'
import type { InboundMessage } from '../store/inbound.ts'
import type { SessionDatabase } from './session-db.ts'
import type { Revision } from './types.ts'

export interface EarlyRevisions {
  /** Keeps a revision whose message is not known yet. Part of the caller's transaction where there is one. */
  keep(revision: Revision): void
  /** The message as it is to be seen: in its newest words, or deleted; itself where nothing came before it. */
  apply(message: InboundMessage): InboundMessage
  prune(olderThan: number): void
}

export interface EarlyRevisionsDeps {
  session: SessionDatabase
  now(): number
  /** Who may delete what others wrote. */
  groupMetadata: ((jid: string) => GroupMetadata | undefined) | undefined
}

/**
 * Edits and deletions that came before the message that they change: it could not be decrypted at first, took another way, or arrives with a
 * later chunk of history. What was deleted must neither be shown nor answered then, also after a restart.
 */
export function createEarlyRevisions({ session, now, groupMetadata }: EarlyRevisionsDeps): EarlyRevisions {
  const { db } = session
  const insert = db.prepare('INSERT INTO early_revisions (message_id, revision, at) VALUES (?, ?, ?)')
  const find = db
    .prepare<[string], string>('SELECT revision FROM early_revisions WHERE message_id = ? ORDER BY seq')
    .pluck()
  const prune = db.prepare('DELETE FROM early_revisions WHERE at < ?')

  /** Only its author edits or deletes a message; in a group this account's own deletions and an administrator's count as well. */
  const concerns = (revision: Revision, message: InboundMessage): boolean => {
    if (revision.accountId !== message.accountId) return false
    if (revision.chatJid !== message.chatJid && revision.chatJid !== message.chatAltJid) return false
    const inGroup = message.chatJid.endsWith('@g.us')
    if (inGroup && revision.text === null && (revision.fromMe || isAdmin(revision))) return true
    if (!inGroup || revision.fromMe || message.fromMe) return revision.fromMe === message.fromMe
    return [message.senderJid, message.senderAltJid].some((jid) => jid !== undefined && revision.actors.includes(jid))
  }
  const isAdmin = ({ chatJid, actors }: Revision): boolean =>
    groupMetadata?.(chatJid)?.participants?.some(
      ({ admin, id, lid, phoneNumber }) =>
        Boolean(admin) && [id, lid, phoneNumber].some((jid) => jid !== undefined && actors.includes(jid)),
    ) === true

  return {
    keep(revision) {
      insert.run(revision.messageId, JSON.stringify(revision), now())
    },
    apply(message) {
      let seen = message
      for (const row of find.all(message.messageId)) {
        const revision: Revision = JSON.parse(row)
        if (concerns(revision, message)) seen = revised(seen, revision.text)
      }
      return seen
    },
    prune: (olderThan) => {
      prune.run(olderThan)
    },
  }
}

/** What was deleted is a text without a text, whatever it was: no bot handles that. */
function revised({ media, raw, ...message }: InboundMessage, text: string | null): InboundMessage {
  if (text === null) return { ...message, kind: 'text', text }
  return { ...message, ...(media ? { media } : {}), ...(raw ? { raw } : {}), text }
}
