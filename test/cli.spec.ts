import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { type AppProcess, freePort, linkApp, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator, type Emulator } from '../emulator/index.ts'
import { makeData, whatslang } from './command.ts'

let folder: string
let data: string
vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-cli-'))
  data = join(folder, 'data')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: string[]) => whatslang([...args, '--data-dir', data])

describe('with nobody else at the data directory', () => {
  test('settings of a file are taken by name, and each one is shown', async () => {
    makeData(data)
    expect((await run('schedule', '0 4 * * *')).code).toBe(0)
    const file = String((await run('backup', '--json')).json().file)
    expect((await run('schedule', '0 5 * * *')).code).toBe(0)

    const looked = await run('restore', file, '--dry-run', '--setting', 'backup.schedule')
    expect(looked.out, looked.err).toContain('backup.schedule: 0 4 * * * in the file, 0 5 * * * here, is taken')
    for (const option of ['--dry-run', '--yes']) {
      const stray = await run('restore', file, option, '--setting', 'backup.sched')
      expect(stray.code).not.toBe(0)
      expect(stray.err).toContain('changes no setting named backup.sched')
    }
    expect((await run('restore', file, '--yes', '--settings', '--setting', 'theme')).code).toBe(2)
    expect((await run('schedule')).out).toContain('0 5 * * *')

    const restored = await run('restore', file, '--yes', '--setting', 'backup.schedule')
    expect(restored.out, restored.err).toContain(
      'One setting was changed:\n  backup.schedule: 0 5 * * * before, 0 4 * * * now',
    )
    expect((await run('undo', '--yes')).out).toContain('backup.schedule: 0 4 * * * before, 0 5 * * * now')
  })

  test('back up, verify, look, restore, take back, export', async () => {
    makeData(data)
    const made = await run('backup', '--json')
    expect(made.code, made.err).toBe(0)
    const file = String(made.json().file)
    expect(made.json()).toMatchObject({ verification: 'verified', reason: 'manual', format: 'sql.gz' })
    expect(statSync(file).mode & 0o777).toBe(0o600)

    const list = await run('backups', '--json')
    expect(list.json()).toMatchObject({ backups: [{ id: made.json().id, verification: 'verified' }] })
    expect((await run('verify', file, '--json')).json()).toMatchObject({ verified: true, encryption: 'none' })

    const looked = await run('restore', file, '--dry-run', '--json')
    expect(looked.code, looked.err).toBe(0)
    expect(looked.json()).toMatchObject({ applied: false, preview: { kind: 'whatslang-backup', proven: true } })
    const restored = await run('restore', file, '--yes', '--json')
    expect(restored.code, restored.err).toBe(0)
    expect(restored.json()).toMatchObject({ applied: true })
    const undone = await run('undo', '--yes', '--json')
    expect(undone.code, undone.err).toBe(0)

    const out = join(folder, 'export.db')
    expect((await run('export', '--format', 'db', '--out', out)).code).toBe(0)
    expect(readFileSync(out).subarray(0, 15).toString()).toBe('SQLite format 3')
    expect((await run('prune', '--dry-run', '--json')).json()).toMatchObject({ dry_run: true, removed: [] })
    expect((await run('doctor', '--json')).code).toBe(0)
  })

  test('an encrypted backup opens with its passphrase and with no other', async () => {
    makeData(data)
    const right = join(folder, 'right')
    const wrong = join(folder, 'wrong')
    writeFileSync(right, 'correct horse\n')
    writeFileSync(wrong, 'battery staple\n')
    const out = join(folder, 'sealed.sql.gz.age')
    const made = await run('backup', '--passphrase-file', right, '--out', out, '--json')
    expect(made.code, made.err).toBe(0)
    expect(made.json()).toMatchObject({ encryption: 'passphrase', verification: 'verified', file: out })
    expect(readFileSync(out).subarray(0, 22).toString()).toBe('age-encryption.org/v1\n')
    expect((await run('verify', out, '--passphrase-file', right)).code).toBe(0)
    expect((await run('verify', out, '--passphrase-file', wrong)).code).toBe(3)
    expect((await run('verify', out)).code).toBe(3)
  })

  test('a backup to recipients opens with the key of one, and so does what an undo needs', async () => {
    const key = await generateX25519Identity()
    const keyFile = join(folder, 'key.txt')
    const otherFile = join(folder, 'other.txt')
    writeFileSync(keyFile, `# created by hand\n${key}\n`)
    writeFileSync(otherFile, `${await generateX25519Identity()}\n`)
    const recipients = [await identityToRecipient(key)]
    makeData(data)
    writeFileSync(
      join(data, 'settings.json'),
      JSON.stringify({ backup: { encryption: { kind: 'recipients', recipients } } }),
    )
    const made = await run('backup', '--json')
    expect(made.json(), made.err).toMatchObject({ encryption: 'recipients', verification: 'drilled' })
    const file = String(made.json().file)

    const verified = await run('verify', file, '--identity-file', keyFile, '--json')
    expect(verified.json(), verified.err).toMatchObject({ verified: true, encryption: 'recipients' })
    const reasonOf = async (...args: string[]) => (await run(...args, '--json')).json().error
    expect(await reasonOf('verify', file)).toMatchObject({ exit_code: 3, code: 'KEY_NEEDED' })
    const wrong = ['restore', file, '--identity-file', otherFile, '--yes']
    expect(await reasonOf(...wrong)).toMatchObject({ exit_code: 3, code: 'wrong-key' })
    expect(await reasonOf('verify', file, '--identity-file', file)).toMatchObject({ exit_code: 2 })

    const restored = await run('restore', file, '--identity-file', keyFile, '--yes', '--json')
    expect(restored.json(), restored.err).toMatchObject({ applied: true })
    expect(await reasonOf('undo', '--yes')).toMatchObject({ exit_code: 3, code: 'key-needed' })
    const undone = await run('undo', '--identity-file', keyFile, '--yes', '--json')
    expect(undone.json(), undone.err).toMatchObject({ undone: true })
  })

  test('an unknown chat is wrong use, told with an object', async () => {
    makeData(data)
    for (const chat of ['15550001111@s.whatsapp.net', 'nonsense']) {
      const told = await run('export', '--format', 'txt', '--out', join(folder, 'x.txt'), '--chat', chat, '--json')
      expect(told.code, told.err).toBe(2)
      expect(told.json()).toMatchObject({ error: { code: 'usage', message: `There is no chat ${chat} in the data.` } })
      expect(existsSync(join(folder, 'x.txt'))).toBe(false)
    }
  })

  test('a damaged file is refused with 3, and nothing is changed', async () => {
    makeData(data)
    const file = String((await run('backup', '--json')).json().file)
    const bytes = readFileSync(file)
    const damaged = join(folder, 'damaged.sql.gz')
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 1
    writeFileSync(damaged, bytes)
    const before = readFileSync(join(data, 'messages.db'))
    for (const args of [
      ['verify', damaged],
      ['restore', damaged, '--yes'],
      ['restore', damaged, '--dry-run'],
    ]) {
      const outcome = await run(...args, '--json')
      expect(outcome.code, outcome.err).toBe(3)
      expect(outcome.json()).toMatchObject({ error: { exit_code: 3 } })
      expect(outcome.err).not.toMatch(/\n\s+at |Error:/)
    }
    expect(readFileSync(join(data, 'messages.db')).equals(before)).toBe(true)
    expect(readdirSync(folder).filter((name) => name.startsWith('.whatslang'))).toEqual([])
  })

  test('wrong use is told with 2, in a sentence', async () => {
    for (const args of [
      ['frobnicate'],
      ['restore'],
      ['restore', 'x.sql.gz'],
      ['export', '--format', 'xlsx', '--out', 'x'],
      ['backup', '--format', 'rar'],
      ['backup', '--recipient', 'age1nonsense'],
      ['backup', '--recipient', ''],
      ['backup', '--out', ''],
    ]) {
      const outcome = await run(...args)
      expect(outcome.code, args.join(' ')).toBe(2)
      expect(outcome.err).toContain('whatslang help')
      expect(outcome.out).toBe('')
    }
    expect(existsSync(data)).toBe(false)
    expect((await whatslang(['version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('while the program runs', () => {
  let emulator: Emulator
  let app: AppProcess
  beforeAll(async () => {
    emulator = await createEmulator()
  })
  afterAll(() => emulator.close())
  beforeEach(async () => {
    app = spawnApp({
      dataDirectory: data,
      emulatorUrl: emulator.url,
      port: await freePort(),
      token: newToken(),
      built: true,
    })
    await app.listening()
  })
  afterEach(() => app.stop())

  test('a second one is told who is there; the other commands talk to it', async () => {
    const second = await run('serve')
    expect(second.code).toBe(4)
    expect(second.err).toMatch(/is in use by whatslang serve \(process \d+\)/)

    const made = await run('backup', '--json')
    expect(made.code, made.err).toBe(0)
    expect(made.json()).toMatchObject({ verification: 'verified' })
    const file = String(made.json().file)
    const out = join(folder, 'chats.json')
    const exported = await run('export', '--format', 'json', '--out', out)
    expect(exported.code, exported.err).toBe(0)
    expect(JSON.parse(readFileSync(out, 'utf8'))).toBeTypeOf('object')

    const restored = await run('restore', file, '--yes', '--json')
    expect(restored.code, restored.err).toBe(0)
    expect(restored.json()).toMatchObject({ applied: true })
    expect((await run('undo', '--yes')).code).toBe(0)
    expect((await run('doctor', '--json')).json()).toMatchObject({ findings: expect.any(Array) })
    // It is still the same program, and it still answers.
    expect(app.ended).toBe(false)
    expect(await app.session()).toMatchObject({ state: expect.any(String) })
  })

  test('it stops in order: no lock, no write-ahead log, exit code 0', async () => {
    await linkApp(app, (qr) => emulator.owner.scan(qr))
    await app.stop()
    expect(await app.exited).toBe(0)
    const left = readdirSync(data).filter((name) => /-(wal|shm|journal)$|lock\.json$/.test(name))
    expect(left).toEqual([])
  })
})
