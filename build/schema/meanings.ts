// What each table and column holds. docs/schema.md is made of this and of the migrations: `npm run docs:schema`.

/**
 * server: WhatsApp's time, as the program reckons it from the last login; the computer's until the first one. computer: the clock of this
 * computer.
 */
export type Clock = 'server' | 'computer'
export interface Meaning {
  means: string
  unit?: string
  clock?: Clock
  /** `table.column` that the value points to, where the schema has no foreign key for it. */
  points?: string
}
export interface TableMeaning {
  means: string
  columns: Readonly<Record<string, Meaning | string>>
}
export type Meanings = Readonly<Record<string, TableMeaning>>

const ms = (clock: Clock, means: string): Meaning => ({ means, unit: 'ms since 1970', clock })
const flag = (means: string): Meaning => ({ means, unit: '0 or 1' })
const count = (means: string): Meaning => ({ means, unit: 'count' })
const json = (means: string): Meaning => ({ means, unit: 'JSON' })
const points = (to: string, means: string): Meaning => ({ means, points: to })

export const messagesDatabase: Meanings = {
  accounts: {
    means: 'The WhatsApp accounts that were ever linked, and those that an imported file named.',
    columns: {
      id: 'Key.',
      jid: 'Phone JID without the device part.',
      lid: 'LID of the same person.',
      label: 'Name of the account as WhatsApp gave it.',
      linked_at: ms('computer', 'When it was linked. Null: never linked here.'),
      unlinked_at: ms('computer', 'When the link ended. Null while it is linked.'),
    },
  },
  chats: {
    means: 'Chats with one person and groups.',
    columns: {
      id: 'Key. Other tables name a chat by it.',
      chat_jid:
        'Phone JID where it is known, else the LID; for a group its JID. `removed-ID` while a deleted chat is being cleared.',
      chat_name: 'Name that is shown.',
      is_manual: flag('The user added the chat by hand.'),
      last_synced: ms(
        'computer',
        'When the metadata of the group was last read. Imported files hold other forms of time.',
      ),
      last_message_time: ms('server', 'When the newest message was sent. Imported files hold other forms of time.'),
      message_count: count(
        'Messages of the chat that are stored here. What an imported file had counted stands in `imported_values`.',
      ),
      added_at: ms('computer', 'When the chat was first seen. Imported files, and the default, hold UTC text.'),
      is_placeholder: flag('The chat only keeps the place of an imported row without a chat. It is not exported.'),
      archived: flag('The chat is archived on the phone.'),
      name_rank:
        'Where the name is from: 1 push name, 2 imported, 3 group or contact, 4 user. A greater rank replaces a smaller one.',
      members: count('Members of the group. Null for a chat with one person.'),
      updated_at: ms('computer', 'When the row last changed.'),
      group_metadata: json('Group metadata as Baileys gives it. Null for a chat with one person.'),
    },
  },
  chat_search: {
    means: 'The text in which the list of chats searches.',
    columns: {
      chat_id: 'The chat.',
      terms: 'Name, JIDs and digits of the chat, in small letters without accents.',
    },
  },
  lid_mappings: {
    means: 'Which phone number belongs to which LID, also for people without a chat.',
    columns: { lid: 'LID.', pn: 'Phone JID that the LID had when it was last heard of.' },
  },
  chat_aliases: {
    means: 'Every address by which a chat is found: phone JID, LID, group.',
    columns: { account_id: 'The account that uses this address.', jid: 'The address.', chat_id: 'The chat.' },
  },
  bot_chat_assignments: {
    means: 'Which bot answers in which chat, and how.',
    columns: {
      id: 'Key.',
      bot_name: 'Name of the bot, from the catalogue or from `bots`.',
      chat_id: 'Chat in which the bot listens.',
      enabled: flag('The assignment is switched on.'),
      answer_owner_messages: flag('The bot answers messages of the owner as well.'),
      context_message_count: count('Earlier messages that the bot is given. 0: none.'),
      response_chat_id: 'Chat that gets the answers. Null: the chat itself.',
      source_account_id: 'Account under which the bot answers. Null: not switched on here yet.',
      target_account_id: 'Account that sends the answers. Null: the same account.',
      after_message: points('messages.id', 'Only messages with a greater id are answered.'),
      stopped_reason: json(
        'Why the program switched the assignment off: `code`, `at` (ms since 1970, this computer), `by`. Null: it did not.',
      ),
      superseded: json('List of settings that lost to these when two chats became one.'),
      was_enabled: flag(
        'The assignment came switched on from another installation and waits for the user to switch it on here.',
      ),
      created_at: ms('computer', 'When the assignment was made. Imported files, and the default, hold UTC text.'),
      updated_at: ms('computer', 'When the assignment last changed.'),
    },
  },
  messages: {
    means: 'Messages in the order in which they arrived.',
    columns: {
      id: 'Key, in order of receipt. An id is never used again. "Received after" compares ids, never times.',
      account_id: 'Account that received or sent the message.',
      chat_id: 'The chat.',
      message_id:
        "WhatsApp's id of the message. The sender chooses it, so it is unique only together with account, chat and sender.",
      sender_jid:
        "Empty: the other person of the chat. `me`: this account. In groups the sender's LID, or the phone JID where no LID is known.",
      sender_name: 'Push name of the sender.',
      from_me: flag('This account wrote the message.'),
      sent_at: ms('server', 'When the message was sent, in whole seconds.'),
      received_at: ms('server', 'When the program received the message.'),
      origin:
        '`live`: while connected. `offline`: kept by the server meanwhile. `history`: sent by the phone. `own`: sent by this program.',
      kind: 'text, image, audio, video, document, sticker, location, contact, reaction, poll, undecryptable, other.',
      text: 'Text or caption. Null: none, deleted by its author, or removed by retention.',
      quoted_id: points('messages.message_id', 'Id of the message that is quoted.'),
      media: json('Facts of the attachment: mimetype, bytes, seconds, width, height, file.'),
      raw: 'The message as received (`proto.WebMessageInfo`), to quote it and to fetch its media.',
    },
  },
  search_gap: {
    means: 'One row: the messages that the search index does not hold yet after a restore. Filled in the background.',
    columns: {
      id: 'Always 1.',
      first: points('messages.id', 'First message that is missing from the index.'),
      last: points('messages.id', 'Last message that is missing. Smaller than `first`: none is.'),
    },
  },
  messages_fts: {
    means: 'Search index (FTS5) over `messages.text`. Triggers keep it up to date. Backups leave it out.',
    columns: { text: 'The indexed text. It stays in `messages`.' },
  },
  jobs: {
    means: 'The decision about one message and one bot, and how far it got.',
    columns: {
      id: 'Key.',
      message: 'The message to answer.',
      chat_id: 'Chat of the message.',
      bot_name: 'The bot.',
      state: '`waiting`, `done`, `skipped`, `failed` or `cancelled`.',
      reason: 'Code that says why: see `main/store/reasons.ts`.',
      attempts: count('Attempts so far.'),
      due_at: ms('server', 'When the runner may try next.'),
      expires_at: ms('server', 'After this time the message is not answered any more. Null: it was skipped.'),
      created_at: ms('server', 'When the decision was made.'),
      updated_at: ms('server', 'When the state last changed.'),
    },
  },
  processed_messages: {
    means: 'What was answered. The last word on "never twice".',
    columns: {
      id: 'Key.',
      account_id: points(
        'accounts.id',
        'Account that answered. Null: from a file that knew no accounts; the row counts for each account.',
      ),
      chat_id: points(
        'chats.id',
        'Chat of the message. Null: from a file that did not know it; the row counts for each chat.',
      ),
      message_id: points('messages.message_id', "WhatsApp's id of the message that was answered."),
      bot_name: 'The bot that answered.',
      original_text: 'First 500 characters of the message.',
      response_text: 'First 500 characters of the answer. Null: the bot had nothing to say.',
      metadata: json('How it was answered: `version`, `prefix`, `no_response`. Imported rows keep their own.'),
      processed_at: { means: 'When it was answered.', unit: 'UTC text', clock: 'computer' },
    },
  },
  outbox: {
    means: 'Answers on their way to WhatsApp, cut into chunks.',
    columns: {
      id: 'Key, in the order of sending.',
      job: 'Job that the chunk answers.',
      account_id: 'Account that sends.',
      chat_id: 'Chat that gets the chunk.',
      bot_name: 'The bot that answers.',
      chunk: 'Number of the chunk, from 1.',
      chunks: count('Chunks of the whole answer.'),
      wa_message_id:
        "WhatsApp's id of the chunk: a hash of account, chat, sender, message, bot, chunk and attempt. Sent again it is the same, so recipients drop it.",
      body: 'Text to send. Null once retention removed it.',
      quotes: 'Message that the chunk quotes.',
      state: '`pending`, `sent`, `acked`, `refused`, `expired` or `cancelled`.',
      code: 'Why the chunk was refused, expired or cancelled.',
      attempts: count('Attempts to send.'),
      due_at: ms('server', 'When the chunk may be sent; once sent, when its acknowledgement is overdue.'),
      created_at: ms('server', 'When the answer was committed.'),
      sent_at: ms('server', 'When it was last sent.'),
      acked_at: ms('server', 'When the server acknowledged it.'),
      expires_at: ms('server', 'After this time it is not sent any more.'),
    },
  },
  bots: {
    means: "The user's own bots, and the user's settings of bots from the catalogue.",
    columns: {
      name: 'Name of the bot.',
      spec: json('The bot, or the settings that differ from the catalogue.'),
      version: 'Grows by one with each change.',
      updated_at: ms('computer', 'When it last changed.'),
    },
  },
  forgotten: {
    means:
      'What was received or answered in chats that the user deleted, so that it is neither stored nor answered again.',
    columns: { digest: 'First 20 bytes of SHA-256 over a JID of the chat and the id of the message.' },
  },
  imported_values: {
    means:
      'Original values of an imported or restored file that were changed on the way in, because they stood in another form or could not be read. An export for the Python service gives them back.',
    columns: {
      table_name: 'Table of the imported file.',
      row_id: 'Row of the imported file, or of the table of that name here.',
      column_name: 'Column of the imported file.',
      value: 'The value as it stood there, in any storage class.',
    },
  },
  meta: {
    means:
      'Facts of the file itself: `answer_after_message` and `answer_after_sent` (nothing older is answered after a restore), `installation`, `installation_kept_in`, `written_by` (version of the program), `removing:ID` (a chat that is being deleted), `changed_since:ID` (a message that changed after a restore).',
    columns: {
      key: 'Name of the fact.',
      value: 'Text or number. `answer_after_sent` is in ms since 1970 by the server.',
    },
  },
  model_use: {
    means: 'What was spent on the model, for the budgets. Kept for 31 days.',
    columns: {
      day: { means: "Day in this computer's time zone.", unit: 'YYYY-MM-DD', clock: 'computer' },
      chat_id: points('chats.id', 'The chat. 0: the whole day together.'),
      bot_name: 'The bot. Empty where `chat_id` is 0.',
      calls: count('Calls, counted before each call.'),
      characters: { means: 'Length of prompts and answers.', unit: 'UTF-16 units' },
      told: flag('The owner was told that this budget is used up.'),
    },
  },
}

export const sessionDatabase: Meanings = {
  creds: {
    means: 'The linked device. One row.',
    columns: { id: 'Always 1.', value: json("Baileys' AuthenticationCreds: secret keys.") },
  },
  keys: {
    means: "Signal's keys and sessions, as Baileys asks for them. Each is rewritten in place.",
    columns: {
      type: "Baileys' name of the kind: `session`, `pre-key`, `sender-key`, `tctoken`, ...",
      id: 'Which one, such as a JID with its device or the number of a prekey.',
      value: json('The key or session. Secret.'),
    },
  },
  journal: {
    means:
      'Messages that were decrypted and may not be in messages.db yet. What is open is replayed at the next start.',
    columns: {
      seq: 'Key, in order of receipt.',
      hash: 'SHA-256 of the ciphertext.',
      message: 'Chat, id and sender. Names the message.',
      owner: json('Account that received it: `accountId`, `jid`, `lid`.'),
      stanza: "The stanza in WhatsApp's binary form. Null once closed.",
      plaintext: "The decrypted bytes with Signal's padding. Null once closed.",
      closed_at: ms(
        'computer',
        'When messages.db had the message. Closed rows only answer redeliveries, for two days.',
      ),
    },
  },
  untold_mappings: {
    means: 'Mappings of phone numbers to LIDs that messages.db has not taken yet.',
    columns: { pn: 'Phone number, in the form of Baileys.', lid: 'LID.' },
  },
  facts: {
    means: 'Facts of the connection, by name.',
    columns: {
      name: '`server`: kind of server the account was linked to. `version`: last good version of WhatsApp. `pause`: end of a restriction. `probe`: written before each connection, to see that the disk takes it.',
      value: 'Text. `pause` and `probe` are ms since 1970 by this computer.',
    },
  },
  early_revisions: {
    means: 'Edits and deletions that came before the message that they change. Kept for two days.',
    columns: {
      seq: 'Key, in order of receipt.',
      message_id: points('messages.message_id', "WhatsApp's id of the message, in messages.db."),
      revision: json('Who changed the message, where, and to what.'),
      at: ms('computer', 'When the revision came.'),
    },
  },
}
