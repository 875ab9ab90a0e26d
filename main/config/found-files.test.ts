import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openConfFile } from './conf-file.ts'
import { type Config, type ConfigInput, resolveConfig } from './config.ts'
import { createFileSecrets } from './secrets.ts'
import { createSettings } from './settings.ts'

let cwd: string
let data: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'whatslang-found-'))
  data = join(cwd, 'data')
  mkdirSync(data, { mode: 0o700 })
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

const posix = process.platform !== 'win32'
const root = process.geteuid?.() === 0
const STRANGER = 54321
const YAML = 'bot_settings: { db_path: elsewhere.db }\n'
const located = (change: Partial<ConfigInput> = {}): Config =>
  resolveConfig({ env: {}, cwd, defaultDataDirectory: data, packaged: false, ...change })
const errorOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return error instanceof Error && 'code' in error ? `${error.code}: ${error.message}` : String(error)
  }
  return undefined
}

describe.skipIf(!posix)('a config.yaml that was found', () => {
  const places = () => [join(cwd, 'config.yaml'), join(data, 'config.yaml')]

  test('is used where it is the user’s own', () => {
    for (const path of places()) {
      writeFileSync(path, YAML, { mode: 0o644 })
      expect(located().database).toMatchObject({ source: 'config-file', path: join(path, '../elsewhere.db') })
      rmSync(path)
    }
  })

  test('is refused by name where others can write it; named with --config it is the user’s choice', () => {
    for (const path of places()) {
      writeFileSync(path, YAML)
      for (const mode of [0o664, 0o646]) {
        chmodSync(path, mode)
        expect(errorOf(located)).toMatch(/^refused-config-file: .*can be written by other users/)
        expect(errorOf(located)).toContain(`${path} `)
      }
      expect(located({ configFile: path }).database.source).toBe('config-file')
      rmSync(path)
    }
  })

  test.skipIf(!root)('is refused by name where it, or the link to it, is another user’s', () => {
    for (const path of places()) {
      writeFileSync(path, YAML, { mode: 0o644 })
      chownSync(path, STRANGER, STRANGER)
      expect(errorOf(located)).toMatch(/^refused-config-file: .*config\.yaml belongs to another user \(54321\)/)
      expect(located({ configFile: path }).database.source).toBe('config-file')
      rmSync(path)
    }
    writeFileSync(join(cwd, 'mine.yaml'), YAML, { mode: 0o644 })
    symlinkSync(join(cwd, 'mine.yaml'), join(cwd, 'config.yaml'))
    expect(located().database.source).toBe('config-file')
    lchownSync(join(cwd, 'config.yaml'), STRANGER, STRANGER)
    expect(errorOf(located)).toMatch(/belongs to another user/)
  })

  test('is a file: a pipe is refused at once, found or named', () => {
    for (const path of places()) {
      execFileSync('mkfifo', [path])
      expect(errorOf(located)).toMatch(/^refused-config-file: .*config\.yaml is a pipe, not a file\. Move it away/)
      expect(errorOf(() => located({ configFile: path }))).toMatch(/is a pipe, not a file/)
      rmSync(path)
      mkdirSync(path)
      expect(errorOf(located)).toMatch(/config\.yaml is a folder, not a file/)
      rmSync(path, { recursive: true })
    }
    expect(errorOf(() => located({ configFile: '/dev/zero' }))).toMatch(/\/dev\/zero is a device/)
    expect(errorOf(() => located({ configFile: join(cwd, 'none.yaml') }))).toMatch(/^missing-config-file/)
  })

  test('takes no memory and no time: aliases of aliases, deep nesting, a large file', () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]']
    for (let level = 1; level < 12; level++)
      bomb.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(',')}]`,
      )
    const hostile = [bomb.join('\n'), '['.repeat(60_000), `${'- '.repeat(30_000)}x`, `x: ${'y'.repeat(300_000)}`]
    for (const text of hostile) {
      writeFileSync(join(cwd, 'config.yaml'), text, { mode: 0o600 })
      const started = performance.now()
      const before = process.memoryUsage.rss()
      expect(errorOf(located)).toMatch(/^(invalid|refused)-config-file/)
      expect(performance.now() - started).toBeLessThan(5000)
      expect(process.memoryUsage.rss() - before).toBeLessThan(250e6)
    }
  })
})

describe('the default data directory', () => {
  test.skipIf(!root)('is refused where another user made it; one that was named is the user’s choice', () => {
    chownSync(data, STRANGER, STRANGER)
    expect(errorOf(located)).toMatch(
      /^foreign-data-directory: .*\/data, the default data directory, belongs to another/,
    )
    expect(located({ dataDirectory: 'data' }).dataDirectory.source).toBe('command-line')
    expect(located({ env: { WHATSLANG_DATA_DIR: 'data' } }).dataDirectory.source).toBe('environment')
  })
})

describe('the note of a moved data directory', () => {
  const bootstrapFile = () => join(cwd, 'data-directory.json')
  const moved = () => located({ bootstrapFile: bootstrapFile() }).dataDirectory

  test('is believed, and missing means never moved', () => {
    expect(moved().source).toBe('default')
    writeFileSync(bootstrapFile(), '{"data_directory":"/elsewhere"}', { mode: 0o600 })
    expect(moved()).toMatchObject({ source: 'bootstrap', path: '/elsewhere' })
  })

  test('stops the start where it is damaged or not the user’s: the default place would look empty', () => {
    for (const text of ['', '{"data_directory":"/els', '{}', '{"data_directory":5}']) {
      writeFileSync(bootstrapFile(), text, { mode: 0o600 })
      expect(errorOf(moved)).toMatch(/^refused-file: .*data-directory\.json is damaged\. It says where your data was/)
    }
    if (!posix) return
    writeFileSync(bootstrapFile(), '{"data_directory":"/elsewhere"}')
    chmodSync(bootstrapFile(), 0o666)
    expect(errorOf(moved)).toMatch(/^refused-file: .*can be written by other users/)
  })
})

describe.skipIf(!posix)('files of the data directory', () => {
  test('are no pipes', async () => {
    const settings = join(data, 'settings.json')
    const secrets = join(data, 'secrets.json')
    for (const path of [settings, secrets]) execFileSync('mkfifo', [path])
    const open = () => createSettings({ path: settings, open: openConfFile, environment: {}, now: () => 0 })
    expect(errorOf(open)).toMatch(/^refused-file: .*settings\.json is a pipe/)
    await expect(createFileSecrets(secrets).get('model_api_key')).rejects.toThrow(/secrets\.json is a pipe/)
  })

  test.skipIf(!root)('are not planted by another user in a folder that others can write', async () => {
    chmodSync(data, 0o777)
    const settings = join(data, 'settings.json')
    const secrets = join(data, 'secrets.json')
    writeFileSync(settings, '{"model":{"base_url":"https://evil.example/v1"}}')
    writeFileSync(secrets, '{"backup_passphrase":"chosen by the stranger"}')
    for (const path of [settings, secrets]) chownSync(path, STRANGER, STRANGER)
    const open = () => createSettings({ path: settings, open: openConfFile, environment: {}, now: () => 0 })
    expect(errorOf(open)).toMatch(/^refused-file: .*settings\.json belongs to another user/)
    await expect(createFileSecrets(secrets).get('backup_passphrase')).rejects.toThrow(/belongs to another user/)
  })
})

describe('paths in the environment', () => {
  test.each([
    ['WHATSLANG_DATA_DIR', '~/data', 'a ~'],
    ['WHATSLANG_DATA_DIR', '"/srv/data"', 'quotes'],
    ['DB_PATH', "'/srv/messages.db'", 'quotes'],
    ['DB_PATH', '~ana/messages.db', 'a ~'],
    ['DB_PATH', '$HOME/messages.db', 'a variable'],
    ['WHATSLANG_DATA_DIR', `${'$'}{HOME}/data`, 'a variable'],
    ['WHATSLANG_DATA_DIR', '/srv/$USER/data', 'a variable'],
    ['WHATSLANG_DATA_DIR', '%APPDATA%\\whatslang', 'a variable'],
    ['WHATSLANG_DATA_DIR', '\u201c/srv/data\u201d', 'quotes'],
    ['DB_PATH', '/srv/"my data"/messages.db', 'quotes'],
    ['DB_PATH', 'file:///srv/messages.db', 'file:'],
  ])('%s=%s is refused by name: it names a folder of that very name', (name, value, what) => {
    expect(errorOf(() => located({ env: { [name]: value } }))).toMatch(
      `invalid-environment: ${name} in the environment is`,
    )
    expect(errorOf(() => located({ env: { [name]: value } }))).toContain(what)
  })
  test.each(['"/srv/data"', '~/data', '$HOME/data', '/srv/data ', '/srv/data\n', '/srv/\0data'])(
    '--data-dir and bot_settings.db_path: %j',
    (value) => {
      expect(errorOf(() => located({ dataDirectory: value }))).toMatch(/^invalid-environment: --data-dir is "/)
      // Blanks around a value are YAML's.
      if (value.trim() !== value) return
      writeFileSync(join(cwd, 'config.yaml'), JSON.stringify({ bot_settings: { db_path: value } }))
      expect(errorOf(() => located({}))).toMatch(/^invalid-config-file: bot_settings\.db_path in .* is "/)
    },
  )
  test('a relative path counts from the working directory, and that is said', () => {
    const { database, dataDirectory } = located({ env: { WHATSLANG_DATA_DIR: 'wl', DB_PATH: 'wa.db' } })
    expect(dataDirectory).toMatchObject({ path: join(cwd, 'wl'), from: expect.stringContaining(cwd) })
    expect(database).toMatchObject({
      path: join(cwd, 'wa.db'),
      why: expect.stringContaining(`working directory ${cwd}`),
    })
  })
  test('a ~ or a quote inside a name is a name', () => {
    expect(located({ env: { WHATSLANG_DATA_DIR: "/srv/ana's data~1" } }).dataDirectory.path).toBe("/srv/ana's data~1")
  })
})
