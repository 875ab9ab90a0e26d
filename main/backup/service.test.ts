import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Settings } from '../../preload/contract/settings.ts'
import { openInstallation } from '../app/installation.ts'
import type { Notice } from '../ports.ts'
import { openStore } from '../store/index.ts'
import { createTaskBoard } from '../tasks/board.ts'
import { createForkTasks } from '../tasks/fork.ts'
import { checkBackupFolder } from './backup-folder.ts'
import { catalogueName } from './folder/contents.ts'
import { type BackupService, createBackupService } from './service.ts'
import type { VerifyBackupInput } from './verify-task.ts'

let folder: string
let database: string
let now: number
let notices: Notice[]
let secret: string | undefined
let settings: Settings
const tasks = createForkTasks()
const services: BackupService[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'backup-service-'))
  database = join(folder, 'messages.db')
  openStore({ path: database }).close()
  const db = new Database(database)
  db.exec("INSERT INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net')")
  db.close()
  now = Date.UTC(2026, 0, 10, 12)
  notices = []
  secret = undefined
  settings = Settings.parse({})
})
afterEach(async () => {
  for (const service of services.splice(0)) await service.dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function open(withTasks = tasks): Promise<BackupService> {
  const clock = { now: () => now, monotonic: () => now }
  const service = await createBackupService({
    database,
    scratch: join(folder, 'scratch'),
    appVersion: '1.2.3',
    settings: () => settings,
    secrets: { get: async () => secret },
    tasks: withTasks,
    board: createTaskBoard({ clock, onChange: () => undefined }),
    clock,
    defaultFolder: join(folder, 'backups'),
    installation: openInstallation(folder, { now: () => now }),
    notify: (notice) => notices.push(notice),
    onChange: () => undefined,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  services.push(service)
  return service
}
const catalogue = () => catalogueName(openInstallation(folder, { now: () => now }).id)
const files = () => readdirSync(join(folder, 'backups')).filter((name) => name.startsWith('messages_'))

test('a backup is proven, listed, private, and leaves nothing beside it', async () => {
  const service = await open()
  const made = await service.create({ reason: 'manual' })
  expect(made).toMatchObject({
    verification: 'verified',
    format: 'sql.gz',
    rows: { accounts: 1 },
    app_version: '1.2.3',
  })
  expect(made.kept_because).toContain('last-verified')
  expect(statSync(join(folder, 'backups', made.id)).mode & 0o777).toBe(0o600)
  const second = await service.create({ reason: 'manual' })
  expect(second.id).toBe(made.id.replace('.sql.gz', '_2.sql.gz'))
  expect(files().toSorted()).toEqual([made.id, second.id].toSorted())
  expect(readdirSync(join(folder, 'scratch'))).toEqual([])
})

test('encryption without its passphrase makes no file and says so', async () => {
  settings.backup.encryption = { kind: 'passphrase' }
  const service = await open()
  await expect(service.create({ reason: 'scheduled' })).rejects.toMatchObject({ code: 'NO_SECRET' })
  expect(files()).toEqual([])
  expect(notices.map((notice) => notice.code)).toEqual(['backup-failed'])
})

test('an encrypted backup is opened again, and a wrong passphrase is named', async () => {
  secret = 'correct horse'
  settings.backup.encryption = { kind: 'passphrase' }
  const service = await open()
  const made = await service.create({ reason: 'manual' })
  expect(made).toMatchObject({ encryption: 'passphrase', verification: 'verified' })
  await expect(service.verify(made.id, { passphrase: 'wrong' })).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
  expect((await service.list())[0]?.verification).toBe('verified')
  expect(notices).toEqual([])
})

test('recipients only: drilled before it is encrypted, and nothing plain stays', async () => {
  settings.backup.encryption = {
    kind: 'recipients',
    recipients: ['age1tgyuvdlmpejqsdf847hevurz9szk7vf3j7ytfyqecgzvphvu2d8qrtaxl6'],
  }
  const service = await open()
  const made = await service.create({ reason: 'manual' })
  expect(made).toMatchObject({ encryption: 'recipients', verification: 'drilled' })
  expect(files()).toEqual([made.id])
  await expect(service.verify(made.id)).rejects.toMatchObject({ code: 'KEY_NEEDED' })
})

test('a recipient that only looks like one is named, and no file is made', async () => {
  const service = await open()
  for (const recipient of ['age1q214y35', 'age1tgyuvdlmpejqsdf847hevurz9szk7vf3j7ytfyqecgzvphvu2d8qrtaxl7']) {
    const key = { kind: 'recipients' as const, recipients: [recipient] }
    await expect(service.create({ reason: 'manual', key })).rejects.toMatchObject({
      code: 'BAD_RECIPIENT',
      message: expect.stringContaining(recipient),
    })
  }
  expect(files()).toEqual([])
})

test('the newest verified backup and a pinned one are not removed, each for a reason of its own', async () => {
  const service = await open()
  const pinned = await service.create({ reason: 'manual' })
  const older = await service.create({ reason: 'manual' })
  const newest = await service.create({ reason: 'manual' })
  await service.pin(pinned.id, true)
  await expect(service.remove(newest.id)).rejects.toMatchObject({ code: 'backup-last-verified' })
  await expect(service.remove(pinned.id)).rejects.toMatchObject({ code: 'backup-pinned' })
  expect(await service.remove(older.id)).toBe(true)
  expect(files()).toEqual([newest.id, pinned.id].toSorted())
})

test('a damaged source raises an alarm and removes no older backup', async () => {
  settings.backup.keep = { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0, days: 0 }
  const service = await open()
  const good = await service.create({ reason: 'manual' })
  const bytes = readFileSync(database)
  bytes.fill(0x5a, 4096 * 2, 4096 * 6)
  writeFileSync(database, bytes)
  for (let night = 0; night < 3; night++) {
    now += 86_400_000
    await expect(service.create({ reason: 'scheduled' })).rejects.toMatchObject({ code: 'SOURCE_CORRUPT' })
  }
  expect(files()).toEqual([good.id])
  expect(notices.at(-1)?.code).toBe('database-corrupt')
})

test('a lost catalogue is made again from the files; foreign files are shown and never removed', async () => {
  const first = await open()
  const made = await first.create({ reason: 'manual' })
  rmSync(join(folder, 'backups', catalogue()))
  const foreign = 'messages_20200101_000000.sql.gz'
  writeFileSync(join(folder, 'backups', foreign), 'something of somebody')
  settings.backup.keep = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, days: 0 }
  settings.backup.schedule = null
  const second = await open()
  second.start()
  await expect
    .poll(async () => (await second.list()).find((backup) => backup.id === made.id)?.verification, { timeout: 15_000 })
    .toBe('verified')
  await second.prune({ dryRun: false })
  expect(existsSync(join(folder, 'backups', foreign))).toBe(true)
  expect((await second.list()).find((backup) => backup.id === foreign)?.kept_because).toEqual(['foreign'])
})

test('a missed run is made up for once at start', async () => {
  const service = await open()
  service.start()
  await expect.poll(() => readdirSync(join(folder, 'backups')).some((name) => name === catalogue())).toBe(true)
  await service.dispose()
  now += 3 * 86_400_000
  const later = await open()
  later.start()
  await expect
    .poll(async () => (await later.list()).map((backup) => backup.verification), { timeout: 10_000 })
    .toEqual(['verified'])
  expect((await later.list())[0]?.reason).toBe('scheduled')
  await later.dispose()
})

test('a scheduled run whose folder fails at first is made up for soon after, once', async () => {
  const service = await open()
  service.start()
  /** A look that finds another one still looking ends at once: so it is asked for until it had its way. */
  const remembers = (what: string) =>
    expect
      .poll(
        () => {
          service.wake()
          return existsSync(join(folder, 'schedules.json')) ? readFileSync(join(folder, 'schedules.json'), 'utf8') : ''
        },
        { timeout: 20_000 },
      )
      .toContain(what)
  await remembers('"owed":null')
  now += 86_400_000
  // Neither a folder nor a disk: no user can write there.
  renameSync(join(folder, 'backups'), join(folder, 'kept'))
  writeFileSync(join(folder, 'backups'), 'in the way')
  await remembers('"failed":true')
  expect(notices.map(({ code }) => code)).toContain('backup-failed')
  rmSync(join(folder, 'backups'))
  renameSync(join(folder, 'kept'), join(folder, 'backups'))
  expect((await service.status()).next_run_at).toBe(now + 60_000)
  now += 60_000
  await remembers('"owed":null')
  await remembers('"owed":null')
  expect((await service.list()).map(({ reason, verification }) => [reason, verification])).toEqual([
    ['scheduled', 'verified'],
  ])
})

test('another folder holds at once: checked, used from then on, the schedule goes on, and what stays behind is told', async () => {
  const service = await open()
  const first = await service.create({ reason: 'manual' })
  const elsewhere = join(folder, 'elsewhere')
  settings = Settings.parse({ backup: { folder: elsewhere } })
  await service.settled()
  expect(service.folder).toBe(elsewhere)
  expect(await service.status()).toMatchObject({
    folder: elsewhere,
    earlier: [{ folder: join(folder, 'backups'), backups: 1 }],
    problem: null,
  })
  expect(await service.list()).toEqual([])
  const second = await service.create({ reason: 'manual' })
  expect(readdirSync(elsewhere)).toContain(second.id)
  expect(files()).toEqual([first.id])
  // The next start knows it as well, and the way back needs nothing.
  const again = await open()
  expect((await again.status()).earlier).toEqual([{ folder: join(folder, 'backups'), backups: 1 }])
  settings = Settings.parse({})
  await again.settled()
  expect((await again.list()).map(({ id }) => id)).toEqual([first.id])
  expect((await again.status()).earlier).toEqual([{ folder: elsewhere, backups: 1 }])
})

test('a folder that cannot take backups is refused with the reason; where it was set all the same, the one before is used', async () => {
  const service = await open()
  const file = join(folder, 'a-file')
  writeFileSync(file, '')
  for (const [path, words] of [
    ['backups', /whole path/],
    [join(file, 'below'), /cannot be made/],
    [join(folder, 'scratch', 'mine'), /empties by itself/],
    [join(folder, 'restore'), /empties by itself/],
  ] as const) {
    await expect(service.checkFolder(path)).rejects.toMatchObject({
      code: 'NO_FOLDER',
      message: expect.stringMatching(words),
    })
  }
  settings = Settings.parse({ backup: { folder: join(file, 'below') } })
  await service.settled()
  await service.settled()
  expect(service.folder).toBe(join(folder, 'backups'))
  expect(await service.status()).toMatchObject({ problem_code: 'NO_FOLDER' })
  expect(notices.filter(({ title }) => title.includes('folder'))).toHaveLength(1)
  expect((await service.create({ reason: 'manual' })).verification).toBe('verified')
  expect((await service.status()).problem).toContain('Until then backups are made in')
  // The program starts, and says so again.
  expect((await (await open()).status()).problem).toContain('cannot be made')
  settings = Settings.parse({})
  await service.settled()
  expect((await service.status()).problem).toBeNull()
})

test('a temporary folder is none for backups, unless the data itself is there', async () => {
  const temporary = [join(folder, 'temporary')]
  const deps = { swept: [], temporary }
  const path = join(folder, 'temporary', 'backups')
  await expect(checkBackupFolder(path, { ...deps, defaultFolder: join(folder, 'data', 'backups') })).rejects.toThrow(
    'temporary folder',
  )
  await checkBackupFolder(path, { ...deps, defaultFolder: join(folder, 'temporary', 'data', 'backups') })
  expect(readdirSync(path)).toEqual([])
})

test.each(['"/backups"', '~/backups', '$HOME/backups', '%APPDATA%\\backups', '/backups '])(
  'a folder as a shell would have read it is refused by name: %j',
  async (path) => {
    const asked = checkBackupFolder(path, { swept: [], defaultFolder: join(folder, 'data', 'backups') })
    await expect(asked).rejects.toThrow(JSON.stringify(path))
  },
)

test('the process that verifies is told the passphrase only for a file that needs it', {
  timeout: 60_000,
}, async () => {
  const told: unknown[] = []
  const service = await open({
    ...tasks,
    run: (name, input, options) => {
      if (name === 'backup.verify') told.push((input as VerifyBackupInput).secrets)
      return tasks.run(name, input, options)
    },
  })
  secret = 'kept in the keychain'
  const plain = await service.create({ reason: 'manual' })
  settings = Settings.parse({ backup: { encryption: { kind: 'passphrase' } } })
  const sealed = await service.create({ reason: 'manual' })
  told.length = 0
  await service.verify(plain.id, { passphrase: 'given for this once' })
  await service.verify(sealed.id, {})
  expect(told).toEqual([{}, { passphrase: 'kept in the keychain' }])
})

test.skipIf(process.platform === 'win32')(
  'a folder that is a link is followed once: where it is turned elsewhere meanwhile, nothing happens there',
  async () => {
    for (const name of ['real', 'elsewhere']) mkdirSync(join(folder, name))
    symlinkSync(join(folder, 'real'), join(folder, 'backups'))
    const service = await open()
    const first = await service.create({ reason: 'manual' })
    expect((await service.status()).folder).toBe(join(folder, 'backups'))
    rmSync(join(folder, 'backups'))
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'backups'))
    writeFileSync(join(folder, 'elsewhere', first.id), 'of another program')
    now += 60_000
    const second = await service.create({ reason: 'manual' })
    expect(await service.remove(first.id)).toBe(true)
    expect(readdirSync(join(folder, 'real')).sort()).toEqual([expect.stringMatching(/^catalogue-/), second.id])
    expect(readFileSync(join(folder, 'elsewhere', first.id), 'utf8')).toBe('of another program')
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([first.id])
    expect(lstatSync(join(folder, 'backups')).isSymbolicLink()).toBe(true)
  },
)

test.skipIf(process.platform === 'win32')(
  'a folder that the program empties is refused for backups, by whichever link it is named',
  async () => {
    mkdirSync(join(folder, 'scratch'))
    symlinkSync(join(folder, 'scratch'), join(folder, 'to-scratch'))
    symlinkSync(folder, join(folder, 'home'))
    const check = (path: string, swept: string) =>
      checkBackupFolder(path, { defaultFolder: join(folder, 'backups'), swept: [swept], temporary: [] })
    for (const [path, swept] of [
      [join(folder, 'to-scratch'), join(folder, 'scratch')],
      [join(folder, 'home', 'scratch', 'deep'), join(folder, 'scratch')],
      [join(folder, 'scratch'), join(folder, 'home', 'scratch')],
      [join(folder, 'home', 'restore'), join(folder, 'restore')],
    ] as const)
      await expect(check(path, swept), path).rejects.toMatchObject({ code: 'NO_FOLDER' })
  },
)
