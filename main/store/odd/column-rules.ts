import {
  anything,
  bytes,
  count,
  flag,
  guideCount,
  guideFlag,
  id,
  jid,
  json,
  only,
  type Rule,
  reference,
  stamp,
  text,
  time,
  word,
} from './rule.ts'
import { plainText, type Value } from './value.ts'

const DELIVERY = ['pending', 'sent', 'acked', 'refused', 'expired', 'cancelled'] as const
const KINDS = 'text image audio video document sticker location contact reaction poll undecryptable other'.split(' ')
const META_NUMBER = /^(answer_after_message|answer_after_sent|salvaged_at|changed_since:.*)$/s
/** The keys that `forgotten.ts` writes: the number of a chat stands behind. */
export const REMOVING = /^removing:[1-9]\d{0,14}$/

/** What an assignment that cannot be read was set to: it waits for the one button, and answers nothing until then. */
const waits: Rule = {
  ...flag(0),
  judge(value, row) {
    const enabled = row('enabled')
    const wanted =
      enabled === undefined || flag().judge(enabled, row) === 'fine' ? undefined : guideFlag(0).judge(enabled, row)
    if (typeof wanted === 'object' && wanted.instead === 1n) return { instead: 1n, quiet: true }
    return flag(0).judge(value, row)
  },
}

/** The key says what the value must be. Keys that this version does not know are left alone. */
const metaValue: Rule = {
  must: 'what its key says',
  fine: () => '0',
  judge(value, row) {
    const key = nameOf(row('key'))
    if (META_NUMBER.test(key)) return count().judge(value, row) === 'fine' ? 'fine' : 'leave-out'
    if (!key.startsWith('removing:')) return 'fine'
    if (!REMOVING.test(key)) return 'leave-out'
    // The chat goes in any case: the user has deleted it.
    return json('array').judge(value, row) === 'fine' ? 'fine' : { instead: '[]' }
  },
}
const nameOf = (value: Value | undefined): string =>
  value !== undefined && 'bytes' in value ? (plainText(value.bytes) ?? '') : ''

/** Rows of a file from elsewhere may have any number. */
const integer: Rule = {
  must: 'a whole number',
  fine: (column) => `typeof(${column}) = 'integer'`,
  judge: (value) => (value.is === 'integer' ? 'fine' : 'leave-out'),
}

/** A name that this program or the guide gave: small letters. */
const name: Rule = {
  must: 'the name of a table or column',
  fine: (column) =>
    `(typeof(${column}) = 'text' AND ${column} NOT GLOB '*[^a-z_]*' AND instr(CAST(${column} AS BLOB), x'00') = 0)`,
  judge: (value) => (value.is === 'text' && /^[a-z_]*$/.test(value.bytes.toString('latin1')) ? 'fine' : 'leave-out'),
}

/**
 * What each column of each table must hold, so that the program can read it. A restore checks every value by it (settle-values.ts). A test holds this
 * table against the migrations: a new column needs a line here.
 */
export const COLUMN_RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  accounts: {
    id,
    jid: text({ nullable: true }),
    lid: text({ nullable: true }),
    label: text(),
    linked_at: time({ nullable: true }),
    unlinked_at: time({ nullable: true }),
  },
  chats: {
    id,
    chat_jid: jid(),
    chat_name: text({ nullable: true }),
    is_manual: guideFlag(0),
    last_synced: time({ nullable: true, guide: true }),
    last_message_time: time({ nullable: true, guide: true }),
    message_count: guideCount,
    added_at: time({ nullable: true, guide: true }),
    is_placeholder: flag(),
    archived: flag(),
    name_rank: count(),
    members: count(null),
    updated_at: time(),
    group_metadata: json('object'),
  },
  chat_search: { chat_id: id, terms: text() },
  lid_mappings: { lid: only(jid()), pn: only(text()) },
  chat_aliases: { account_id: only(reference()), jid: jid({ clash: 'leave-out' }), chat_id: only(reference()) },
  bot_chat_assignments: {
    id,
    bot_name: text(),
    chat_id: reference(),
    // What cannot be read is off.
    enabled: guideFlag(0, 0),
    answer_owner_messages: guideFlag(1),
    context_message_count: guideCount,
    // Without it the answers would go to the contact instead.
    response_chat_id: reference({ nullable: true }),
    source_account_id: reference({ nullable: true, otherwise: null }),
    target_account_id: reference({ nullable: true }),
    after_message: count(),
    stopped_reason: json('object'),
    superseded: json('array'),
    was_enabled: waits,
    created_at: time({ nullable: true, guide: true }),
    updated_at: time(),
  },
  messages: {
    id,
    account_id: reference(),
    chat_id: reference(),
    message_id: text(),
    sender_jid: text(),
    sender_name: text({ nullable: true }),
    from_me: flag(),
    sent_at: time({ instead: 'received_at' }),
    received_at: time({ instead: 'sent_at' }),
    origin: word(['live', 'offline', 'history', 'own'], 'history'),
    kind: word(KINDS, 'other'),
    text: text({ nullable: true }),
    quoted_id: text({ nullable: true }),
    media: json('object'),
    raw: bytes,
  },
  jobs: {
    id,
    message: reference(),
    chat_id: reference(),
    bot_name: text(),
    state: word(['waiting', 'done', 'skipped', 'failed', 'cancelled'], 'cancelled'),
    reason: text({ nullable: true }),
    attempts: count(),
    due_at: time(),
    expires_at: time({ nullable: true }),
    created_at: time(),
    updated_at: time(),
  },
  processed_messages: {
    id,
    account_id: reference({ nullable: true, otherwise: null }),
    chat_id: reference({ nullable: true, otherwise: null }),
    message_id: text(),
    bot_name: text(),
    original_text: text({ nullable: true }),
    response_text: text({ nullable: true }),
    metadata: text({ nullable: true }),
    processed_at: stamp,
  },
  outbox: {
    id,
    job: reference({ nullable: true, otherwise: null }),
    account_id: reference(),
    chat_id: reference(),
    bot_name: text(),
    chunk: count(),
    chunks: count(),
    wa_message_id: text(),
    body: text({ nullable: true }),
    quotes: reference({ nullable: true, otherwise: null }),
    state: word(DELIVERY, 'cancelled'),
    code: text({ nullable: true }),
    attempts: count(),
    due_at: time(),
    created_at: time(),
    sent_at: time({ nullable: true }),
    acked_at: time({ nullable: true }),
    expires_at: time(),
  },
  // The catalogue leaves alone what is no bot of its own: see catalogue.ts.
  bots: { name: text(), spec: json('object', '{}'), version: count(), updated_at: time() },
  forgotten: { digest: anything('only compared with digests of ours') },
  imported_values: {
    table_name: name,
    row_id: integer,
    column_name: name,
    value: anything('any value, as a file from elsewhere had it'),
  },
  meta: { key: only(text()), value: metaValue },
  model_use: {
    day: only(text()),
    chat_id: only(reference({ from: 0 })),
    bot_name: only(text()),
    calls: only(count()),
    characters: only(count()),
    told: only(flag()),
  },
}

/** What a file of the Python service must hold in columns that arrive under another name, or only for the way back. */
export const GUIDE_RULES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  chats: COLUMN_RULES.chats ?? {},
  bot_chat_assignments: {
    ...COLUMN_RULES.bot_chat_assignments,
    enabled: guideFlag(0),
    chat_jid: jid(),
    response_chat_jid: text({ nullable: true }),
  },
  processed_messages: {
    ...COLUMN_RULES.processed_messages,
    // Such a row answers for no message.
    message_id: text({ nullable: true }),
    bot_name: text({ nullable: true }),
  },
  seen_messages: { message_id: text({ nullable: true }), chat_jid: text({ nullable: true }) },
}
