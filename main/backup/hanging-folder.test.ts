import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Tasks } from '../ports.ts'
import { createForkTasks } from '../tasks/fork.ts'
import { createKeeper } from './keeper.ts'
import { type HangingMount, mountsMissing, mountThrough } from './mounts.test-kit.ts'
import { type Home, KEEP_ONE, makeHome } from './service.test-kit.ts'

const missing = mountsMissing()
const PATIENCE = { answer: 3_000, slow: 1_000, again: 500 }
let root = ''
let tasks: Tasks
let mount: HangingMount
const homes: Home[] = []

describe.skipIf(missing !== undefined)(`a folder that hangs${missing === undefined ? '' : ` (${missing})`}`, () => {
  beforeEach(async () => {
    mkdirSync('out', { recursive: true })
    root = mkdtempSync(join(process.cwd(), 'out', 'hanging-'))
    tasks = createForkTasks()
    mount = await mountThrough(join(root, 'source'))
  })
  afterEach(async () => {
    mount.dispose()
    for (const home of homes.splice(0)) await home.stop()
    await tasks.dispose()
    rmSync(root, { recursive: true, force: true })
  })
  function newHome(folder: string | null): Home {
    const settings = { backup: { folder, keep: KEEP_ONE, schedule: null } }
    const home = makeHome(join(root, 'home'), settings, tasks)
    home.patience = PATIENCE
    homes.push(home)
    return home
  }
  /** How long the work took, and for how long at most this process did nothing else (ms). */
  async function timed<T>(work: () => Promise<T>): Promise<{ result: T; took: number; stood: number }> {
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const started = performance.now()
    const result = await work()
    delay.disable()
    return { result, took: performance.now() - started, stood: delay.max / 1e6 }
  }

  test('what is asked is refused in time, the process goes on, and no second one is sent after one that is stuck', async () => {
    const keeper = createKeeper({ tasks, folder: mount.path, patience: PATIENCE })
    expect(await keeper.ask('folder.count', { folder: mount.path })).toEqual({ backups: 0 })
    mount.hang()
    const first = await timed(() => keeper.ask('folder.count', { folder: mount.path }).catch((error: unknown) => error))
    expect(first.result).toMatchObject({ code: 'NO_ANSWER', message: expect.stringContaining(mount.path) })
    expect(first.took).toBeLessThan(PATIENCE.answer + 2000)
    expect(first.stood).toBeLessThan(500)
    expect(keeper.silentSince()).toBeGreaterThan(0)
    // The killed process still waits for the disk: the kernel lets it go only with it.
    const waiting = () => stuckChildren().length
    await expect.poll(waiting).toBe(1)
    const again = await timed(() => keeper.ask('folder.count', { folder: mount.path }).catch((error: unknown) => error))
    expect(again.result).toMatchObject({ code: 'NO_ANSWER' })
    expect(again.took).toBeLessThan(200)
    expect(waiting()).toBe(1)
    mount.goOn()
    await expect
      .poll(() => keeper.ask('folder.count', { folder: mount.path }).catch(() => undefined), { timeout: 10_000 })
      .toEqual({ backups: 0 })
    expect(keeper.silentSince()).toBeNull()
    expect(waiting()).toBe(0)
    keeper.dispose()
  })

  test('the status says that it does not answer, backups are made in the data directory, and it is used again when it comes back', async () => {
    const home = newHome(mount.path)
    const service = await home.start()
    const there = await service.create({ reason: 'manual' })
    mount.hang()
    const asked = await timed(() => service.status())
    expect(asked.result).toMatchObject({ folder: mount.path, silent_since: expect.any(Number) })
    // What was seen last is still said.
    expect(asked.result.last_verified_at).toBe(there.created_at)
    expect(asked.took).toBeLessThan(PATIENCE.slow + 1500)
    expect((await service.list()).map(({ id }) => id)).toEqual([there.id])
    await expect(service.verify(there.id)).rejects.toMatchObject({ code: 'NO_ANSWER' })
    await expect(service.checkFolder(mount.path)).rejects.toMatchObject({ code: 'NO_ANSWER' })
    expect(await service.isThere(join(mount.path, there.id))).toBe(true)

    const instead = await service.create({ reason: 'manual' })
    expect(home.files(join(home.data, 'backups'))).toEqual([instead.id])
    expect((await service.status()).problem).toContain('does not answer')

    mount.goOn()
    home.now += 86_400_000
    await expect.poll(async () => (await service.status()).folder, { timeout: 15_000 }).toBe(mount.path)
    const next = await service.create({ reason: 'manual' })
    expect(home.files(join(root, 'source'))).toEqual([next.id])
    expect((await service.status()).problem).toBeNull()
  })

  test('it hangs while a backup is written: that one ends, the next is made elsewhere', async () => {
    const home = newHome(mount.path)
    home.patience = { answer: 1_500, slow: 500, again: 500 }
    const service = await home.start()
    await service.status()
    const making = service.create({ reason: 'manual' })
    making.catch(() => undefined)
    await expect
      .poll(() => readdirSync(join(root, 'source')).some((name) => name.endsWith('.partial') || name.endsWith('.gz')), {
        interval: 1,
        timeout: 10_000,
      })
      .toBe(true)
    mount.hang()
    const made = await making
    expect(home.files(join(home.data, 'backups'))).toContain(made.id)
    expect(made.verification).toBe('verified')
  }, 60_000)

  test('it hangs at the start: the program starts, and ends when it is told to', async () => {
    mount.hang()
    const home = newHome(mount.path)
    const started = await timed(() => home.start())
    expect(started.took).toBeLessThan(4000)
    expect(started.stood).toBeLessThan(1000)
    expect(await started.result.status()).toMatchObject({ folder: join(home.data, 'backups') })
    expect((await started.result.status()).problem).toContain('does not answer')
    const ended = await timed(() => home.stop())
    expect(ended.took).toBeLessThan(3000)
  })

  test('the folder in the data directory hangs: the doctor and the page say so, and nothing waits for it', async () => {
    const home = newHome(null)
    await mountOver(join(home.data, 'backups'))
    const service = await home.start()
    await service.create({ reason: 'manual' })
    second?.hang()
    const asked = await timed(() => service.status())
    expect(asked.result.silent_since).toBeGreaterThan(0)
    const looked = await timed(() => service.doctor(join(home.data, 'backups')).inspect())
    expect(looked.result).toBeUndefined()
    expect(looked.stood).toBeLessThan(500)
    await expect(service.create({ reason: 'manual' })).rejects.toMatchObject({ code: 'NO_ANSWER' })
    expect((await service.status()).making).toMatchObject({ state: 'failed', problem_code: 'NO_ANSWER' })
  })

  let second: HangingMount | undefined
  afterEach(() => {
    second?.dispose()
    second = undefined
  })
  /** A mount at a path of the data directory, as a volume of a container is. */
  async function mountOver(path: string): Promise<void> {
    second = await mountThrough(join(root, 'volume'), [])
    mkdirSync(path, { recursive: true })
    execFileSync('mount', ['--bind', second.path, path])
    const { dispose } = second
    second.dispose = () => {
      execFileSync('umount', ['-l', path])
      dispose()
    }
  }

  test('a file system that lets nothing be deleted: the backup is made and proven, and what stays is named', async () => {
    const denied = await mountThrough(join(root, 'denied'), ['--delete-deny'])
    try {
      // The check of a folder that is set writes a file and removes it: this one became such later.
      const home = newHome(null)
      home.settings.backup.folder = join(home.data, 'backups')
      const service = await home.start()
      const first = await service.create({ reason: 'manual' })
      execFileSync('mount', ['--bind', denied.path, join(home.data, 'backups')])
      try {
        home.now += 86_400_000
        const second = await service.create({ reason: 'manual' })
        home.now += 86_400_000
        const third = await service.create({ reason: 'manual' })
        expect(third.verification).toBe('verified')
        expect(home.files()).toEqual([second.id, third.id])
        expect(await service.status()).toMatchObject({
          problem: null,
          making: { state: 'done' },
          pruning: { state: 'failed', problem_code: 'EPERM', problem: expect.stringContaining(second.id) },
          gone: 1,
        })
        expect(first.id).toBeDefined()
      } finally {
        execFileSync('umount', ['-l', join(home.data, 'backups')])
      }
    } finally {
      denied.dispose()
    }
  })
})

/** Children of this process that wait for a disk. */
function stuckChildren(): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(parent) === process.pid && (state === 'D' || state === 'Z')
    } catch {
      return false // it ended while we looked
    }
  })
}
