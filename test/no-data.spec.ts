import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { dataPolicyOf, VERBS, type Verb } from '../main/cli/arguments.ts'
import { makeData, whatslang } from './command.ts'

vi.setConfig({ testTimeout: 60_000 })
let folder: string
beforeAll(() => bundle())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-none-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What each verb needs beside, so that nothing but the data is missing. */
const WORDS: Partial<Record<Verb, string[]>> = {
  backup: ['--out', 'copies/'],
  verify: ['messages_20260101_020000.sql.gz'],
  undo: ['--yes'],
  salvage: ['--yes'],
  export: ['--format', 'db', '--out', 'export.db'],
  doctor: ['--fix'],
  settings: ['--confirm'],
}
const NEEDING = VERBS.filter((verb) => !['makes', 'none'].includes(dataPolicyOf(verb)))
const everything = (at: string) =>
  readdirSync(at, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => `${name} ${statSync(join(at, name), { throwIfNoEntry: false })?.mtimeMs}`)

const PLACES: [
  string,
  (verb: string) => { args?: string[]; env?: Record<string, string>; path: string; from: string },
][] = [
  ['a directory that is not there', () => named(join(folder, 'none'))],
  ['an empty mount point', () => named(mkdirSync(join(folder, 'mnt'), { recursive: true }) ?? join(folder, 'mnt'))],
  [
    'a folder of something else',
    () => {
      mkdirSync(join(folder, 'other'))
      writeFileSync(join(folder, 'other', 'notes.txt'), 'kept')
      return named(join(folder, 'other'))
    },
  ],
  [
    'a link that leads nowhere',
    () => {
      mkdirSync(join(folder, 'data'))
      symlinkSync('/nowhere/messages.db', join(folder, 'data', 'messages.db'))
      return named(join(folder, 'data'))
    },
  ],
  [
    'the environment',
    () => ({ env: { WHATSLANG_DATA_DIR: join(folder, 'env') }, path: join(folder, 'env'), from: 'WHATSLANG_DATA_DIR' }),
  ],
  ['the default', () => ({ path: join(folder, 'data'), from: 'the default' })],
  [
    'DB_PATH',
    () => {
      makeData(join(folder, 'data'))
      return { env: { DB_PATH: 'gone/messages.db' }, path: join(folder, 'gone/messages.db'), from: 'DB_PATH' }
    },
  ],
  [
    'config.yaml',
    () => {
      makeData(join(folder, 'data'))
      writeFileSync(join(folder, 'config.yaml'), 'bot_settings:\n  db_path: gone/messages.db\n')
      return { path: join(folder, 'gone/messages.db'), from: `bot_settings.db_path in ${join(folder, 'config.yaml')}` }
    },
  ],
]
const named = (path: string) => ({ args: ['--data-dir', path], path, from: '--data-dir' })

describe.each(PLACES)('where no data is: %s', (_name, place) => {
  test.each(NEEDING)('%s fails, names the path and what chose it, and makes nothing', async (verb) => {
    const { args = [], env = {}, path, from } = place(verb)
    const before = everything(folder)
    const outcome = await whatslang([verb, ...(WORDS[verb] ?? []), ...args, '--json'], env, folder)
    expect(outcome.code, outcome.err).toBe(1)
    const told = JSON.stringify(outcome.json())
    expect(told).toContain(path)
    expect(told).toContain(from)
    if (verb !== 'doctor') expect(outcome.json()).toMatchObject({ error: { code: 'not-found', exit_code: 1 } })
    expect(everything(folder)).toEqual(before)
  })
})

test('a database of the Python service is taken over by no command in passing', async () => {
  const data = join(folder, 'data')
  mkdirSync(data)
  cpSync(join(import.meta.dirname, 'fixtures/compat/generation-7.db'), join(data, 'messages.db'))
  const bytes = readFileSync(join(data, 'messages.db'))
  for (const verb of ['backup', 'backups', 'drill'] as const) {
    const outcome = await whatslang([verb, '--data-dir', data])
    expect(outcome.code).toBe(1)
    expect(outcome.err).toContain('Python service')
    expect(readdirSync(data)).toEqual(['messages.db'])
  }
  expect(readFileSync(join(data, 'messages.db')).equals(bytes)).toBe(true)
})

test('a backup is verified without data, and beside a database that was lost; restore begins anew', async () => {
  const data = makeData(join(folder, 'data'), { chats: 2 })
  const made = await whatslang(['backup', '--data-dir', data, '--json'])
  const file = String(made.json().file)
  rmSync(join(data, 'messages.db'))
  const beside = await whatslang(['verify', String(made.json().id), '--data-dir', data])
  expect(beside.code, beside.err).toBe(0)
  cpSync(file, join(folder, 'copy.sql.gz'))
  rmSync(data, { recursive: true })
  const alone = await whatslang(['verify', 'copy.sql.gz'], {}, folder)
  expect(alone.code, alone.err).toBe(0)
  expect(readdirSync(folder)).toEqual(['copy.sql.gz'])
  const looked = await whatslang(['restore', 'copy.sql.gz', '--dry-run', '--json'], {}, folder)
  expect(looked.json(), looked.err).toMatchObject({ applied: false })
  const typo = await whatslang(['restore', 'cpoy.sql.gz', '--yes', '--json'], {}, folder)
  expect(typo.code).not.toBe(0)
  // A look, and a file that is not there, begin nothing.
  expect(readdirSync(folder)).toEqual(['copy.sql.gz'])
  const restored = await whatslang(['restore', 'copy.sql.gz', '--yes', '--json'], {}, folder)
  expect(restored.json(), restored.err).toMatchObject({ applied: true, tables: { chats: 2 } })
})
