import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../index.ts'
import { exportPython } from './export.ts'
import { finishImport, importPython } from './import.ts'
import { contents, nasty } from './nasty.test-kit.ts'
import { instantOf } from './values.ts'

const fixtures = join(import.meta.dirname, '../../../test/fixtures/compat')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'python-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const samples = [
  ...[1, 3, 7].map((generation) => ({
    name: `sample ${generation}`,
    generation,
    write: (to: string) => copyFileSync(join(fixtures, `generation-${generation}.db`), to),
  })),
  ...[1, 2, 3, 4, 5, 6, 7].map((generation) => ({
    name: `nasty ${generation}`,
    generation,
    write: (to: string) => nasty(to, generation),
  })),
]

describe.each(samples)('a file of the Python service: $name', ({ generation, write }) => {
  it('arrives whole, switched off, beside its untouched original, and goes back value by value', () => {
    const path = join(folder, 'messages.db')
    const kept = join(folder, 'kept.db')
    const back = join(folder, 'back.db')
    write(path)
    copyFileSync(path, kept)
    const store = openStore({ path })
    const report = store.imported
    expect(report?.generation).toBe(generation)
    expect(readFileSync(report?.original ?? '')).toEqual(readFileSync(kept))
    expect(store.assignments.list().filter((assignment) => assignment.enabled)).toEqual([])
    const before = new Database(kept, { readonly: true })
    const count = (table: string) => Number(before.prepare(`SELECT COUNT(*) FROM ${table}`).pluck().get())
    const refused = (table: string) => report?.refused.filter((row) => row.table === table).length ?? 0
    expect(report?.rows.chats).toBe(count('chats') - refused('chats'))
    expect(report?.rows.assignments).toBe(count('bot_chat_assignments') - refused('bot_chat_assignments'))
    expect(report?.rows.processed).toBe(count('processed_messages') - refused('processed_messages'))
    before.close()
    expect(store.db.pragma('foreign_key_check')).toEqual([])
    expect(store.db.pragma('integrity_check', { simple: true })).toBe('ok')
    for (const chat of store.chats.list({ limit: 500 })) {
      for (const instant of [chat.last_message_time, chat.added_at, chat.last_synced]) {
        expect(instant === null || Number.isInteger(instant)).toBe(true)
      }
    }
    store.close()
    exportPython(path, back)
    expect(contents(back, kept)).toEqual(contents(kept, kept))
  })
})

describe('importing', () => {
  const path = () => join(folder, 'messages.db')

  it('names what it cannot take', () => {
    nasty(path(), 7)
    const report = importPython(path())
    expect(report.refused).toEqual([
      { table: 'chats', row: 'row 11', reason: 'It has no address, or one that another chat already has.' },
    ])
    expect(report).toMatchObject({
      orphans: 1,
      switchedOff: 2,
      unknownTables: ['diary'],
      unknownColumns: ['chats.mood'],
    })
    expect(report.bots).toContain('unknown bot 🎉')
  })

  it('switches on by one button what was on, and answers nothing received before', () => {
    nasty(path(), 3)
    const store = openStore({ path: path() })
    const account = store.accounts.link({ jid: '1@s.whatsapp.net' })
    expect(store.assignments.switchOnImported(account.id).map((assignment) => assignment.bot)).toEqual([
      'translation',
      'unknown bot 🎉',
    ])
    const chat = store.chats.find('5511990000001@s.whatsapp.net')
    expect(chat && store.assignments.answering(chat.id, account.id)).toHaveLength(1)
    store.close()
    exportPython(path(), join(folder, 'back.db'))
    const back = new Database(join(folder, 'back.db'), { readonly: true })
    expect(back.prepare('SELECT enabled FROM bot_chat_assignments WHERE id = 6').pluck().get()).toBe('on')
    back.close()
  })

  it('starts over or finishes after a crash at any step, with the original always there', () => {
    for (const step of ['built', 'kept', 'placed']) {
      const here = join(folder, step)
      const file = join(mkdtempSync(`${here}-`), 'messages.db')
      nasty(file, 5)
      const original = readFileSync(file)
      const state = new Map<string, Buffer>()
      expect(() =>
        importPython(file, {
          onStep(at) {
            if (at !== step) return
            const parent = join(file, '..')
            for (const name of readdirSync(parent)) state.set(name, readFileSync(join(parent, name)))
            throw new Error('crash')
          },
        }),
      ).toThrow('crash')
      // What a kill would have left, not what the error path tidied.
      const parent = mkdtempSync(`${here}-killed-`)
      for (const [name, bytes] of state) writeFileSync(join(parent, name), bytes)
      const store = openStore({ path: join(parent, 'messages.db') })
      expect(store.assignments.list()).toHaveLength(3)
      store.close()
      const originals = readdirSync(parent).filter((name) => name.includes('python-'))
      expect(originals.some((name) => readFileSync(join(parent, name)).equals(original))).toBe(true)
      expect(existsSync(join(parent, 'messages.db.imported'))).toBe(false)
    }
  })

  it('puts the finished file in place where the original had already moved away', () => {
    nasty(path(), 5)
    importPython(path())
    linkSync(path(), join(folder, 'messages.db.imported'))
    rmSync(path())
    finishImport(path())
    const store = openStore({ path: path() })
    expect(store.imported).toBeUndefined()
    expect(store.assignments.list()).toHaveLength(3)
    store.close()
  })

  it('refuses while the Python service still writes', () => {
    nasty(path(), 7)
    const bytes = readFileSync(path())
    const other = new Database(path())
    other.exec('BEGIN IMMEDIATE')
    expect(() => importPython(path())).toThrow(expect.objectContaining({ code: 'busy' }))
    other.exec('ROLLBACK')
    other.close()
    expect(readFileSync(path())).toEqual(bytes)
    expect(readdirSync(folder)).toEqual(['messages.db'])
  })
})

it.each([
  ['2026-05-05 10:00:00', '2026-05-05T10:00:00.000Z'],
  ['2026-05-05T10:00:00Z', '2026-05-05T10:00:00.000Z'],
  ['2026-05-05T07:00:00-03:00', '2026-05-05T10:00:00.000Z'],
  ['2026-05-05T10:00:00.123456', '2026-05-05T10:00:00.123Z'],
  ['1767225600', '2026-01-01T00:00:00.000Z'],
  [1_767_225_600n, '2026-01-01T00:00:00.000Z'],
  [1_767_225_600_000, '2026-01-01T00:00:00.000Z'],
])('reads the time %s', (value, expected) => {
  expect(new Date(instantOf(value) ?? -1).toISOString()).toBe(expected)
})
it.each(['', 'soon', '2026-02-30', '2026-13-01', '-5', null, '99999999999999999999'])(
  'takes no time out of %s',
  (value) => {
    expect(instantOf(value)).toBeNull()
  },
)
