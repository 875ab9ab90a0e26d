import { mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { type AppProcess, freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { type HangingMount, mountsMissing, mountThrough } from '../main/backup/mounts.test-kit.ts'
import { makeData, whatslang } from './command.ts'

vi.setConfig({ testTimeout: 240_000 })
let folder: string
beforeAll(() => bundle())
beforeEach(() => {
  // A temporary folder is refused as a place for backups.
  folder = mkdtempSync(join(import.meta.dirname, '..', 'out', 'backups-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const ONE = { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0, days: 0 }
/** A data directory that keeps one backup. */
function home(name: string, backup: object = {}): string {
  const data = join(folder, name)
  makeData(data)
  writeFileSync(join(data, 'settings.json'), JSON.stringify({ backup: { keep: ONE, schedule: null, ...backup } }), {
    mode: 0o600,
  })
  return data
}
const run = async (data: string, ...args: string[]) => {
  const outcome = await whatslang([...args, '--data-dir', data, '--json'])
  return { ...outcome, result: outcome.json() }
}
const files = (where: string) => readdirSync(where).filter((name) => name.startsWith('messages_'))

test('two installations share a folder: each keeps one, lists the other’s as theirs, and can restore it', async () => {
  const shared = join(folder, 'share')
  const [mine, theirs] = [home('mine', { folder: shared }), home('theirs', { folder: shared })]
  const other = (await run(theirs, 'backup')).result
  await run(mine, 'backup')
  const last = (await run(mine, 'backup')).result
  expect(files(shared).toSorted()).toEqual([String(last.id), String(other.id)].toSorted())
  expect((await run(mine, 'backups')).result).toMatchObject({
    backups: expect.arrayContaining([
      expect.objectContaining({ id: last.id, owner: 'this' }),
      expect.objectContaining({ id: other.id, owner: 'other', kept_because: ['other'] }),
    ]),
  })
  expect((await run(mine, 'prune')).result).toMatchObject({ removed: [] })
  const restored = await run(mine, 'restore', join(shared, String(other.id)), '--yes')
  expect(restored.code, restored.err).toBe(0)
  expect(files(shared)).toContain(other.id)
})

test('a restore keeps what it restores and what its undo needs, although one backup is to be kept', async () => {
  const data = home('data')
  const backups = join(data, 'backups')
  const first = (await run(data, 'backup')).result
  const restored = await run(data, 'restore', String(first.file), '--yes')
  expect(restored.code, restored.err).toBe(0)
  const safety = String(restored.result.safety_backup)
  await run(data, 'backup')
  const last = (await run(data, 'backup')).result
  expect(files(backups).toSorted()).toEqual([String(first.id), safety, String(last.id)].toSorted())
  expect((await run(data, 'backups')).result).toMatchObject({
    backups: expect.arrayContaining([
      expect.objectContaining({ id: safety, kept_because: ['undo'], needed_until: expect.any(Number) }),
      expect.objectContaining({ id: first.id, kept_because: ['restored-from'] }),
    ]),
  })
  const undone = await run(data, 'undo', '--yes')
  expect(undone.code, undone.err).toBe(0)
  expect(undone.result).toMatchObject({ undone: true })
})

test('doctor: none was ever made, all were deleted by hand, one comes from the future', async () => {
  const data = home('data', { schedule: '0 2 * * *' })
  const codes = async () => {
    const { result } = await run(data, 'doctor')
    const findings = result.findings as { code: string; level: string }[]
    return Object.fromEntries(
      findings.filter(({ code }) => code.startsWith('backup')).map((one) => [one.code, one.level]),
    )
  }
  await run(data, 'backups')
  expect(await codes()).toEqual({ 'backup-age': 'warning' })
  const made = (await run(data, 'backup')).result
  expect(await codes()).toEqual({ 'backup-age': 'ok' })
  unlinkSync(String(made.file))
  expect(await codes()).toEqual({ 'backup-gone': 'error' })
})

const missing = mountsMissing()
describe.skipIf(missing !== undefined)(`a folder that hangs${missing === undefined ? '' : ` (${missing})`}`, () => {
  let mount: HangingMount | undefined
  let app: AppProcess | undefined
  afterEach(async () => {
    mount?.dispose()
    mount = undefined
    await app?.kill()
    app = undefined
  })

  test.each(['while it runs', 'before it starts'])(
    '%s: the program answers, says so, and ends when it is told to',
    async (when) => {
      mount = await mountThrough(join(folder, 'source'))
      const data = home('data', { folder: mount.path })
      if (when === 'before it starts') mount.hang()
      app = spawnApp({
        dataDirectory: data,
        emulatorUrl: 'http://127.0.0.1:9',
        port: await freePort(),
        token: newToken(),
        built: true,
      })
      await app.listening()
      if (when === 'while it runs') {
        await app.api('POST', '/backups')
        mount.hang()
      }
      const { api, url } = app
      const slowest = watchHealth(url)
      const asked = performance.now()
      const status = (await api('GET', '/backups/status')) as { silent_since: number | null; problem: string | null }
      expect(performance.now() - asked).toBeLessThan(10_000)
      expect(status.silent_since !== null || (status.problem ?? '').includes('does not answer')).toBe(true)
      const listed = (await api('GET', '/backups')) as unknown[]
      expect(listed).toHaveLength(when === 'while it runs' ? 1 : 0)
      const report = (await api('GET', '/health/report')) as { findings: { code: string }[] }
      expect(report.findings.map(({ code }) => code)).toContain(
        when === 'while it runs' ? 'backup-silent' : 'backup-failed',
      )
      expect(await slowest()).toBeLessThan(1000)
      const told = performance.now()
      await app.stop()
      expect(performance.now() - told).toBeLessThan(9000)
    },
  )
})

/** Asks for the program's health all the time. @returns ends that, with the longest answer's time (ms) */
function watchHealth(url: string): () => Promise<number> {
  let slowest = 0
  let on = true
  const watching = (async () => {
    while (on) {
      const started = performance.now()
      await (await fetch(`${url}/health`)).text()
      slowest = Math.max(slowest, performance.now() - started)
      await sleep(20)
    }
  })()
  return async () => {
    on = false
    await watching
    return slowest
  }
}
