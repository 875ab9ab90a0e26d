// Settings from outside: what a file may set, what a caller may change, and where the model's key goes.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { bundle } from '../build/bundle.ts'
import { freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator } from '../emulator/index.ts'
import { ImportPreview, ImportResult, ModelStatus, Settings } from '../preload/contract/settings.ts'
import { whatslang } from './command.ts'

beforeAll(() => bundle())
const disposals: (() => unknown)[] = []
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-settings-'))
})
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
  rmSync(folder, { recursive: true, force: true })
})

const KEY = 'sk-the-key-of-home'
const KEY_OF_ENVIRONMENT = 'sk-the-key-of-the-environment'

/** A model's server that answers everything, and remembers the keys that it was shown. */
async function endpoint() {
  const keys: (string | undefined)[] = []
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization)
    const choices = [{ index: 0, message: { role: 'assistant', content: 'ready' } }]
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ choices, data: [] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  disposals.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, keys }
}

async function start(env: Record<string, string> = {}) {
  const emulator = await createEmulator()
  disposals.push(() => emulator.close())
  const app = spawnApp({
    dataDirectory: folder,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    built: true,
    env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', OPENAI_MODEL: '', ...env },
  })
  disposals.push(() => app.stop())
  await app.listening()
  return {
    ...app,
    model: async () => ModelStatus.parse(await app.api('GET', '/model')),
    tried: async (change = {}) => z.object({ ok: z.boolean() }).parse(await app.api('POST', '/model/test', change)).ok,
    settings: async () => z.object({ settings: Settings }).parse(await app.api('GET', '/settings')).settings,
    preview: async (json: string) => ImportPreview.parse(await app.api('POST', '/settings/import/preview', { json })),
    load: async (input: object) => ImportResult.parse(await app.api('POST', '/settings/import', input)),
  }
}
const setAddress = (url: string) =>
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ model: { base_url: url } }))

test('a kept key goes only to the address that it was entered for, whatever brings another one', async () => {
  const [home, evil] = [await endpoint(), await endpoint()]
  const app = await start()
  await app.api('PATCH', '/settings', { model: { base_url: home.url } })
  await app.api('PUT', '/settings/secrets/model_api_key', { value: KEY, base_url: home.url })
  expect(await app.tried()).toBe(true)
  expect(home.keys).toContain(`Bearer ${KEY}`)

  // A file, after all was shown and confirmed.
  const json = JSON.stringify({ model: { base_url: evil.url } })
  const { digest, differences } = await app.preview(json)
  expect(differences).toMatchObject([{ key: 'model.base_url', file: evil.url, consequence: 'key-again' }])
  expect((await app.load({ json, digest, accept: ['model.base_url'] })).taken).toEqual(['model.base_url'])
  expect(await app.model()).toMatchObject({ has_key: false, key_origin: new URL(home.url).origin })
  await app.tried()
  // A key that was entered while another address was in sight is not taken for this one.
  await expect(
    app.api('PUT', '/settings/secrets/model_api_key', { value: 'sk-new', base_url: home.url }),
  ).rejects.toThrow('409')
  // A server beyond this network needs a key, and is not even asked.
  await app.api('PATCH', '/settings', { model: { base_url: 'https://models.example.com/v1' } })
  const report = z.object({ findings: z.array(z.object({ key: z.string().optional() })) })
  expect(report.parse(await app.api('GET', '/health/report')).findings).toContainEqual({ key: 'model.key-elsewhere' })
  await app.stop()

  // The file edited by hand, and going back.
  setAddress(evil.url)
  const back = await start()
  await back.tried()
  expect(await back.model()).toMatchObject({ base_url: evil.url, has_key: false })
  expect(evil.keys.length).toBeGreaterThan(2)
  home.keys.length = 0
  await back.api('PATCH', '/settings', { model: { base_url: home.url } })
  expect(await back.model()).toMatchObject({ has_key: true, configured: true })
  await back.tried()
  await back.tried({ base_url: evil.url })
  expect(home.keys).toContain(`Bearer ${KEY}`)
  expect(evil.keys.join()).not.toContain(KEY)
})

test('the key of the environment stays with the address that was set when it was first seen', async () => {
  const [home, evil] = [await endpoint(), await endpoint()]
  setAddress(home.url)
  const first = await start({ OPENAI_API_KEY: KEY_OF_ENVIRONMENT })
  await first.tried()
  expect(home.keys).toContain(`Bearer ${KEY_OF_ENVIRONMENT}`)
  await first.api('PATCH', '/settings', { model: { base_url: evil.url } })
  await first.tried()
  await first.stop()
  const second = await start({ OPENAI_API_KEY: KEY_OF_ENVIRONMENT })
  await second.tried()
  expect(await second.model()).toMatchObject({ base_url: evil.url, has_key: false })
  expect(evil.keys.length).toBeGreaterThan(1)
  expect(evil.keys.join()).not.toContain(KEY_OF_ENVIRONMENT)
})

test('settings that cannot be read give way to the last good copy, and what could do harm waits until they are confirmed', async () => {
  const recipient = await identityToRecipient(await generateX25519Identity())
  const first = await start()
  await first.api('PATCH', '/settings', {
    backup: { encryption: { kind: 'recipients', recipients: [recipient] }, keep: { monthly: 24 } },
  })
  await first.stop()
  const file = join(folder, 'settings.json')
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.slice(0, whole.length / 2))
  const doctor = await whatslang(['doctor', '--data-dir', folder])
  expect(doctor.out).toContain('The settings file could not be read')
  expect(doctor.code).toBe(1)
  expect((await whatslang(['prune', '--data-dir', folder])).err).toMatch(
    /warning: .*could not be read.*The old file is kept as settings\.broken/,
  )

  const app = await start()
  expect(await app.settings()).toMatchObject({ backup: { encryption: { kind: 'recipients' }, keep: { monthly: 24 } } })
  const report = z.object({ findings: z.array(z.object({ key: z.string().optional(), level: z.string() })) })
  expect(report.parse(await app.api('GET', '/health/report')).findings).toContainEqual({
    key: 'settings.doubtful-copy',
    level: 'error',
  })
  await expect(app.api('POST', '/backups/prune', { dry_run: false })).rejects.toThrow(/409.*no(ne| old)/)
  await expect(app.api('POST', '/restore/undo', {})).rejects.toThrow('409')
  await app.stop()

  // Without a copy it may have been encrypted: nothing is made in plain.
  for (const name of ['settings.json', 'settings.last-good.json']) writeFileSync(join(folder, name), '{')
  const backup = await whatslang(['backup', '--data-dir', folder])
  expect(backup.code).toBe(1)
  expect(backup.err).toContain('none is made in plain')
  expect(readdirSync(join(folder, 'backups')).filter((name) => name.startsWith('messages_'))).toEqual([])
  expect((await whatslang(['settings', '--data-dir', folder])).code).toBe(1)
  expect((await whatslang(['settings', '--confirm', '--data-dir', folder])).out).toContain('Confirmed.')
  expect((await whatslang(['backup', '--data-dir', folder])).code).toBe(0)
})

test('a file gives what it may, and says what it may not; a caller changes no more than that', async () => {
  const app = await start()
  const before = await app.settings()
  const hostile = {
    risk_accepted: true,
    welcomed: true,
    theme: 'dark',
    desktop: { update_feed: 'http://evil.example/', trusted_hosts: ['evil.example'], start_at_login: true },
    model: { base_url: 'https://evil.example/v1' },
    retention: { message_text_days: 1 },
    backup: { keep: { last: 0, days: 0 }, folder: folder },
  }
  const result = await app.load({ json: JSON.stringify(hostile) })
  expect(result.taken).toEqual(['theme'])
  expect(result.ignored.toSorted()).toEqual([
    'backup.folder',
    'backup.keep.days',
    'backup.keep.last',
    'desktop.start_at_login',
    'desktop.trusted_hosts',
    'desktop.update_feed',
    'model.base_url',
    'retention.message_text_days',
    'risk_accepted',
    'welcomed',
  ])
  expect(await app.settings()).toEqual({ ...before, theme: 'dark' })
  expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'))).toEqual(await app.settings())

  for (const desktop of [{ update_feed: 'https://evil.example/' }, { trusted_hosts: ['evil.example'] }])
    await expect(app.api('PATCH', '/settings', { desktop })).rejects.toThrow('422')
  await expect(app.load({ json: '{"theme": "dark"', digest: 'x' })).rejects.toThrow('422')
  const { digest } = await app.preview('{"theme": "light"}')
  await app.api('PATCH', '/settings', { language: 'pt-BR' })
  await expect(app.load({ json: '{"theme": "light"}', digest })).rejects.toThrow('409')
  expect(await app.settings()).toEqual({ ...before, theme: 'dark', language: 'pt-BR' })

  const audit = z.array(z.object({ action: z.string(), outcome: z.string(), detail: z.looseObject({}) }))
  const entries = audit.parse(await app.api('GET', '/audit?action=settings-imported'))
  expect(entries.at(-1)).toMatchObject({ outcome: 'done', detail: { settings: 'theme' } })
  expect(entries[0]).toMatchObject({ outcome: 'refused', detail: { code: 'CONFLICT' } })
  // A terminal reads the same, also while the program runs.
  const printed = await whatslang(['audit', '--json', '--action', 'settings-imported', '--data-dir', folder])
  expect(printed.json().entries).toEqual(await app.api('GET', '/audit?action=settings-imported'))
  expect((await whatslang(['audit', '--limit', '0', '--data-dir', folder])).code).toBe(2)
})
