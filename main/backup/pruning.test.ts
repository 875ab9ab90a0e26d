import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkBackups } from '../health/program-check.ts'
import { factsOf } from './facts.ts'
import { type Home, KEEP_NONE, KEEP_ONE, makeHome } from './service.test-kit.ts'

const DAY = 86_400_000
let folder = ''
let home: Home
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pruning-'))
  home = makeHome(folder, { backup: { keep: KEEP_ONE } })
})
afterEach(async () => {
  await home.stop()
  rmSync(folder, { recursive: true, force: true })
})
const backups = () => join(home.data, 'backups')
const findings = async (service: Awaited<ReturnType<Home['start']>>) =>
  Object.fromEntries(
    checkBackups(factsOf(await service.status(), true), home.now).map(({ code, level }) => [code, level]),
  )

/** Root may mark a file as immutable where the file system has such a mark. */
function canBeImmutable(): boolean {
  const file = join(mkdtempSync(join(tmpdir(), 'immutable-')), 'file')
  writeFileSync(file, '')
  try {
    execFileSync('chattr', ['+i', file], { stdio: 'ignore' })
    execFileSync('chattr', ['-i', file])
    return true
  } catch {
    return false
  } finally {
    rmSync(file)
  }
}

describe.skipIf(!canBeImmutable())('a file that is immutable', () => {
  const marked: string[] = []
  const mark = (path: string) => {
    execFileSync('chattr', ['+i', path])
    marked.push(path)
  }
  const unmark = () => {
    for (const path of marked.splice(0)) execFileSync('chattr', ['-i', path])
  }
  afterEach(unmark)

  test('the backup is made and proven, each other file goes, and the one that stays is named with the way out', async () => {
    home.settings.backup.keep = { ...KEEP_NONE, days: 3650 }
    const service = await home.start()
    const made: string[] = []
    for (let day = 0; day < 4; day++) {
      made.push((await service.create({ reason: 'manual' })).id)
      home.now += DAY
    }
    const stuck = join(backups(), made[1] ?? '')
    mark(stuck)
    home.settings.backup.keep = KEEP_ONE
    const next = await service.create({ reason: 'scheduled' })
    expect(next.verification).toBe('verified')
    expect(home.files()).toEqual([made[1], next.id])
    const status = await service.status()
    expect(status).toMatchObject({
      problem: null,
      making: { state: 'done' },
      proving: { state: 'done' },
      pruning: { state: 'failed', problem_code: 'EPERM', problem: expect.stringContaining(stuck) },
    })
    expect(status.pruning.problem).toContain('chattr -i')
    expect((await service.list()).find(({ id }) => id === made[1])?.undeletable).toMatchObject({
      problem_code: 'EPERM',
    })
    expect(home.notices.map(({ code }) => code)).toEqual(['backup-stuck'])
    expect(await findings(service)).toEqual({ 'backup-undeletable': 'warning', 'backup-age': 'ok' })
    // Told once; the next night is no other news.
    home.now += DAY
    await service.create({ reason: 'scheduled' })
    expect(home.notices).toHaveLength(1)
    await expect(service.remove(made[1] ?? '')).rejects.toMatchObject({ code: 'backup-undeletable' })
    // A restore makes its safety backup all the same.
    expect((await service.create({ reason: 'before-restore' })).verification).toBe('verified')
    unmark()
    const pruned = await service.prune({ dryRun: false })
    expect(pruned).toMatchObject({ removed: [{ id: made[1] }], failed: [] })
    expect((await service.status()).pruning).toMatchObject({ state: 'done', problem: null })
    expect(await findings(service)).toEqual({ 'backup-age': 'ok' })
  })

  test('the whole folder, after the file was made: nothing is deleted, nothing can be listed, and the backup still counts', async () => {
    const service = await home.start()
    const first = await service.create({ reason: 'manual' })
    mark(backups())
    home.settings.backup.keep = KEEP_NONE
    await expect(service.create({ reason: 'manual' })).rejects.toMatchObject({ code: expect.any(String) })
    expect(await service.status()).toMatchObject({ making: { state: 'failed' }, last_verified_at: first.created_at })
    await expect(service.pin(first.id, true)).rejects.toThrow()
    unmark()
    expect((await service.create({ reason: 'manual' })).verification).toBe('verified')
    expect(await service.status()).toMatchObject({ problem: null, making: { state: 'done' } })
  })
})

test('a proof that fails is no failed making: the file is there, is marked, and is named', async () => {
  const service = await home.start()
  const made = await service.create({ reason: 'manual' })
  const path = join(backups(), made.id)
  writeFileSync(path, 'no longer what it was')
  await expect(service.verify(made.id)).rejects.toMatchObject({ code: 'NOT_OURS' })
  expect(await service.status()).toMatchObject({
    making: { state: 'done' },
    proving: { state: 'failed', problem: expect.stringContaining(made.id) },
  })
  expect(home.notices.map(({ code }) => code)).toEqual(['backup-unproven'])
  expect(await findings(service)).toMatchObject({ 'backup-unproven': 'error' })
  expect((await service.list())[0]).toMatchObject({ verification: 'failed' })
  await service.create({ reason: 'manual' })
  expect(await findings(service)).toEqual({ 'backup-age': 'ok' })
})

describe('what is said of the backups comes from files that were seen', () => {
  test('none was ever made: a finding, and overdue', async () => {
    const service = await home.start()
    expect(await service.status()).toMatchObject({ overdue: true, last_verified_at: null, present: 0, gone: 0 })
    expect(await findings(service)).toEqual({ 'backup-age': 'warning' })
    home.settings.backup.schedule = null
    expect((await service.status()).overdue).toBe(false)
  })

  test('all were deleted by hand: the next question says so', async () => {
    const service = await home.start()
    const made = [await service.create({ reason: 'manual' })]
    expect(await findings(service)).toEqual({ 'backup-age': 'ok' })
    for (const { id } of made) unlinkSync(join(backups(), id))
    expect(await service.status()).toMatchObject({ last_verified_at: null, overdue: true, present: 0, gone: 1 })
    expect(await findings(service)).toEqual({ 'backup-gone': 'error' })
    expect((await service.list())[0]).toMatchObject({ verification: 'missing' })
    // With the list as well, and with the whole folder.
    rmSync(backups(), { recursive: true })
    expect(await service.status()).toMatchObject({ last_verified_at: null, gone: 1 })
    await service.create({ reason: 'manual' })
    expect(await findings(service)).toEqual({ 'backup-age': 'ok' })
  })

  test('a clock that was wrong for a day: what was made then is listed, marked and last, and counts for nothing', async () => {
    home.settings.backup.keep = { ...KEEP_NONE, last: 2 }
    const service = await home.start()
    const older = await service.create({ reason: 'manual' })
    const today = home.now
    home.now = today + 400 * DAY
    const ahead = await service.create({ reason: 'manual' })
    home.now = today + 3 * DAY
    const status = await service.status()
    expect(status).toMatchObject({ last_verified_at: older.created_at, overdue: true, dated_ahead: 1 })
    expect((await service.list()).map(({ id, dated_ahead }) => [id, dated_ahead])).toEqual([
      [older.id, false],
      [ahead.id, true],
    ])
    expect(await findings(service)).toEqual({ 'backup-ahead': 'warning', 'backup-age': 'warning' })
    // It takes no place from the others.
    const next = await service.create({ reason: 'manual' })
    home.now += DAY
    const last = await service.create({ reason: 'manual' })
    expect(home.files().filter((name) => name !== ahead.id)).toEqual([next.id, last.id])
    expect(await findings(service)).toMatchObject({ 'backup-age': 'ok' })
  })

  test('a file with a name from the future that lies there when the list is lost: not the newest, and pushes nothing out', async () => {
    home.settings.backup.keep = { ...KEEP_NONE, last: 3 }
    home.settings.backup.schedule = null
    const service = await home.start()
    home.now += 10 * DAY
    const ahead = await service.create({ reason: 'manual' })
    home.now -= 10 * DAY
    const made = [await service.create({ reason: 'manual' }), await service.create({ reason: 'manual' })]
    await home.stop()
    for (const name of readdirSync(backups())) if (name.startsWith('catalogue')) rmSync(join(backups(), name))
    home.settings.backup.keep = KEEP_ONE
    const again = await home.start()
    again.start()
    await expect
      .poll(async () => (await again.list()).filter(({ owner }) => owner === 'this').length, { timeout: 10_000 })
      .toBe(3)
    home.now += DAY
    const next = await again.create({ reason: 'manual' })
    expect(home.files()).toContain(next.id)
    expect((await again.status()).last_verified_at).toBe(next.created_at)
    expect((await again.list())[0]?.id).toBe(next.id)
    expect(home.files().some((name) => made.some(({ id }) => id === name))).toBe(false)
    expect(ahead.id > next.id).toBe(true)
  })

  test('a disk that is not there: nothing is made in its place', async () => {
    const where = join(folder, 'disk')
    const service = await home.start()
    await service.create({ reason: 'manual' })
    // What is remembered of the folder: it lay on a disk of its own.
    writeFileSync(
      join(home.data, 'backup-folders.json'),
      JSON.stringify([{ folder: join(where, 'backups'), mountedAt: where, marks: [] }]),
    )
    await home.stop()
    home.settings.backup.folder = join(where, 'backups')
    const again = await home.start()
    const made = await again.create({ reason: 'manual' })
    expect(existsSync(where)).toBe(false)
    expect(home.files(backups())).toContain(made.id)
    expect((await again.status()).problem).toContain(`it was mounted at ${where}`)
  })
})

describe('what is needed stays', () => {
  test('the safety backup of a restore and what was restored, for the days that are set, whatever the rules say', async () => {
    const service = await home.start()
    const source = await service.create({ reason: 'manual' })
    const release = service.hold(join(backups(), source.id))
    home.now += DAY
    const safety = await service.create({ reason: 'before-restore' })
    // While it is being restored.
    expect(home.files()).toEqual([source.id, safety.id])
    await expect(service.remove(source.id)).rejects.toMatchObject({ code: 'backup-in-use' })
    home.needed = {
      names: new Map([
        [source.id, 'restored-from'],
        [safety.id, 'undo'],
      ]),
      restoredAt: home.now,
    }
    release()
    expect(home.settings.backup.undo_days).toBe(30)
    home.settings.backup.undo_days = 3
    for (let day = 1; day <= 3; day++) {
      home.now += DAY
      await service.create({ reason: 'scheduled' })
    }
    expect(home.files().slice(0, 2)).toEqual([source.id, safety.id])
    expect(home.files()).toHaveLength(3)
    const listed = (await service.list()).find(({ id }) => id === safety.id)
    expect(listed).toMatchObject({
      kept_because: ['undo'],
      needed_until: home.needed.restoredAt + 3 * DAY,
    })
    await expect(service.remove(safety.id)).rejects.toMatchObject({ code: 'backup-needed' })
    home.now += DAY
    await service.create({ reason: 'scheduled' })
    home.now += DAY
    const last = await service.create({ reason: 'scheduled' })
    expect(home.files()).toEqual([last.id])
  })

  test('a clock that jumps ages it by no more than eight days', async () => {
    const service = await home.start()
    const safety = await service.create({ reason: 'before-restore' })
    home.needed = { names: new Map([[safety.id, 'undo']]), restoredAt: home.now }
    home.now += 4000 * DAY
    await service.create({ reason: 'scheduled' })
    expect(home.files()).toContain(safety.id)
    home.settings.backup.undo_days = 0
    await service.prune({ dryRun: false })
    expect(home.files()).not.toContain(safety.id)
  })
})

test('a file elsewhere holds nothing in the folder, whatever its name', async () => {
  const service = await home.start()
  const made = await service.create({ reason: 'manual' })
  const release = service.hold(join(folder, made.id))
  home.now += DAY
  const next = await service.create({ reason: 'manual' })
  expect(home.files()).toEqual([next.id])
  release()
})
