import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openConfFile } from './conf-file.ts'
import { createSettings } from './settings.ts'
import { lookForDoubt } from './settings-doubt.ts'

const RECIPIENTS = { kind: 'recipients' as const, recipients: [`age1${'q'.repeat(58)}`] }
const ACTS = ['plain-backup', 'prune', 'restore', 'forget'] as const

/** A data directory with settings that were made once: encrypted, with much kept. */
function world() {
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-doubt-'))
  const path = join(folder, 'settings.json')
  const start = () => createSettings({ path, open: openConfFile, environment: {}, now: () => 1000 })
  const refused = (settings = start()) => ACTS.filter((act) => settings.refusal(act) !== undefined)
  return { folder, path, start, refused, copy: join(folder, 'settings.last-good.json') }
}
function madeOnce() {
  const made = world()
  made.start().update({ theme: 'dark', backup: { encryption: RECIPIENTS, keep: { monthly: 24 } } })
  return made
}

describe('a file that another program wrote in its own way', () => {
  test.each([
    ['a byte-order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('is read with %s, and doubted by nobody', (_name, encode) => {
    const { path, start, folder } = madeOnce()
    writeFileSync(path, encode(readFileSync(path, 'utf8')))
    for (const settings of [start(), start()]) {
      expect(settings.get()).toMatchObject({ theme: 'dark', backup: { encryption: RECIPIENTS } })
      expect([settings.doubt(), settings.repaired()]).toEqual([null, []])
    }
    expect(JSON.parse(readFileSync(path, 'utf8')).theme).toBe('dark')
    expect(readdirSync(folder).filter((name) => name.includes('broken'))).toEqual([])
  })
})

describe('a file that cannot be read', () => {
  test.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['zeros, as after a power cut', () => '\0'.repeat(500)],
    ['a list', () => '[]'],
    ['no text', () => Buffer.from([0xff, 0x00, 0xc3, 0x28])],
  ])('(%s) gives way to the last good copy, until the user confirms', (_name, damage) => {
    const { path, start, refused, folder } = madeOnce()
    writeFileSync(path, damage(readFileSync(path, 'utf8')))
    const settings = start()
    expect(settings.get()).toMatchObject({ theme: 'dark', backup: { encryption: RECIPIENTS, keep: { monthly: 24 } } })
    expect(settings.doubt()).toMatchObject({ why: 'unreadable', instead: 'last-good', keys: [] })
    expect(readdirSync(folder)).toContain(settings.doubt()?.kept_as)
    // Encrypted as before is safe; what would delete or replace something is not.
    expect(refused(settings)).toEqual(['prune', 'restore', 'forget'])
    expect(settings.refusal('prune')?.message).toMatch(/could not be read.*`whatslang settings --confirm`/)

    settings.update({ desktop: { bounds: null } })
    const later = start()
    expect(later.doubt()).toEqual(settings.doubt())
    expect(later.confirm()).toBe(true)
    expect(refused()).toEqual([])
    expect(later.confirm()).toBe(false)
  })

  test('and has no copy leaves the defaults, and then no backup is made in plain', () => {
    const { path, start, refused, copy } = madeOnce()
    rmSync(copy)
    writeFileSync(path, '{"backup":')
    const settings = start()
    expect(settings.doubt()).toMatchObject({ instead: 'default' })
    expect(settings.get().backup.encryption.kind).toBe('none')
    expect(refused(settings)).toEqual(['plain-backup', 'prune', 'restore', 'forget'])
    settings.updateByCaller({ backup: { encryption: RECIPIENTS } }, 'headless')
    expect(refused(settings)).toEqual(['prune', 'restore', 'forget'])
  })

  test('that is gone, with its copy still there, is doubted as well; a new directory is not', () => {
    const { path, start, refused } = madeOnce()
    rmSync(path)
    expect(start().doubt()).toMatchObject({ why: 'missing', instead: 'last-good', kept_as: null })
    expect(existsSync(path)).toBe(true)
    expect(refused()).toContain('prune')
    expect(world().start().doubt()).toBeNull()
  })

  test('is not read from a copy that is damaged as well', () => {
    const { path, start, copy } = madeOnce()
    for (const file of [path, copy]) writeFileSync(file, '{"theme": "dark"')
    expect(start().doubt()).toMatchObject({ instead: 'default' })
  })
})

describe('a single setting that is not valid', () => {
  const edit = (path: string, change: (settings: Record<string, unknown>) => void) => {
    const settings = JSON.parse(readFileSync(path, 'utf8'))
    change(settings)
    writeFileSync(path, JSON.stringify(settings))
  }
  const encryption = (recipients: unknown) => (settings: Record<string, unknown>) =>
    Object.assign(settings.backup as object, { encryption: { kind: 'recipients', recipients } })

  test.each([[['age1 with a typo']], [[]], ['age1x'], [[RECIPIENTS.recipients[0], 5]]])(
    'recipients %j never mean a backup in plain',
    (recipients) => {
      const { path, start } = madeOnce()
      edit(path, encryption(recipients))
      const settings = start()
      expect(settings.get().backup.encryption).toEqual(RECIPIENTS)
      expect(settings.doubt()).toMatchObject({ why: 'values', keys: ['backup.encryption'] })

      const first = world()
      writeFileSync(first.path, JSON.stringify({ backup: { encryption: { kind: 'recipients', recipients } } }))
      expect(first.refused()).toEqual(['plain-backup', 'restore'])
      // Also after a start that read the mended file.
      expect(first.refused()).toEqual(['plain-backup', 'restore'])
      const again = first.start()
      again.updateByCaller({ backup: { encryption: RECIPIENTS } }, 'headless')
      expect([again.doubt(), first.refused()]).toEqual([null, []])
    },
  )

  test('of what is kept holds back the removal, and nothing else', () => {
    const { path, refused, start } = madeOnce()
    edit(path, ({ backup }) => Object.assign(backup as object, { keep: { monthly: 'two years' } }))
    expect(start().get().backup.keep).toMatchObject({ monthly: 24 })
    expect(refused()).toEqual(['prune', 'restore'])
  })

  test('that does no harm is named and doubted no further', () => {
    const { path, start, folder } = madeOnce()
    edit(path, (settings) => Object.assign(settings, { theme: 'purple', answering: 'fast' }))
    const settings = start()
    expect(settings.repaired()).toContain('theme')
    expect(settings.repaired()).toContain('answering.per_minute')
    expect(settings.get().theme).toBe('dark')
    expect(settings.doubt()).toBeNull()
    expect(readdirSync(folder).some((name) => name.startsWith('settings.broken-'))).toBe(true)
    expect(start().repaired()).toEqual([])
  })

  test('of texts to forget holds back the forgetting', () => {
    const { path, refused } = madeOnce()
    edit(path, ({ retention }) => Object.assign(retention as object, { message_text_days: 0.5 }))
    expect(refused()).toEqual(['forget'])
  })
})

test('the copy follows each change, is private, and is not made of settings in doubt', () => {
  const { path, start, copy } = madeOnce()
  expect(JSON.parse(readFileSync(copy, 'utf8')).backup.keep.monthly).toBe(24)
  expect(statSync(copy).mode & 0o777).toBe(0o600)
  writeFileSync(path, '')
  const settings = start()
  settings.update({ backup: { keep: { monthly: 1 } } })
  expect(JSON.parse(readFileSync(copy, 'utf8')).backup.keep.monthly).toBe(24)
  settings.confirm()
  expect(JSON.parse(readFileSync(copy, 'utf8')).backup.keep.monthly).toBe(1)
})

test('a note of a doubt that cannot be read is a doubt, and a look at it changes nothing', () => {
  const { path, start, folder, refused } = madeOnce()
  writeFileSync(join(folder, 'settings.doubt.json'), '{')
  expect(refused()).toEqual(['prune', 'restore', 'forget'])
  expect(start().confirm()).toBe(true)
  writeFileSync(path, 'nonsense')
  const before = readdirSync(folder)
  expect(lookForDoubt(path, 5)).toMatchObject({ why: 'unreadable', instead: 'last-good' })
  expect(readdirSync(folder)).toEqual(before)
})
