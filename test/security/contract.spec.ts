// Calls that once reached past the data directory, the settings or a temporary file, against both hosts, with what is near to them.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { fingerprint } from '../fuzz/fingerprint.ts'
import type { Link } from '../fuzz/link.ts'
import { type AttackedDesktop, type AttackedHeadless, attackedDesktop, attackedHeadless } from './attacked.ts'
import { BAIT } from './sandbox.ts'

beforeAll(() => bundle())

/** What a settings file must never set, whatever is confirmed. */
const FORBIDDEN = {
  risk_accepted: true,
  welcomed: true,
  desktop: { update_feed: 'http://evil.example/', trusted_hosts: ['evil.example'], start_at_login: true },
  backup: { folder: '/proc/self/cwd' },
}
const CONSEQUENCES = { model: { base_url: 'https://evil.example/v1' }, retention: { message_text_days: 1 } }

describe.each([
  ['the headless host', attackedHeadless],
  ['the desktop host', attackedDesktop],
] as const)('%s', (_name, start) => {
  let host: AttackedHeadless | AttackedDesktop
  let link: Link
  let outside: string[]
  const folder = () => join(host.sandbox.data, 'restore')
  const state = () => [host.sandbox.inside(), fingerprint(host.sandbox.data)]
  const json = async (path: string, input?: unknown) => {
    const { status, body } = await link.call(path, input)
    expect(status, `${path} ${JSON.stringify(body)}`).toBeLessThan(300)
    return (body as { json: Record<string, unknown> }).json
  }
  /** A file at hand, which the program has read. */
  async function previewed(): Promise<string> {
    const { id } = await json('/backups/create', { format: 'sql' })
    const { upload } = await json('/restore/fromBackup', { id })
    await json('/restore/preview', { upload })
    return String(upload)
  }

  beforeAll(async () => {
    host = await start()
    link = await host.link()
    await link.call('/chats/add', { jid: '15550009401@s.whatsapp.net' })
    outside = host.sandbox.outside()
  })
  afterAll(() => host?.close())

  describe('a file to restore that is discarded', () => {
    const handles = [
      '../',
      '..',
      '.',
      '',
      '/',
      '..\\',
      '../backups',
      '../../..',
      'undo.json',
      `x/../..`,
      '%2e%2e',
      '\0',
      ' ..',
    ]
    test('by a handle that is none of ours: nothing is removed', async () => {
      const known = await previewed()
      writeFileSync(join(folder(), 'undo.json'), '{}')
      mkdirSync(join(folder(), 'other'))
      const before = state()
      for (const upload of [
        ...handles,
        'other',
        `${known}/..`,
        `../restore/${known}`,
        known.toUpperCase(),
        `${known}\0`,
      ]) {
        const { status, body } = await link.call('/restore/discard', { upload })
        if (status < 300) expect(body).toMatchObject({ json: { removed: false } })
        else expect(status, upload).toBeLessThan(500)
        if (host.kind === 'headless') {
          const escaped = encodeURIComponent(upload).replaceAll('.', '%2E')
          // As it is, an address through the folder leads to the handle itself.
          const plain = upload.startsWith('../restore') ? [] : [upload]
          for (const path of [...plain, encodeURIComponent(upload), escaped].filter((one) =>
            /^[\x21-\x7e]*$/.test(one),
          )) {
            expect((await host.rest.send('DELETE', `/api/restore/${path}`)).status, path).toBeLessThan(500)
          }
        }
      }
      expect(state()).toEqual(before)
      expect(host.sandbox.outside()).toEqual(outside)
      rmSync(join(folder(), 'undo.json'))
      rmSync(join(folder(), 'other'), { recursive: true })
      expect(await json('/restore/discard', { upload: known })).toEqual({ removed: true })
    })

    test('with links in its folder: they go, and what they point to stays', async () => {
      const upload = await previewed()
      const own = join(folder(), upload)
      expect(statSync(own).isDirectory()).toBe(true)
      symlinkSync(join(host.sandbox.folder, 'around'), join(own, 'link'))
      mkdirSync(join(own, 'deep'))
      symlinkSync('../../../../home', join(own, 'deep', 'home'))
      symlinkSync(host.sandbox.data, join(own, 'deep', 'data'))
      expect(await json('/restore/discard', { upload })).toEqual({ removed: true })
      expect(existsSync(own)).toBe(false)
      expect(host.sandbox.outside()).toEqual(outside)
      expect(existsSync(join(host.sandbox.data, 'messages.db'))).toBe(true)
    })

    test('whose own folder was put in the place of another by a link: the other stays', async () => {
      const upload = await previewed()
      const own = join(folder(), upload)
      renameSync(own, `${own}-moved`)
      symlinkSync(join(host.sandbox.folder, 'home'), own)
      await link.call('/restore/discard', { upload })
      expect(readFileSync(join(host.sandbox.folder, 'home', 'bait.txt'), 'utf8')).toBe(BAIT)
      expect(host.sandbox.outside()).toEqual(outside)
      rmSync(`${own}-moved`, { recursive: true })
      rmSync(own, { force: true })
    })
  })

  describe('a file of settings', () => {
    const settings = async () => (await json('/settings/get')).settings
    test('taken at once gives nothing that has a consequence', async () => {
      const before = await settings()
      await json('/settings/importFile', { json: JSON.stringify({ ...FORBIDDEN, ...CONSEQUENCES }) })
      expect(await settings()).toEqual(before)
    })

    test('with everything confirmed that a caller can name, still not what no file may set', async () => {
      const before = (await settings()) as typeof FORBIDDEN
      const text = JSON.stringify({ ...FORBIDDEN, ...CONSEQUENCES })
      const { digest } = await json('/settings/importPreview', { json: text })
      const accept = [
        'risk_accepted',
        'welcomed',
        'desktop',
        'desktop.update_feed',
        'desktop.trusted_hosts',
        'backup.folder',
        '*',
        '__proto__',
      ]
      await link.call('/settings/importFile', { json: text, digest, accept })
      expect(await settings()).toEqual(before)
      // A digest of something else confirms nothing.
      const other = await json('/settings/importPreview', { json: '{"theme":"dark"}' })
      const refused = await link.call('/settings/importFile', {
        json: text,
        digest: other.digest,
        accept: ['model.base_url'],
      })
      expect(refused.status).toBe(409)
      expect(await settings()).toEqual(before)
    })

    test('hidden in other shapes: twice the same key, a prototype, a list, names with dots', async () => {
      const before = await settings()
      for (const text of [
        '{"theme":"system","risk_accepted":false,"risk_accepted":true}',
        '{"__proto__":{"risk_accepted":true,"desktop":{"update_feed":"http://evil.example/"}}}',
        '{"constructor":{"prototype":{"risk_accepted":true}}}',
        '[{"risk_accepted":true}]',
        '{"desktop.update_feed":"http://evil.example/"}',
        '{"desktop":[{"trusted_hosts":["evil.example"]}]}',
        '{"settings":{"risk_accepted":true}}',
        '\ufeff{"risk_accepted":true}',
      ]) {
        expect((await link.call('/settings/importFile', { json: text })).status, text).toBeLessThan(500)
        expect(await settings(), text).toEqual(before)
      }
      const deep = `${'{"desktop":'.repeat(20_000)}1${'}'.repeat(20_000)}`
      expect((await link.call('/settings/importFile', { json: deep })).status).toBeLessThan(500)
      expect(
        (await link.call('/settings/update', JSON.parse(`${'{"theme":'.repeat(3000)}1${'}'.repeat(3000)}`))).status,
      ).toBe(422)
      expect(await settings()).toEqual(before)
    })

    test('and no call changes where updates come from or which hosts are trusted', async () => {
      const before = await settings()
      for (const desktop of [
        { update_feed: 'https://evil.example/' },
        { update_feed: 'http://evil.example/' },
        { trusted_hosts: ['evil.example'] },
        { update_feed: 'https://evil.example/', close_to_tray: false },
      ]) {
        const { status } = await link.call('/settings/update', { desktop })
        expect(status, JSON.stringify(desktop)).toBe(422)
      }
      expect(await settings()).toEqual(before)
    })
  })

  test('an export that is downloaded lies nowhere afterwards, and nowhere outside while it is made', async () => {
    const scratch = () => readdirSync(join(host.sandbox.data, 'scratch'))
    for (const format of ['db', 'sql', 'sql.gz', 'python-db', 'json', 'csv', 'html', 'txt']) {
      expect((await link.call('/exports/download', { format })).status, format).toBeLessThan(300)
      expect(host.sandbox.outside()).toEqual(outside)
    }
    const left = await Promise.allSettled(
      Array.from({ length: 5 }, async () => (await host.link()).call('/exports/download', { format: 'db' })),
    )
    expect(left.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    await expect.poll(scratch).toEqual([])
    expect(host.sandbox.outside()).toEqual(outside)
  })
})
