import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { Settings, type SettingsPatch } from '../../preload/contract/settings.ts'
import type { SettingPath } from './setting-path.ts'
import { SETTING_PATHS, SETTING_RULES, type SettingRule, travelling } from './setting-rules.ts'
import { createSettings, type SettingsStore } from './settings.ts'
import { createSettingsImport } from './settings-import.ts'

const folder = mkdtempSync(join(tmpdir(), 'whatslang-import-'))

/** The settings in memory. */
function made(start: unknown = {}, environment: { OPENAI_BASE_URL?: string } = {}) {
  const settings = createSettings({
    path: join(mkdtempSync(join(folder, 'data-')), 'settings.json'),
    open: () => ({ store: { ...Settings.parse(start) } }),
    environment,
    now: () => 0,
  })
  return { settings, files: createSettingsImport(settings) }
}
const text = (value: unknown) => JSON.stringify(value)
const RECIPIENT = 'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq'

describe('the table', () => {
  test('names each setting of the schema, and nothing else', () => {
    const leaves = (value: unknown, above = ''): string[] =>
      Object.entries(value as object).flatMap(([key, part]) =>
        typeof part === 'object' && part !== null && !Array.isArray(part) && !('kind' in part)
          ? leaves(part, `${above}${key}.`)
          : [above + key],
      )
    expect(SETTING_PATHS.toSorted()).toEqual(leaves(Settings.parse({})).toSorted())
  })

  test('does not compile without one of them', () => {
    type Incomplete = Record<Exclude<SettingPath, 'theme'>, SettingRule>
    expectTypeOf<Incomplete>().not.toMatchTypeOf<Record<SettingPath, SettingRule>>()
    expectTypeOf<'backup.keep.last' | 'backup.encryption' | 'desktop.bounds'>().toMatchTypeOf<SettingPath>()
    // @ts-expect-error each setting needs its rule
    const rules: Record<SettingPath, SettingRule> = { theme: SETTING_RULES.theme }
    expect(rules).toBeDefined()
  })

  test('lets no file set what belongs to a machine, to its user, or to who is trusted', () => {
    for (const path of [
      'risk_accepted',
      'welcomed',
      'backup.folder',
      'desktop.update_feed',
      'desktop.trusted_hosts',
      'desktop.bounds',
      'desktop.start_at_login',
      'desktop.tray_notice_shown',
    ] as const)
      expect([path, SETTING_RULES[path].file, SETTING_RULES[path].travels]).toEqual([path, false, false])
    expect(Object.keys(travelling(Settings.parse({ risk_accepted: true })))).not.toContain('risk_accepted')
  })
})

describe('a file of settings', () => {
  const HOSTILE = {
    risk_accepted: true,
    desktop: { update_feed: 'http://evil.example/', trusted_hosts: ['evil.example'], start_at_login: true },
    model: { base_url: 'https://evil.example/v1', name: 'mine' },
    retention: { message_text_days: 1 },
    backup: { encryption: { kind: 'recipients', recipients: [RECIPIENT] }, keep: { last: 1 }, folder: '/evil' },
  }

  test('without a preview gives only what has no consequence', () => {
    const { settings, files } = made()
    const before = settings.get()
    const result = files.apply(text(HOSTILE))
    expect(settings.get()).toEqual({ ...before, model: { ...before.model, name: 'mine' } })
    expect(result.taken).toEqual(['model.name'])
    expect(result.left_out.filter(({ why }) => why === 'not-confirmed').map(({ key }) => key)).toEqual([
      'model.base_url',
      'backup.encryption',
      'backup.keep.last',
      'retention.message_text_days',
    ])
    expect(result.left_out.filter(({ why }) => why === 'not-from-file').map(({ key }) => key)).toEqual([
      'risk_accepted',
      'backup.folder',
      'desktop.start_at_login',
      'desktop.update_feed',
      'desktop.trusted_hosts',
    ])
    expect(result.ignored).toEqual(result.left_out.map(({ key }) => key))
    // What needs a confirmation needs the preview as well.
    expect(files.apply(text(HOSTILE), { accept: ['retention.message_text_days'] }).taken).toEqual([])
  })

  test('shows what differs with its consequence, and gives exactly what was confirmed', () => {
    const { settings, files } = made()
    const preview = files.preview(text(HOSTILE))
    expect(Object.fromEntries(preview.differences.map(({ key, consequence }) => [key, consequence]))).toEqual({
      'model.base_url': 'key-again',
      'model.name': null,
      'backup.encryption': 'encryption-recipients',
      'backup.keep.last': 'fewer-backups',
      'retention.message_text_days': 'texts-forgotten',
    })
    expect(preview.differences).toContainEqual({
      key: 'retention.message_text_days',
      now: 'null',
      file: '1',
      consequence: 'texts-forgotten',
    })
    const accept = ['model.base_url', 'desktop.update_feed', 'risk_accepted']
    const { taken } = files.apply(text(HOSTILE), { digest: preview.digest, accept })
    expect(taken).toEqual(['model.base_url', 'model.name'])
    expect(settings.get()).toMatchObject({
      risk_accepted: false,
      model: { base_url: 'https://evil.example/v1' },
      backup: { encryption: { kind: 'none' } },
      desktop: { update_feed: null, trusted_hosts: [] },
    })
  })

  test('more that is kept, or kept longer, needs no confirmation', () => {
    const { files } = made({ retention: { message_text_days: 30 } })
    const { differences } = files.preview(
      text({ backup: { keep: { daily: 7 }, schedule: '0 3 * * *' }, retention: { message_text_days: 60 } }),
    )
    expect(differences.map(({ consequence }) => consequence)).toEqual([null, null, null])
    expect(made().files.preview(text({ backup: { schedule: null } })).differences[0]?.consequence).toBe('no-schedule')
  })

  test.each([
    ['the settings', (settings: SettingsStore) => settings.update({ theme: 'dark' }), {}],
    ['the file', () => undefined, { theme: 'light' }],
  ])('is not taken where %s changed since the preview', (_what, change, more) => {
    const { settings, files } = made()
    const { digest } = files.preview(text({ language: 'pt-BR' }))
    change(settings)
    expect(() => files.apply(text({ language: 'pt-BR', ...more }), { digest })).toThrow(
      expect.objectContaining({ code: 'settings-changed' }),
    )
    expect(settings.get().language).toBe('system')
  })

  test('may be compared while the window is moved', () => {
    const { settings, files } = made()
    const { digest } = files.preview(text({ language: 'pt-BR' }))
    settings.update({ desktop: { bounds: { x: 1, y: 2, width: 3, height: 4, maximized: false } } })
    expect(files.apply(text({ language: 'pt-BR' }), { digest }).taken).toEqual(['language'])
  })

  test('names what is unknown, not valid or set from outside, and takes the rest', () => {
    const { files } = made({}, { OPENAI_BASE_URL: 'https://fixed.example/v1' })
    const file = {
      version: 1,
      theme: 'purple',
      model: { base_url: 'https://other.example/v1', parallel: -1, temperature: 2 },
      answering: 'fast',
      colour: { a: { b: 1 } },
      language: 'pt-BR',
    }
    const result = files.apply(`\uFEFF${text(file)}`)
    expect(result.taken).toEqual(['language'])
    expect(Object.fromEntries(result.left_out.map(({ key, why }) => [key, why]))).toEqual({
      'model.temperature': 'unknown',
      answering: 'invalid',
      colour: 'unknown',
      theme: 'invalid',
      'model.base_url': 'fixed',
      'model.parallel': 'invalid',
    })
  })

  test.each([
    ['no JSON', '{"theme":'],
    ['a list', '[1]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['nothing', ''],
  ])('that is %s holds none', (_name, json) => {
    const { files } = made()
    expect(() => files.preview(json)).toThrow(expect.objectContaining({ code: 'no-settings' }))
    expect(() => files.apply(json)).toThrow('Nothing was changed.')
  })

  test('cannot do harm by its shape', () => {
    const { settings, files } = made()
    const before = settings.get()
    for (const json of [
      `{"model":${'{"model":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
      `{"theme":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      '{"__proto__":{"theme":"dark"},"constructor":{"prototype":{"theme":"dark"}}}',
      '{"kind":"none"}',
      '{"desktop":{"kind":"none"}}',
      `{"x\\n\\u001b[31m${'y'.repeat(5000)}":1}`,
    ]) {
      const { taken, left_out } = files.apply(json)
      expect(taken).toEqual([])
      for (const { key } of left_out) expect(key).toMatch(/^[^\p{Cc}]{1,100}$/u)
    }
    const many = text(Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`k${n}`, n])))
    expect(files.preview(many)).toMatchObject({ left_out_total: 50_000, left_out: { length: 100 } })
    expect(settings.get()).toEqual(before)
  })
})

describe('a change by a caller', () => {
  const refusal = (patch: unknown, host: 'desktop' | 'headless' = 'desktop', start = {}) => {
    const { settings } = made(start)
    const before = settings.get()
    try {
      settings.updateByCaller(patch as SettingsPatch, host)
    } catch (error) {
      expect(settings.get()).toEqual(before)
      return error
    }
    return settings.get()
  }
  const refused = { code: 'protected-setting' }

  test('cannot name an update feed, trust a host, or play the program', () => {
    for (const host of ['desktop', 'headless'] as const) {
      expect(refusal({ desktop: { update_feed: 'https://evil.example/' } }, host)).toMatchObject(refused)
      expect(refusal({ desktop: { trusted_hosts: ['evil.example'] } }, host)).toMatchObject(refused)
      expect(refusal({ desktop: { tray_notice_shown: true } }, host)).toMatchObject(refused)
    }
    const feed = { desktop: { update_feed: 'https://mine.example/' } }
    expect(refusal({ desktop: { update_feed: null } }, 'desktop', feed)).toMatchObject(refused)
  })

  test('can take a trusted host away, and send back what it read', () => {
    const start = { desktop: { trusted_hosts: ['a.example', 'b.example'], update_feed: 'https://mine.example/' } }
    expect(refusal({ desktop: { trusted_hosts: ['b.example'] } }, 'desktop', start)).toMatchObject({
      desktop: { trusted_hosts: ['b.example'] },
    })
    const whole = { ...Settings.parse(start), theme: 'dark' }
    expect(refusal(whole, 'desktop', start)).toEqual(whole)
  })

  test('names the folder of backups only where there is no dialog for it', () => {
    expect(refusal({ backup: { folder: '//evil.example/share' } })).toMatchObject(refused)
    expect(refusal({ backup: { folder: null } }, 'desktop', { backup: { folder: '/b' } })).toMatchObject({
      backup: { folder: null },
    })
    expect(refusal({ backup: { folder: '/backups' } }, 'headless')).toMatchObject({ backup: { folder: '/backups' } })
  })

  test('that is no change of settings is refused by name', () => {
    expect(refusal({ colour: 1 })).toMatchObject({
      message: 'There is no setting named "colour". Nothing was changed.',
    })
    expect(refusal({ model: 5 })).toMatchObject({ code: 'invalid-settings' })
    expect(refusal({ desktop: { kind: 'x' } })).toMatchObject({ code: 'invalid-settings' })
    expect(refusal(JSON.parse('{"__proto__":{"theme":"dark"}}'))).toMatchObject({ code: 'invalid-settings' })
  })
})

test.each(['http://updates.example/', 'https://user:word@updates.example/', 'file:///tmp/feed', 'nonsense'])(
  '%s is no update feed',
  (url) => {
    expect(Settings.safeParse({ desktop: { update_feed: url } }).success).toBe(false)
  },
)
