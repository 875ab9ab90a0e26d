// Values that a column should not hold, and a database of ours with one row in each table to put them into.
import type Database from 'better-sqlite3'
import fc from 'fast-check'
import { bindValue, type Value } from './value.ts'

const text = (value: string | Uint8Array): Value => ({ is: 'text', bytes: Buffer.from(value as string) })
const blob = (value: string | Uint8Array): Value => ({ is: 'blob', bytes: Buffer.from(value as string) })
const bytes = fc.uint8Array({ maxLength: 24 })

/** Every storage class, with what is known to hurt. */
export const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value>({ is: 'null' }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): Value => ({ is: 'integer', value })),
  fc
    .constantFrom(
      0n,
      1n,
      2n,
      -1n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      253402300799999n,
      253402300800000n,
    )
    .map((value): Value => ({ is: 'integer', value })),
  fc.double({ noNaN: true }).map((value): Value => ({ is: 'real', value })),
  fc
    .constantFrom(5.5, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 1767225600.25)
    .map((value): Value => ({ is: 'real', value })),
  bytes.map(text),
  bytes.map(blob),
  fc.string({ unit: 'binary' }).map(text),
  fc
    .constantFrom(
      ...[
        '',
        ' ',
        'soon',
        '2026-05-05 10:00:00',
        '2026-99-99 10:00:00',
        '2026-05-05T10:00:00+03:00',
        '1767225600',
        'yes',
        'NO',
      ],
      ...[
        '{',
        '[1,2]',
        '{"a":1}',
        '"text"',
        'null',
        '{}\0',
        `${'['.repeat(1500)}${']'.repeat(1500)}`,
        '{"bytes":"many"}',
      ],
      ...[
        'a\0b',
        '\0',
        'later',
        'text',
        'removing:1',
        '5511999990001:3@s.whatsapp.net',
        '5511999990001@c.us',
        'é'.repeat(300),
      ],
    )
    .map(text),
  fc.constantFrom<Value>(text(Buffer.from('41ff42', 'hex')), blob(''), blob('{}'), blob('5511999990001@c.us')),
)

/** One row in each table; ids are 1. */
export const ROWS = `INSERT INTO accounts (id, jid, linked_at) VALUES (1, '1@s.whatsapp.net', 1);
  INSERT INTO chats (id, chat_jid, chat_name, added_at, message_count) VALUES (1, '2@s.whatsapp.net', 'A', 1, 1);
  INSERT INTO chat_search VALUES (1, 'a');
  INSERT INTO lid_mappings VALUES ('7@lid', '7@s.whatsapp.net');
  INSERT INTO chat_aliases VALUES (1, '2@s.whatsapp.net', 1);
  INSERT INTO messages (id, account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text, media)
    VALUES (1, 1, 1, 'M', '', 0, 5, 5, 'live', 'text', 'hello', '{"bytes":1}');
  INSERT INTO bot_chat_assignments (id, bot_name, chat_id, stopped_reason, superseded, created_at) VALUES (1, 'joke', 1, '{"code":"x","at":1}', '[]', 1);
  INSERT INTO jobs (id, message, chat_id, bot_name, state, due_at, created_at, updated_at) VALUES (1, 1, 1, 'joke', 'done', 1, 1, 1);
  INSERT INTO processed_messages (id, account_id, chat_id, message_id, bot_name, response_text) VALUES (1, 1, 1, 'M', 'joke', 'ha');
  INSERT INTO outbox (id, job, account_id, chat_id, bot_name, chunk, chunks, wa_message_id, state, due_at, created_at, sent_at, acked_at, expires_at)
    VALUES (1, 1, 1, 1, 'joke', 1, 1, 'W', 'acked', 1, 1, 1, 1, 1);
  INSERT INTO bots VALUES ('mine', '{}', 1, 1);
  INSERT INTO forgotten VALUES (x'00');
  INSERT INTO imported_values VALUES ('seen_messages', 1, 'message_id', 'S');
  INSERT INTO meta VALUES ('removing:9', '[]');
  INSERT INTO model_use VALUES ('2026-01-01', 0, '', 1, 1, 0);`

/** Puts a value into one column of every row. False: a constraint of ours holds it off. */
export function put(db: Database.Database, table: string, column: string, value: Value): boolean {
  const { sql, bound } = bindValue(value)
  try {
    db.prepare(`UPDATE "${table}" SET "${column}" = ${sql}`).run(bound)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && /^SQLITE_(CONSTRAINT|MISMATCH)/.test(String(error.code)))
      return false
    throw error
  }
}

/** The columns of every table whose rows travel. */
export function columnsOf(db: Database.Database): Map<string, string[]> {
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'search_gap' ORDER BY name",
    )
    .pluck()
    .all()
  const columns = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck()
  return new Map(tables.map((table) => [table, columns.all(table)]))
}
