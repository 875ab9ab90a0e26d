// What is done to the program is written down: who, what, with which outcome; never a text, a secret or a value.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../../build/bundle.ts'
import { type AttackedHeadless, attackedHeadless } from './attacked.ts'

const SECRETS = {
  key: 'sk-the-key-of-the-model',
  passphrase: 'correct horse battery staple',
  guess: 'a-wrong-token-of-thirty-characters',
  feed: 'https://evil.example/feed',
  prompt: 'The prompt of a bot of mine',
}
let host: AttackedHeadless
beforeAll(async () => {
  await bundle()
  host = await attackedHeadless()
})
afterAll(() => host?.close())

const json = { 'content-type': 'application/json' }
const ask = (method: string, path: string, body?: unknown) =>
  host.rest.send(method, `/api${path}`, body === undefined ? undefined : JSON.stringify(body), json)

test('sign-ins, failures, changes, restores, exports and deletions are listed with who did them, and hold no secret', async () => {
  const auth = (token: string) => fetch(`${host.url}/auth`, { method: 'POST', body: JSON.stringify({ token }) })
  await auth(SECRETS.guess)
  await auth(host.token)
  await ask('PATCH', '/settings', { theme: 'dark', model: { base_url: 'http://127.0.0.1:1/v1' } })
  await ask('PATCH', '/settings', { desktop: { update_feed: SECRETS.feed } })
  await ask('PUT', '/settings/secrets/model_api_key', { value: SECRETS.key, base_url: 'http://127.0.0.1:1/v1' })
  await ask('PUT', '/settings/secrets/backup_passphrase', { value: SECRETS.passphrase })
  await ask('POST', '/settings/import', { json: '{"theme":"light"}' })
  const made = (await ask('POST', '/backups', { format: 'sql' })).body
  const { id } = made as { id: string }
  await ask('GET', `/backups/${id}/file`)
  const { upload } = (await ask('POST', '/restore/from-backup', { id })).body as { upload: string }
  await ask('POST', `/restore/${upload}/preview`, {})
  await ask('POST', `/restore/${upload}/apply`, {})
  await ask('POST', '/restore/undo', {})
  await ask('GET', '/export?format=json')
  await ask('POST', '/chats', { jid: '15550009601@s.whatsapp.net' })
  await ask('DELETE', '/chats/15550009601@s.whatsapp.net')
  await ask('PUT', '/bots/own/mine', { name: 'mine', label: 'Mine', prefix: 'mine', system_prompt: SECRETS.prompt })
  await ask('DELETE', '/bots/own/mine')
  await ask('POST', '/data/reset', { confirmation: 'yes' })

  const entries = (await ask('GET', '/audit?limit=1000')).body as {
    action: string
    outcome: string
    by: string
    address: string | null
  }[]
  const has = (action: string, outcome: string, by = 'script') =>
    expect(entries, `${action} ${outcome}`).toContainEqual(
      expect.objectContaining({ action, outcome, by, address: '127.0.0.1' }),
    )
  has('sign-in', 'refused', 'page')
  has('sign-in', 'done', 'page')
  has('settings-changed', 'done')
  has('settings-changed', 'refused')
  for (const action of [
    'secret-changed',
    'settings-imported',
    'backup-made',
    'backup-downloaded',
    'restore-applied',
    'restore-undone',
    'export-made',
    'chat-removed',
    'bot-removed',
  ]) {
    has(action, 'done')
  }
  has('data-reset', 'refused')

  const files = readdirSync(host.sandbox.data).filter((name) => name.startsWith('audit.log'))
  expect(files).toContain('audit.log')
  for (const name of files) {
    const path = join(host.sandbox.data, name)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const text = readFileSync(path, 'utf8')
    for (const secret of [...Object.values(SECRETS), host.token, '15550009601']) expect(text).not.toContain(secret)
  }
})
