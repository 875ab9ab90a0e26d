import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { openStore } from '../main/store/index.ts'
import { makeData, whatslang } from './command.ts'

vi.setConfig({ testTimeout: 240_000 })
let data: string
beforeAll(() => bundle())
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'whatslang-drill-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

const run = async (...args: string[]) => {
  const outcome = await whatslang([...args, '--data-dir', data, '--json'])
  return { ...outcome, result: outcome.json() }
}
const drillFinding = async () => {
  const findings = (await run('doctor')).result.findings as { code: string; key: string }[]
  return findings.find(({ code }) => code === 'drill')?.key
}

test('the newest backup is restored as another machine would and started; what came since is told, and nothing here changes', async () => {
  const database = join(data, 'messages.db')
  const store = openStore({ path: database })
  store.chats.add('15550100001@s.whatsapp.net', { accountId: null })
  store.close()
  await run('backup')
  expect(await drillFinding()).toBe('drill.never')
  const later = openStore({ path: database })
  later.chats.add('15550100002@s.whatsapp.net', { accountId: null })
  later.close()

  const { code, result, err } = await run('drill')
  expect(code, err).toBe(0)
  expect(result).toMatchObject({
    outcome: 'proven',
    places: [{ folder: join(data, 'backups'), outcome: 'proven', rows: { chats: { restored: 1, today: 2 } } }],
  })
  expect(readdirSync(join(data, 'scratch'))).toEqual([])
  expect(existsSync(join(data, 'drills.json'))).toBe(true)
  expect(await drillFinding()).toBe('drill.fine')
})

test('sealed for recipients: it says what it cannot show, and shows it with the key; a damaged one fails', async () => {
  const key = await generateX25519Identity()
  const keyFile = join(data, 'key.txt')
  makeData(data)
  writeFileSync(keyFile, `${key}\n`)
  const encryption = { kind: 'recipients', recipients: [await identityToRecipient(key)] }
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ backup: { encryption } }), { mode: 0o600 })
  const made = (await run('backup')).result
  const locked = await run('drill')
  expect(locked.code).toBe(3)
  expect(locked.result).toMatchObject({ outcome: 'not-proven', places: [{ outcome: 'not-proven', rows: {} }] })
  expect(await drillFinding()).toBe('drill.not-proven')
  const opened = await run('drill', '--identity-file', keyFile)
  expect(opened.code, opened.err).toBe(0)
  expect(opened.result).toMatchObject({ outcome: 'proven' })
  writeFileSync(String(made.file), 'no longer what it was')
  const failed = await run('drill')
  expect(failed.code).toBe(1)
  expect(failed.result).toMatchObject({ outcome: 'failed' })
  expect(await drillFinding()).toBe('drill.failed')
})
