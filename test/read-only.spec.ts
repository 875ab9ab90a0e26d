// A disk that can only be read from some moment on, as the system makes one that reports errors: noticed and said, in every place where people look.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator } from '../emulator/index.ts'
import { whatslang } from './command.ts'
import { type Disk, disksMissing, makeDisk } from './disks.ts'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())
const disposals: (() => unknown)[] = []
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
})

const missing = disksMissing('mkfs.ext4', 'findmnt')
if (missing !== undefined) console.warn(`Disks that can only be read were not tried: ${missing}.`)

function disk(): Disk {
  const made = makeDisk()
  disposals.push(() => made.dispose())
  return made
}
function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whatslang-read-only-'))
  disposals.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
async function start(dataDirectory: string) {
  const emulator = await createEmulator()
  disposals.push(() => emulator.close())
  const app = spawnApp({
    dataDirectory,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token: newToken(),
    built: true,
  })
  disposals.push(() => app.stop())
  await app.listening()
  return app
}
const findingsOf = async (data: string) => {
  const { findings } = (await whatslang(['doctor', '--json', '--data-dir', data])).json() as {
    findings: { code: string; key: string; level: string; title: string }[]
  }
  return findings
}

describe.skipIf(missing !== undefined)('a disk that reports errors', () => {
  test('with the data directory: health, doctor and log say so while the program goes on', async () => {
    const { path, fail } = disk()
    const data = join(path, 'data')
    const app = await start(data)
    expect(await app.api('GET', '/health')).not.toHaveProperty('read_only')
    expect((await findingsOf(data)).map(({ key }) => key)).not.toContain('data-directory.read-only')
    fail()
    await expect
      .poll(() => app.api('GET', '/health'), { timeout: 60_000 })
      .toMatchObject({ status: 'degraded', read_only: true })
    expect(await findingsOf(data)).toContainEqual(
      expect.objectContaining({
        key: 'data-directory.read-only',
        level: 'error',
        title: expect.stringContaining(data),
      }),
    )
    // The log itself lies on that disk: the line is on standard error as well.
    const logs = readdirSync(join(data, 'logs')).map((name) => readFileSync(join(data, 'logs', name), 'utf8'))
    expect(app.output + logs.join('')).toContain('can only be read')
    await expect(app.api('POST', '/backups', {})).rejects.toThrow(/Look at the disk|can only be read/)
    await app.stop()
    expect((await findingsOf(data)).map(({ key }) => key)).toContain('data-directory.read-only')
  })

  test('with the folder of the backups: status and doctor say so, and backups are made in the data directory', async () => {
    const { path, fail } = disk()
    const data = join(folderOf(), 'data')
    const backups = join(path, 'backups')
    const app = await start(data)
    await app.api('PATCH', '/settings', { backup: { folder: backups } })
    await app.api('POST', '/backups', {})
    expect(await app.api('GET', '/backups/status')).toMatchObject({ folder: backups, read_only: false })
    fail()
    expect(await app.api('GET', '/backups/status')).toMatchObject({ folder: backups, read_only: true })
    expect(await findingsOf(data)).toContainEqual(
      expect.objectContaining({ code: 'backup-read-only', level: 'error', title: expect.stringContaining(backups) }),
    )
    expect(await app.api('POST', '/backups', {})).toMatchObject({ verification: 'verified' })
    expect(await app.api('GET', '/backups/status')).toMatchObject({
      folder: join(data, 'backups'),
      problem: expect.stringContaining('can only be read'),
      problem_code: 'EROFS',
    })
    await app.stop()
    expect((await findingsOf(data)).map(({ key }) => key)).toContain('backup.read-only')
  })
})
