import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Settings } from '../../preload/contract/settings.ts'
import { writeBootstrap } from './bootstrap.ts'
import { openConfFile } from './conf-file.ts'
import { type ConfigInput, resolveConfig } from './config.ts'
import { ConfigError } from './config-error.ts'
import { createLog, masked } from './log.ts'
import { createFileSecrets, withEnvironment } from './secrets.ts'
import { createSettings, repairedSettings } from './settings.ts'
import { createSettingsImport } from './settings-import.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'whatslang-config-'))
function input(change: Partial<ConfigInput> = {}): ConfigInput & { cwd: string } {
  const cwd = folder()
  return { env: {}, cwd, defaultDataDirectory: join(cwd, 'data'), packaged: false, ...change }
}

describe('where the database is', () => {
  test('by default in the default data directory', () => {
    const given = input()
    expect(resolveConfig(given).database).toMatchObject({
      path: join(given.cwd, 'data/messages.db'),
      source: 'default',
    })
  })

  test('each way wins over the next', () => {
    const given = input()
    const named = join(given.cwd, 'other.yaml')
    writeFileSync(named, 'bot_settings:\n  db_path: "sub/named.db"\n')
    mkdirSync(join(given.cwd, 'data'))
    writeFileSync(join(given.cwd, 'data/config.yaml'), 'bot_settings: { db_path: in-data.db }\nchat_jid: x\n')
    writeFileSync(join(given.cwd, 'config.yaml'), 'bot_settings: { db_path: /absolute/in-cwd.db }\n')
    const bootstrapFile = join(given.cwd, 'bootstrap.json')
    writeBootstrap(bootstrapFile, join(given.cwd, 'moved'))

    const of = (change: Partial<ConfigInput>) => resolveConfig({ ...given, ...change }).database
    expect(of({ bootstrapFile, env: { DB_PATH: 'my.db' }, configFile: named })).toMatchObject({
      path: join(given.cwd, 'my.db'),
      source: 'environment',
    })
    expect(of({ configFile: named })).toMatchObject({ path: join(given.cwd, 'sub/named.db'), source: 'config-file' })
    expect(of({})).toMatchObject({ path: join(given.cwd, 'data/in-data.db'), source: 'config-file' })
    expect(of({ dataDirectory: 'elsewhere' })).toMatchObject({ path: '/absolute/in-cwd.db' })
    expect(resolveConfig({ ...given, bootstrapFile, cwd: folder() }).database).toMatchObject({
      path: join(given.cwd, 'moved/messages.db'),
      source: 'bootstrap',
    })
  })

  test('an empty variable counts as not set', () => {
    const given = input({ env: { DB_PATH: '', WHATSLANG_PORT: ' ' } })
    expect(resolveConfig(given)).toMatchObject({ port: 8020, database: { source: 'default' } })
  })

  test.each([
    ['a config.yaml that is no YAML', { file: 'bot_settings: [', env: {} }, 'not valid YAML'],
    ['a db_path that is no path', { file: 'bot_settings: { db_path: 5 }', env: {} }, 'db_path'],
    ['a port that is none', { file: '', env: { WHATSLANG_PORT: 'eighty' } }, 'WHATSLANG_PORT'],
  ])('%s is an error that names it', (_name, { file, env }, words) => {
    const given = input({ env })
    writeFileSync(join(given.cwd, 'config.yaml'), file)
    expect(() => resolveConfig(given)).toThrow(ConfigError)
    expect(() => resolveConfig(given)).toThrow(words)
  })

  test('a packaged program knows no emulator, and no pacing without one', () => {
    const env = {
      WHATSLANG_EMULATOR_URL: 'ws://127.0.0.1:1/ws/chat',
      WHATSLANG_PACING: 'off',
      WHATSLANG_TEST_DISABLE: 'journal',
    }
    expect(resolveConfig(input({ env }))).toMatchObject({ emulatorUrl: env.WHATSLANG_EMULATOR_URL, pacing: 'off' })
    const packaged = resolveConfig(input({ env, packaged: true }))
    expect(packaged).toMatchObject({ emulatorUrl: undefined, pacing: 'on' })
    expect(packaged.testDisable.size).toBe(0)
    expect(resolveConfig(input({ env: { WHATSLANG_PACING: 'off' } })).pacing).toBe('on')
  })
})

describe('settings', () => {
  const open = (path: string, environment = {}) =>
    createSettings({ path, open: openConfFile, environment, now: () => Date.UTC(2026, 0, 2, 3, 4, 5) })

  const deep = (levels: number) => `${'{"model":'.repeat(levels)}1${'}'.repeat(levels)}`
  test.each([100, 20_000, 100_000])(
    'nested %i levels deep are refused before anything walks through them',
    (levels) => {
      const settings = open(join(folder(), 'settings.json'))
      settings.update({ theme: 'dark' })
      expect(() => settings.update(JSON.parse(deep(levels)))).toThrow('nested deeper')
      expect(createSettingsImport(settings).apply(deep(levels)).taken).toEqual([])
      expect(settings.get().theme).toBe('dark')
    },
  )
  test.each([100, 20_000])('nested %i levels deep in the file are set aside, as one that cannot be read', (levels) => {
    const path = join(folder(), 'settings.json')
    writeFileSync(path, deep(levels))
    expect(open(path).repaired()).toEqual(['everything'])
  })
  test('have their defaults, and stay across a restart, readable by this user only', () => {
    const path = join(folder(), 'settings.json')
    open(path).update({ theme: 'dark', backup: { keep: { daily: 7 } } })
    expect(open(path).get()).toEqual(Settings.parse({ theme: 'dark', backup: { keep: { daily: 7 } } }))
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('a value that is not valid goes back to its default, the others stay, the old file is kept', () => {
    const path = join(folder(), 'settings.json')
    writeFileSync(
      path,
      JSON.stringify({ version: 1, theme: 'purple', language: 'pt-BR', model: { parallel: -4, name: 'mine' } }),
    )
    const settings = open(path)
    expect([...settings.repaired()].sort()).toEqual(['model.parallel', 'theme'])
    expect(settings.get()).toMatchObject({ theme: 'system', language: 'pt-BR', model: { name: 'mine', parallel: 4 } })
    expect(readFileSync(join(path, '../settings.broken-20260102030405.json'), 'utf8')).toContain('purple')
    expect(open(path).repaired()).toEqual([])
  })

  test('a file that is no JSON is kept aside, not lost', () => {
    const path = join(folder(), 'settings.json')
    writeFileSync(path, '{"theme": "dark"')
    expect(open(path).repaired()).toEqual(['everything'])
    expect(readdirSync(join(path, '..')).some((name) => name.startsWith('settings.broken-'))).toBe(true)
  })

  test('a wrong change is refused and changes nothing', () => {
    const settings = open(join(folder(), 'settings.json'))
    expect(() => settings.update({ model: { parallel: 99 } })).toThrow('model.parallel')
    expect(settings.get().model.parallel).toBe(4)
  })

  test('a change of one kind of encryption to another leaves nothing of the first', () => {
    const settings = open(join(folder(), 'settings.json'))
    settings.update({ backup: { encryption: { kind: 'recipients', recipients: ['age1qqqq'] } } })
    settings.update({ backup: { encryption: { kind: 'none' } } })
    expect(settings.get().backup.encryption).toEqual({ kind: 'none' })
  })

  test('the environment wins and is named as the source', () => {
    const settings = open(join(folder(), 'settings.json'), { OPENAI_MODEL: 'llama' })
    expect(settings.get().model.name).toBe('llama')
    expect(settings.sources()).toEqual({ 'model.name': 'environment' })
  })

  test('travel without secrets and without what belongs to one machine', () => {
    const from = open(join(folder(), 'settings.json'))
    from.update({ theme: 'dark', desktop: { bounds: { x: 1, y: 1, width: 900, height: 700, maximized: false } } })
    const to = open(join(folder(), 'settings.json'))
    expect(from.exported()).not.toContain('bounds')
    const { ignored } = createSettingsImport(to).apply(
      from.exported().replace('"theme": "dark"', '"theme": "dark", "colour": 1'),
    )
    expect(to.get()).toMatchObject({ theme: 'dark', desktop: { bounds: null } })
    expect(ignored).toEqual(['colour'])
  })

  test('listeners hear of changes until they leave', () => {
    const settings = open(join(folder(), 'settings.json'))
    const heard: string[] = []
    const leave = settings.onChange(({ theme }) => heard.push(theme))
    settings.update({ theme: 'dark' })
    leave()
    settings.update({ theme: 'light' })
    expect(heard).toEqual(['dark'])
  })

  test('nothing makes the repair fail or loop', () => {
    for (const raw of [
      null,
      5,
      [],
      'x',
      { model: null },
      { backup: { encryption: { kind: 'recipients', recipients: [1] } } },
      { version: 9 },
    ]) {
      expect(Settings.safeParse(repairedSettings(raw).settings).success).toBe(true)
    }
  })
})

describe('secrets in a file', () => {
  test('are readable by this user only, and the environment wins', async () => {
    const path = join(folder(), 'secrets.json')
    const secrets = createFileSecrets(path)
    expect(await secrets.get('model_api_key')).toBeUndefined()
    await secrets.set('model_api_key', 'kept')
    await secrets.set('backup_passphrase', 'phrase')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await secrets.delete('backup_passphrase')
    expect(await secrets.get('backup_passphrase')).toBeUndefined()
    expect(await withEnvironment(secrets, { WHATSLANG_BACKUP_PASSPHRASE: 'given' }).get('backup_passphrase')).toBe(
      'given',
    )
  })
})

describe('the log', () => {
  test('masks addresses and numbers', () => {
    expect(masked('from 5511999990001@s.whatsapp.net and 1203630000-1@g.us, call +55 11 99999-0001')).toBe(
      'from [address] and [address], call [number]',
    )
  })
  test('keeps no text that travels in fields, and is rotated', () => {
    const logs = folder()
    const log = createLog(logs, 'info')
    log.logger.info({ text: 'secret words', err: new TypeError('boom 12345678@lid') }, 'something happened')
    for (let line = 0; line < 30_000; line++) log.logger.info({ scope: 'test' }, 'x'.repeat(400))
    const names = readdirSync(logs)
    expect(names.length).toBeGreaterThan(3)
    expect(names.length).toBeLessThanOrEqual(5)
    const all = names.map((name) => readFileSync(join(logs, name), 'utf8')).join('')
    expect(all).not.toContain('secret words')
    expect(all.length).toBeLessThan(11_000_000)
    expect(log.recent(1)[0]).toMatchObject({ level: 'info', scope: 'test' })
  })
  test('a log that cannot be written does not stop the program', () => {
    const logs = folder()
    symlinkSync('/dev/full', join(logs, 'whatslang.log'))
    const log = createLog(logs, 'info')
    log.logger.info('still here')
    expect(log.recent(1)[0]?.message).toBe('still here')
  })
})
