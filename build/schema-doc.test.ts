import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { describeTable, diagram, meaningProblems, tablesOf } from './schema/describe.ts'
import type { Meanings } from './schema/meanings.ts'
import { schemaDocument } from './schema-doc.ts'

const SCHEMA =
  'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a_id INTEGER REFERENCES a (id), made_at INTEGER, odd);'
const MEANINGS: Meanings = {
  a: { means: 'First.', columns: { id: 'Key.' } },
  b: {
    means: 'Second.',
    columns: { a_id: 'Owner.', made_at: { means: 'When.', unit: 'ms since 1970', clock: 'server' }, odd: 'One | two.' },
  },
}
function tables(sql: string) {
  const db = new Database(':memory:')
  try {
    db.exec(sql)
    return tablesOf(db)
  } finally {
    db.close()
  }
}

test('docs/schema.md is what the migrations and the meanings give', () => {
  const { text, problems } = schemaDocument()
  expect(problems).toEqual([])
  expect(readFileSync(join(import.meta.dirname, '../docs/schema.md'), 'utf8')).toBe(text)
})

test.each<[what: string, sql: string, problem: string | undefined]>([
  ['nothing', '', undefined],
  ['a new column', 'ALTER TABLE b ADD COLUMN more TEXT', 'x.db: the column b.more has no meaning.'],
  ['a new table', 'CREATE TABLE c (id INTEGER)', 'x.db: the table c has no meaning.'],
  ['a column that went', 'ALTER TABLE b DROP COLUMN odd', 'x.db: there is no column b.odd.'],
  ['a table that went', 'DROP TABLE b', 'x.db: there is no table b.'],
])('a change of the schema: %s', (_what, sql, problem) => {
  const problems = meaningProblems('x.db', tables(SCHEMA + sql), MEANINGS)
  if (problem === undefined) expect(problems).toEqual([])
  else expect(problems).toContain(problem)
})

test('a time says its unit and its clock', () => {
  const without = { ...MEANINGS, b: { means: 'Second.', columns: { ...MEANINGS.b?.columns, made_at: 'When.' } } }
  expect(meaningProblems('x.db', tables(SCHEMA), without)).toEqual([
    'x.db: the column b.made_at is a time without unit or clock.',
  ])
})

test('a table is shown with its references, and a bar does not break its row', () => {
  const [, b] = tables(SCHEMA)
  if (!b) throw new Error('no table b')
  const shown = describeTable(b, MEANINGS)
  expect(shown).toContain('| `a_id` | INTEGER | Owner. → `a.id` |')
  expect(shown).toContain('One \\| two.')
  expect(diagram(tables(SCHEMA), MEANINGS)).toContain('a ||--o{ b : a_id')
})
