import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrations } from '../migrations/index.ts'
import { COLUMN_RULES } from './column-rules.ts'
import { createOddReport, type OddColumn } from './odd-report.ts'
import { anyValue, columnsOf, put, ROWS } from './odd-values.test-kit.ts'
import { type LeftOut, settleValues } from './settle-values.ts'
import { isPlainText, selectValue, type Value, valueFrom } from './value.ts'

const RUNS = Number(process.env.WHATSLANG_ODD_VALUES ?? 25)
let db: Database.Database
beforeEach(() => {
  db = new Database(':memory:')
  for (const { sql } of migrations) db.exec(sql)
  db.pragma('foreign_keys = OFF')
  db.pragma('ignore_check_constraints = ON')
  db.exec('UPDATE search_gap SET first = -9223372036854775808, last = 9223372036854775807')
  db.exec(ROWS)
})
afterEach(() => db.close())

function settle(): { odd: OddColumn[]; leftOut: LeftOut[] } {
  const report = createOddReport()
  const leftOut: LeftOut[] = []
  settleValues(db, { report, leftOut: (row) => leftOut.push(row) })
  return { odd: report.list(), leftOut }
}
const read = (from: string, column: string): Value | undefined => {
  const row = db
    .prepare(`SELECT ${selectValue(column)} FROM ${from}`)
    .raw()
    .safeIntegers()
    .get() as unknown[] | undefined
  return row && valueFrom(row[0], row[1])
}

it('has a rule for each column of each table, and for no other', () => {
  const expected = Object.fromEntries([...columnsOf(db)].map(([table, columns]) => [table, columns.toSorted()]))
  const ruled = Object.fromEntries(
    Object.entries(COLUMN_RULES).map(([table, rules]) => [table, Object.keys(rules).sort()]),
  )
  expect(ruled).toEqual(expected)
})

it('finds nothing in what the program writes', () => {
  expect(settle()).toEqual({ odd: [], leftOut: [] })
})

describe.each(Object.keys(COLUMN_RULES))('whatever stands in a column of %s', (table) => {
  it.each(Object.keys(COLUMN_RULES[table] ?? {}))(
    '%s: it is readable afterwards, and what it was is kept or its row is named',
    (column) => {
      const rule = COLUMN_RULES[table]?.[column]
      const rowid = !['chat_aliases', 'lid_mappings', 'forgotten', 'imported_values', 'meta', 'model_use'].includes(
        table,
      )
      fc.assert(
        fc.property(anyValue, (value) => {
          db.exec('SAVEPOINT one')
          try {
            if (!put(db, table, column, value)) return
            // What the column's affinity made of it.
            const stood = read(`"${table}"`, `"${column}"`)
            const { odd, leftOut } = settle()
            const now = read(`"${table}"`, `"${column}"`)
            const again = settle()
            expect(again).toEqual({ odd: [], leftOut: [] })
            if (now === undefined) {
              expect(leftOut).toMatchObject([{ table }])
              expect(odd).toMatchObject([{ table, column, outcome: 'left-out', total: 1 }])
              return
            }
            expect(leftOut).toEqual([])
            if (rule?.text && now.is === 'text') expect(isPlainText(now.bytes)).toBe(true)
            if (JSON.stringify(stood, big) === JSON.stringify(now, big)) {
              expect(odd.filter((one) => one.column === column)).toEqual([])
              return
            }
            if (!rowid) return
            expect(
              read(
                `imported_values WHERE table_name = '${table}' AND row_id = (SELECT rowid FROM "${table}") AND column_name = '${column}'`,
                'value',
              ),
            ).toEqual(stood)
          } finally {
            db.exec('ROLLBACK TO one; RELEASE one')
          }
        }),
        { numRuns: RUNS },
      )
    },
  )
})
const big = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : value

describe('what it says', () => {
  it('is counted by column, short, on one line, with three examples', () => {
    db.exec('DELETE FROM messages')
    const insert = db.prepare(
      "INSERT INTO messages (account_id, chat_id, message_id, sender_jid, from_me, sent_at, received_at, origin, kind, text) VALUES (1, 1, ?, '', 0, 1, 1, 'live', 'text', CAST(? AS TEXT))",
    )
    for (let i = 0; i < 3000; i++) insert.run(`M${i}`, Buffer.from(`\u001b[2J\u202e\0${'long '.repeat(40)}`))
    const { odd } = settle()
    expect(odd).toMatchObject([{ table: 'messages', column: 'text', outcome: 'replaced', total: 3000 }])
    expect(odd[0]?.examples).toHaveLength(3)
    expect(odd[0]?.examples[0]).toMatchObject({
      row: 'row 2',
      value: expect.stringMatching(/^'\\u001b\[2J\\u202e\\u0000long .*…'$/),
    })
    for (const { value } of odd[0]?.examples ?? []) {
      expect(value.length).toBeLessThan(120)
      expect(value).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  })

  it('leaves an address as it is where its one form belongs to another chat, and drops such an alias', () => {
    db.exec(`INSERT INTO chats (id, chat_jid) VALUES (2, '2@c.us'), (3, '4:1@c.us');
      INSERT INTO chat_aliases VALUES (1, '2:5@s.whatsapp.net', 1)`)
    const { odd, leftOut } = settle()
    expect(odd).toMatchObject([
      {
        table: 'chats',
        column: 'chat_jid',
        outcome: 'unchanged',
        total: 1,
        examples: [{ row: 'row 2', value: "'2@c.us'" }],
      },
      { table: 'chat_aliases', column: 'jid', outcome: 'left-out', total: 1 },
    ])
    expect(leftOut).toMatchObject([{ table: 'chat_aliases' }])
    expect(db.prepare('SELECT chat_jid FROM chats ORDER BY id').pluck().all()).toEqual([
      '2@s.whatsapp.net',
      '2@c.us',
      '4@s.whatsapp.net',
    ])
  })

  it('keeps a bot off that was switched on by a value which is no switch, behind the one button', () => {
    db.exec("UPDATE bot_chat_assignments SET enabled = 'on'")
    expect(settle().odd).toMatchObject([{ column: 'enabled', outcome: 'replaced' }])
    expect(db.prepare('SELECT enabled, was_enabled FROM bot_chat_assignments').raw().all()).toEqual([[0, 1]])
  })

  it('takes the other time of a message where one cannot be read', () => {
    db.exec("UPDATE messages SET sent_at = 'soon', received_at = 77")
    settle()
    expect(db.prepare('SELECT sent_at FROM messages').pluck().get()).toBe(77)
  })
})
