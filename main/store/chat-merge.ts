import type { ChatRef } from './chat-ref.ts'
import type { StoreContext } from './context.ts'
import { readInstant, readJson, readText } from './read-column.ts'

interface Mergeable {
  id: number
  /** The name as SQL writes it: two names that only look the same are told apart. */
  name: string
  enabled: number
  answer_owner_messages: number
  context_message_count: number
  updated_at: number
  superseded: string | null
}

/**
 * When the phone number and the LID of one person turn out to belong together.
 *
 * The rule. The chat under the phone number stays, the other one's contents move into it. Histories interleave (they are ordered by time anyway);
 * a message that both hold stays once, with its jobs. Where both have the same bot, the assignment that was changed last wins; the other one answers
 * nothing any more and is kept in `superseded` of the winner, to be shown. Names: the one from the better place, then the longer-standing. What both
 * spent on the model is added up.
 */
export function createChatMerge(
  { db, transaction, emit }: StoreContext,
  chats: { find(jid: string): ChatRef | undefined; refreshSearch(chatId: number): void },
) {
  const mapped = db.prepare<[string], string>('SELECT pn FROM lid_mappings WHERE lid = ?').pluck()
  const map = db.prepare(
    'INSERT INTO lid_mappings (lid, pn) VALUES (?, ?) ON CONFLICT (lid) DO UPDATE SET pn = excluded.pn',
  )
  const unmap = db.prepare('DELETE FROM lid_mappings WHERE pn = ? AND lid <> ?')
  const otherLid = db
    .prepare<[number, string], string>(
      "SELECT jid FROM chat_aliases WHERE chat_id = ? AND jid <> ? AND jid LIKE '%@lid' LIMIT 1",
    )
    .pluck()
  const dropAlias = db.prepare('DELETE FROM chat_aliases WHERE chat_id = ? AND jid = ?')
  const label = db.prepare('UPDATE chats SET chat_jid = ? WHERE id = ?')
  const labelOf = db.prepare<[number], string>('SELECT chat_jid FROM chats WHERE id = ?').pluck()
  const aliasForAll = db.prepare(
    'INSERT OR REPLACE INTO chat_aliases (account_id, jid, chat_id) SELECT DISTINCT account_id, ?, chat_id FROM chat_aliases WHERE chat_id = ?',
  )
  const unify = db.prepare(
    "UPDATE OR IGNORE messages SET sender_jid = @lid WHERE sender_jid = @pn AND sender_jid NOT IN ('', 'me')",
  )
  const twins = db.prepare<{ pn: string; lid: string }, { lose: number; keep: number }>(
    `SELECT l.id AS lose, k.id AS keep FROM messages l JOIN messages k
       ON k.account_id = l.account_id AND k.chat_id = l.chat_id AND k.sender_jid = @lid AND k.message_id = l.message_id
     WHERE l.sender_jid = @pn AND l.sender_jid NOT IN ('', 'me')`,
  )
  const move = db.prepare('UPDATE OR IGNORE messages SET chat_id = ? WHERE chat_id = ?')
  const leftBehind = db.prepare<[number, number], { lose: number; keep: number }>(
    `SELECT l.id AS lose, k.id AS keep FROM messages l JOIN messages k
       ON k.account_id = l.account_id AND k.chat_id = ? AND k.sender_jid = l.sender_jid AND k.message_id = l.message_id
     WHERE l.chat_id = ?`,
  )
  const moveJobs = db.prepare('UPDATE OR IGNORE jobs SET message = ? WHERE message = ?')
  const moveChunksOfJob = db.prepare(
    'UPDATE outbox SET job = (SELECT id FROM jobs k WHERE k.message = ? AND k.bot_name = outbox.bot_name) WHERE job IN (SELECT id FROM jobs WHERE message = ?)',
  )
  const moveQuotes = db.prepare('UPDATE outbox SET quotes = ? WHERE quotes = ?')
  const dropMessage = db.prepare('DELETE FROM messages WHERE id = ?')
  const chatOfJobs = db.prepare('UPDATE jobs SET chat_id = ? WHERE chat_id = ?')
  const chatOfOutbox = db.prepare('UPDATE outbox SET chat_id = ? WHERE chat_id = ?')
  const chatOfProcessed = db.prepare('UPDATE OR IGNORE processed_messages SET chat_id = ? WHERE chat_id = ?')
  const dropProcessed = db.prepare('DELETE FROM processed_messages WHERE chat_id = ?')
  const responses = db.prepare('UPDATE bot_chat_assignments SET response_chat_id = ? WHERE response_chat_id = ?')
  const assigned = db.prepare<[number], Mergeable>(
    'SELECT id, quote(bot_name) AS name, enabled, answer_owner_messages, context_message_count, updated_at, superseded FROM bot_chat_assignments WHERE chat_id = ?',
  )
  const moveAssignment = db.prepare('UPDATE bot_chat_assignments SET chat_id = ? WHERE id = ?')
  const dropAssignment = db.prepare('DELETE FROM bot_chat_assignments WHERE id = ?')
  const supersede = db.prepare('UPDATE bot_chat_assignments SET superseded = ? WHERE id = ?')
  const joinUse = db.prepare(
    `INSERT INTO model_use (day, chat_id, bot_name, calls, characters, told)
       SELECT day, @keep, bot_name, calls, characters, told FROM model_use WHERE chat_id = @lose
     ON CONFLICT (day, chat_id, bot_name) DO UPDATE SET calls = calls + excluded.calls,
       characters = characters + excluded.characters, told = max(told, excluded.told)`,
  )
  const dropUse = db.prepare('DELETE FROM model_use WHERE chat_id = ?')
  const moveAliases = db.prepare('UPDATE chat_aliases SET chat_id = ? WHERE chat_id = ?')
  const moveImported = db.prepare(
    "UPDATE OR IGNORE imported_values SET row_id = ? WHERE table_name = 'chats' AND row_id = ?",
  )
  const facts = db.prepare(
    `UPDATE chats SET
       chat_name = CASE WHEN o.name_rank > chats.name_rank OR chats.chat_name IS NULL THEN COALESCE(o.chat_name, chats.chat_name) ELSE chats.chat_name END,
       name_rank = MAX(chats.name_rank, o.name_rank),
       is_manual = MAX(COALESCE(chats.is_manual, 0), COALESCE(o.is_manual, 0)),
       is_placeholder = MIN(chats.is_placeholder, o.is_placeholder),
       archived = MIN(chats.archived, o.archived),
       added_at = CASE WHEN o.added_at < chats.added_at THEN o.added_at ELSE chats.added_at END,
       last_message_time = CASE WHEN chats.last_message_time IS NULL OR o.last_message_time > chats.last_message_time
         THEN o.last_message_time ELSE chats.last_message_time END,
       message_count = COALESCE(chats.message_count, 0) + COALESCE(o.message_count, 0) - @twins
     FROM chats o WHERE chats.id = @keep AND o.id = @lose`,
  )
  const dropChat = db.prepare('DELETE FROM chats WHERE id = ?')

  function joinTwins(pairs: { lose: number; keep: number }[]): number {
    for (const { lose, keep } of pairs) {
      moveJobs.run(keep, lose)
      moveChunksOfJob.run(keep, lose)
      moveQuotes.run(keep, lose)
      dropMessage.run(lose)
    }
    return pairs.length
  }

  function mergeAssignments(keep: number, lose: number): void {
    const mine = new Map(assigned.all(keep).map((row) => [row.name, row]))
    for (const theirs of assigned.all(lose)) {
      const ours = mine.get(theirs.name)
      if (!ours) {
        moveAssignment.run(keep, theirs.id)
        continue
      }
      const theirsWins = (readInstant(theirs.updated_at) ?? 0) > (readInstant(ours.updated_at) ?? 0)
      const [winner, loser] = theirsWins ? [theirs, ours] : [ours, theirs]
      const { superseded, id, name: _, ...settings } = loser
      const older = [winner.superseded, superseded].flatMap(readList)
      dropAssignment.run(id)
      moveAssignment.run(keep, winner.id)
      supersede.run(JSON.stringify([...older, settings]), winner.id)
    }
  }

  function mergeInto(keep: number, lose: number): void {
    mergeAssignments(keep, lose)
    responses.run(keep, lose)
    move.run(keep, lose)
    const dropped = joinTwins(leftBehind.all(keep, lose))
    chatOfJobs.run(keep, lose)
    chatOfOutbox.run(keep, lose)
    chatOfProcessed.run(keep, lose)
    dropProcessed.run(lose)
    joinUse.run({ keep, lose })
    dropUse.run(lose)
    moveAliases.run(keep, lose)
    moveImported.run(keep, lose)
    facts.run({ keep, lose, twins: dropped })
    dropChat.run(lose)
  }

  const otherLidOf = (chatId: number, lid: string) => readText(otherLid.get(chatId, lid)) ?? undefined
  const numberOf = (lid: string) => readText(mapped.get(lid)) ?? undefined

  return {
    /** This phone number and this LID are one person. Returns the chat, where there is one. */
    learn(pn: string, lid: string): ChatRef | undefined {
      return transaction(() => {
        const byLid = chats.find(lid)
        let byPhone = chats.find(pn)
        if (numberOf(lid) === pn && byLid?.id === byPhone?.id && (!byLid || byLid.jid === pn)) return byLid
        const stranger = byPhone && byPhone.id !== byLid?.id ? otherLidOf(byPhone.id, lid) : undefined
        if (byPhone && stranger !== undefined) {
          // The number has moved on to another person: it leaves the chat of the one who had it before.
          dropAlias.run(byPhone.id, pn)
          const now = numberOf(stranger)
          if (byPhone.jid === pn)
            label.run(now !== undefined && now !== pn && !chats.find(now) ? now : stranger, byPhone.id)
          chats.refreshSearch(byPhone.id)
          byPhone = undefined
        }
        unmap.run(pn, lid)
        map.run(lid, pn)
        joinTwins(twins.all({ pn, lid }))
        unify.run({ pn, lid })
        const keep = byPhone ?? byLid
        if (!keep) return undefined
        if (byLid && byPhone && byLid.id !== byPhone.id) {
          mergeInto(byPhone.id, byLid.id)
          emit({ type: 'chats' })
        }
        if (labelOf.get(keep.id) !== pn) label.run(pn, keep.id)
        aliasForAll.run(pn, keep.id)
        aliasForAll.run(lid, keep.id)
        chats.refreshSearch(keep.id)
        emit({ type: 'chat', jid: pn })
        return { id: keep.id, jid: pn }
      })
    },
  }
}

/** What lost before; a list that cannot be read says nothing. */
function readList(column: unknown): unknown[] {
  const list = readJson(column)
  return Array.isArray(list) ? list : []
}
