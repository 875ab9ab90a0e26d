// Any value in any column of a file of the Python service: it arrives as something that the program can read, and goes back as it was.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { COLUMN_RULES } from '../odd/column-rules.ts'
import { createOddReport } from '../odd/odd-report.ts'
import { anyValue } from '../odd/odd-values.test-kit.ts'
import { settleValues } from '../odd/settle-values.ts'
import { bindValue } from '../odd/value.ts'
import { openFile } from '../open-file.ts'
import { exportPython } from './export.ts'
import { importPython } from './import.ts'
import { contents, nasty } from './nasty.test-kit.ts'

const RUNS = Number(process.env.WHATSLANG_ODD_VALUES ?? 40)
const folder = mkdtempSync(join(tmpdir(), 'python-odd-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Columns that are no key: two rows with the same one would be refused. */
const FREE: Record<string, string[]> = {
  chats: ['chat_name', 'is_manual', 'last_synced', 'added_at', 'last_message_time', 'message_count'],
  bot_chat_assignments: [
    ...['running', 'enabled', 'created_at', 'answer_owner_messages', 'context_message_count'],
    ...['response_chat_jid', 'source_device_id', 'target_device_id'],
  ],
  processed_messages: ['original_text', 'response_text', 'metadata', 'processed_at'],
  seen_messages: ['media_type', 'chat_jid', 'seen_at'],
}
const values = fc.array(fc.tuple(fc.constantFrom(...Object.keys(FREE)), fc.nat(7), fc.nat(4), anyValue), {
  minLength: 1,
  maxLength: 30,
})

it('goes back value by value, and leaves nothing that cannot be read', { timeout: 120_000 }, () => {
  let round = 0
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), values, (generation, chosen) => {
      const [path, kept, back] = ['messages', 'kept', 'back'].map((name) => join(folder, `${name}-${round}.db`))
      round++
      if (path === undefined || kept === undefined || back === undefined) return
      nasty(path, generation)
      const db = new Database(path)
      db.pragma('foreign_keys = OFF')
      for (const [table, column, row, value] of chosen) {
        const has = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
        const name = (FREE[table] ?? []).filter((one) => has.includes(one))[column]
        if (name === undefined) continue
        const { sql, bound } = bindValue(value)
        db.prepare(
          `UPDATE ${table} SET ${name} = ${sql} WHERE rowid = (SELECT rowid FROM ${table} ORDER BY rowid LIMIT 1 OFFSET ?)`,
        ).run(bound, row)
      }
      db.prepare('VACUUM INTO ?').run(kept)
      db.close()
      const report = importPython(path)
      expect(report.refused).toHaveLength(1)
      const ours = openFile(path)
      const odd = createOddReport()
      settleValues(ours, { report: odd, leftOut: (row) => expect(row).toBeUndefined() })
      expect(odd.list()).toEqual([])
      ours.close()
      exportPython(path, back)
      expect(contents(back, kept)).toEqual(contents(kept, kept))
    }),
    { numRuns: RUNS },
  )
})

it('knows a rule for each of these columns', () => {
  for (const table of ['chats', 'processed_messages'])
    for (const column of FREE[table] ?? []) expect(COLUMN_RULES[table]).toHaveProperty(column)
})
