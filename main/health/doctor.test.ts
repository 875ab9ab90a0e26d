import { chmodSync, existsSync, mkdirSync, mkdtempSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { createHealth, type HealthDeps } from './doctor.ts'
import { networkFilesystem, syncedFolder } from './filesystem.ts'
import { inspectDatabaseTask } from './inspect-task.ts'
import { growthPerDay } from './usage.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 1)

function setUp(change: Partial<HealthDeps> = {}) {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'whatslang-health-'))
  const database = join(dataDirectory, 'messages.db')
  const db = new Database(database)
  db.exec('CREATE TABLE t (x); PRAGMA user_version = 1; PRAGMA application_id = 7')
  db.close()
  chmodSync(database, 0o600)
  mkdirSync(join(dataDirectory, 'backups'), { mode: 0o700 })
  const deps: HealthDeps = {
    paths: {
      dataDirectory,
      database,
      session: join(dataDirectory, 'session.db'),
      settings: join(dataDirectory, 'settings.json'),
      backups: join(dataDirectory, 'backups'),
      media: join(dataDirectory, 'media'),
      logs: join(dataDirectory, 'logs'),
      history: join(dataDirectory, 'usage.json'),
    },
    location: { source: 'default', why: 'nothing else was set.' },
    owner: () => undefined,
    inspect: () => inspectDatabaseTask({ path: database }),
    expected: { schemaVersion: 1, applicationId: 7 },
    repairedSettings: () => [],
    now: () => NOW,
    ...change,
  }
  return { health: createHealth(deps), deps, dataDirectory, database }
}
const levels = async (health: ReturnType<typeof createHealth>) =>
  Object.fromEntries((await health.report()).findings.map(({ code, level }) => [code, level]))

describe('the doctor', () => {
  test('a healthy directory', async () => {
    const { health } = setUp()
    const { findings } = await health.report()
    expect(findings.filter(({ level }) => level === 'error' || level === 'warning')).toEqual([])
    expect(findings[0]?.title).toContain('nothing else was set')
  })

  test('every finding that is not ok names a cause and a way out', async () => {
    const { health } = setUp({
      expected: { schemaVersion: 2, applicationId: 7 },
      repairedSettings: () => ['model.name'],
    })
    const { findings } = await health.report()
    const wrong = findings.filter(({ level }) => level !== 'ok')
    expect(wrong.length).toBeGreaterThan(1)
    for (const { cause, way_out } of wrong) expect([cause, way_out]).not.toContain(null)
  })

  test('files that others can read are named, and closed by a repair', async () => {
    const { health, database, dataDirectory } = setUp()
    chmodSync(database, 0o644)
    chmodSync(dataDirectory, 0o755)
    expect(await levels(health)).toMatchObject({ modes: 'warning' })
    const { repaired } = await health.repair()
    expect(repaired).toHaveLength(2)
    expect(statSync(database).mode & 0o777).toBe(0o600)
    expect(await levels(health)).toMatchObject({ modes: 'ok' })
  })

  test('leftovers of killed runs go, what may still be in use stays', async () => {
    const { health, dataDirectory } = setUp({ now: () => Date.now() })
    const old = join(dataDirectory, 'backups', 'messages_x.sql.gz.tmp')
    const fresh = join(dataDirectory, 'backups', 'messages_y.sql.gz.tmp')
    const backup = join(dataDirectory, 'backups', 'messages_z.sql.gz')
    for (const file of [old, fresh, backup]) writeFileSync(file, 'x', { mode: 0o600 })
    const past = new Date(Date.now() - 2 * DAY)
    utimesSync(old, past, past)
    utimesSync(backup, past, past)
    await health.repair()
    expect([old, fresh, backup].map((file) => existsSync(file))).toEqual([false, true, true])
  })

  test('a damaged database is an error, and is not touched', async () => {
    const { health, database } = setUp()
    const before = Buffer.alloc(8192, 'x')
    writeFileSync(database, before)
    expect(await levels(health)).toMatchObject({ integrity: 'error' })
    expect(statSync(database).size).toBe(before.length)
  })

  test('a missing data directory is said to be missing', async () => {
    const { deps } = setUp()
    const gone = { ...deps.paths, dataDirectory: join(deps.paths.dataDirectory, 'gone') }
    const { findings } = await createHealth({ ...deps, paths: gone }).report()
    expect(findings.find(({ code }) => code === 'data-directory')?.level).toBe('error')
  })

  test('an overdue backup, a lost link and a failing model', async () => {
    const { health } = setUp({
      running: {
        backups: () => ({
          lastVerifiedAt: NOW - 40 * 3600_000,
          overdue: true,
          problem: 'The disk is full.',
          scheduled: true,
        }),
        session: () => ({
          state: 'closed',
          since: NOW,
          emulator: false,
          problem: { code: 'logged-out', message: 'Unlinked on the phone.' },
        }),
        model: () => ({
          configured: true,
          base_url: 'http://127.0.0.1:1',
          name: 'm',
          has_key: false,
          key_origin: null,
          last_ok_at: 5,
          calls: 2,
          errors: 1,
          latency_ms: 1,
          demo: false,
          last_error: { code: 'model-key', message: 'The key is wrong.', at: 6 },
        }),
        botsNeedModel: () => true,
        checkpoint: () => undefined,
      },
    })
    expect(await levels(health)).toMatchObject({
      'backup-failed': 'error',
      'backup-age': 'warning',
      connection: 'error',
      model: 'error',
    })
  })
})

describe('where the database lies', () => {
  test.each([
    ['/home/ana/Dropbox/whatslang', 'Dropbox'],
    ['/Users/ana/Library/Mobile Documents/com~apple~CloudDocs/w', 'iCloud Drive'],
    ['/home/ana/OneDrive - Company/w', 'OneDrive'],
    ['/home/ana/whatslang', undefined],
    ['/home/ana/my-dropbox-notes', undefined],
  ])('%s: %s', (folder, name) => {
    expect(syncedFolder(folder)).toBe(name)
  })
  test('network shares', () => {
    expect(networkFilesystem('\\\\server\\share\\w', 'win32')).toBe('network share')
    expect(networkFilesystem('\\\\?\\C:\\w', 'win32')).toBeUndefined()
    expect(networkFilesystem(tmpdir())).toBeUndefined()
  })
})

describe('growth', () => {
  const days = (...bytes: number[]) => bytes.map((value, day) => ({ at: NOW + day * DAY, bytes: value }))
  test('is the slope through the days', () => {
    expect(growthPerDay(days(100, 200, 300, 400))).toBe(100)
    expect(growthPerDay(days(400, 300, 200))).toBe(-100)
  })
  test('is not known from two looks on one day', () => {
    expect(growthPerDay(days(100, 200))).toBeNull()
    expect(growthPerDay([])).toBeNull()
  })
  test('is written down once a day, and tells when the disk is full', async () => {
    let now = NOW
    const { health, dataDirectory } = setUp({ now: () => now })
    for (let day = 0; day < 5; day++) {
      writeFileSync(join(dataDirectory, 'backups', `${day}.bin`), Buffer.alloc(50_000_000))
      now = NOW + day * DAY
      await health.report()
      await health.report()
    }
    const { usage } = await health.report()
    expect(usage.growth_per_day).toBe(50_000_000)
    expect(usage.full_at === null || usage.full_at > now).toBe(true)
  })
})
