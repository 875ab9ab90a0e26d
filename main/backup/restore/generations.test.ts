// Every generation of the Python service's file, through the restore: as the file itself, as `.dump` wrote it, as Python's iterdump did.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFile } from '../../store/create-file.ts'
import { openFile } from '../../store/open-file.ts'
import { exportPython } from '../../store/python/export.ts'
import { contents, nasty } from '../../store/python/nasty.test-kit.ts'
import { finishRestore } from './finish.ts'
import { prepareRestoreTask } from './prepare-task.ts'

const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
const ITERDUMP =
  "import sqlite3,sys; sys.stdout.reconfigure(encoding='utf-8')\nfor l in sqlite3.connect(sys.argv[1]).iterdump(): print(l)"
let folder = ''
let live = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'generations-'))
  mkdirSync(join(folder, 'data'))
  live = join(folder, 'data', 'messages.db')
  createFile(live)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let counter = 0
async function restored(file: string, generation: number): Promise<{ out: string; refused: number }> {
  const home = join(folder, `run-${counter++}`)
  mkdirSync(home)
  const input = {
    file,
    fileName: file,
    upload: 'u',
    work: join(home, 'work'),
    live,
    mode: 'replace' as const,
    switchOn: false,
    limits: {},
    knownBots: ['translation', 'joke'],
  }
  const { ready, preview } = await prepareRestoreTask(input, context)
  const candidate = ready.candidate.path
  expect(preview).toMatchObject({ kind: 'python-database', generation, assignments_switched_off: 2 })
  expect(preview?.unknown_bots).toContain('unknown bot 🎉')
  expect(preview?.unknown_tables).toContain('diary')
  const out = join(home, 'messages.db')
  await finishRestore({ candidate, live, out, mode: 'replace', switchOn: false, now: 1 })
  const db = openFile(out)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.pragma('foreign_key_check')).toEqual([])
  expect(db.prepare('SELECT count(*) FROM bot_chat_assignments WHERE enabled <> 0').pluck().get()).toBe(0)
  db.close()
  return { out, refused: preview?.refused_rows_total ?? 0 }
}

describe.each([1, 2, 3, 4, 5, 6, 7])('generation %i', (generation) => {
  test('the file arrives, and goes back value by value', async () => {
    const source = join(folder, `source-${generation}.db`)
    nasty(source, generation)
    const { out, refused } = await restored(source, generation)
    const back = join(folder, `back-${generation}.db`)
    exportPython(out, back)
    expect(contents(back, source)).toEqual(contents(source, source))
    // The chat without an address is named.
    expect(refused).toBe(1)
  })

  test('its dumps arrive with the same rows', async () => {
    const source = join(folder, `dumped-${generation}.db`)
    nasty(source, generation)
    // Neither dump carries a NUL in a text or bytes that are no text: what such a tool loses is not ours to bring back.
    execFileSync('sqlite3', [
      source,
      "UPDATE chats SET chat_name = 'A'; UPDATE processed_messages SET original_text = 'x', response_text = 'y'; DELETE FROM chats WHERE typeof(chat_jid) <> 'text'",
    ])
    for (const [name, text] of [
      ['dump', execFileSync('sqlite3', [source, '.dump'])],
      ['iterdump', execFileSync('python3', ['-c', ITERDUMP, source])],
    ] as const) {
      const file = join(folder, `${name}-${generation}.sql`)
      writeFileSync(file, text)
      const { out } = await restored(file, generation)
      const back = join(folder, `${name}-${generation}.db`)
      exportPython(out, back)
      const rows = (path: string): unknown =>
        Object.fromEntries(
          Object.entries(contents(path, source)).map(([table, all]) => [
            table,
            // Rowids of tables without an INTEGER PRIMARY KEY are not part of a dump.
            all.map((row) => (Array.isArray(row) ? String(row.slice(1)) : '')).toSorted(),
          ]),
        )
      expect(rows(back)).toEqual(rows(source))
    }
  })
})
