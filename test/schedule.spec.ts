// Schedules: nonsense is refused with its reason, and a run that the program was killed in is made up for, once.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import * as z from 'zod'
import { bundle } from '../build/bundle.ts'
import { freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { createEmulator, type Emulator } from '../emulator/index.ts'
import { Backup, SchedulePreview } from '../preload/contract/backups.ts'
import { whatslang } from './command.ts'

vi.setConfig({ testTimeout: 240_000 })
beforeAll(() => bundle())

const DAY = 86_400_000
const disposals: (() => unknown)[] = []
let folder: string
let data: string
let emulator: Emulator
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whatslang-schedule-'))
  data = join(folder, 'data')
  emulator = await createEmulator()
  disposals.push(() => emulator.close())
})
afterEach(async () => {
  for (const dispose of disposals.splice(0).reverse()) await dispose()
  rmSync(folder, { recursive: true, force: true })
})

async function start(env: Record<string, string> = {}) {
  const token = newToken()
  const app = spawnApp({
    dataDirectory: data,
    emulatorUrl: emulator.url,
    port: await freePort(),
    token,
    built: true,
    env,
  })
  disposals.push(() => app.stop())
  await app.listening()
  return {
    ...app,
    async refusal(method: 'GET' | 'PATCH', path: string, body?: unknown): Promise<unknown> {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const answer = await fetch(`${app.url}/api${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      return { ...((await answer.json()) as object), status: answer.status }
    },
  }
}
type App = Awaited<ReturnType<typeof start>>
const run = (args: string[], env: Record<string, string> = {}) => whatslang([...args, '--data-dir', data], env)

describe('what is no schedule is refused, with the field and the reason', () => {
  const WRONG: [expression: string, code: string, words: string][] = [
    ['whenever', 'schedule-fields', 'one field'],
    ['0 0 2 * * *', 'schedule-fields', 'Leave out the seconds'],
    ['99 99 99 99 99', 'schedule-minute', 'minute'],
    ['0 2 * 13 *', 'schedule-month', 'month'],
    ['0 2 30 2 *', 'schedule-never', 'never runs'],
    ['', 'schedule-fields', 'is empty'],
  ]

  test('by REST, and by the command line while the program runs; and a right one shows its next three runs', async () => {
    const app = await start({ TZ: 'Europe/Berlin' })
    for (const [schedule, code, words] of WRONG) {
      const refused = {
        status: 422,
        code: 'INVALID',
        data: { what: code },
        message: expect.stringMatching(new RegExp(`${words}.* Nothing was changed\\.$`)),
      }
      expect(await app.refusal('PATCH', '/settings', { backup: { schedule } })).toMatchObject(refused)
      const asked = `/backups/schedule?expression=${encodeURIComponent(schedule)}`
      expect(await app.refusal('GET', asked)).toMatchObject(refused)
    }
    for (const [schedule, code, words] of WRONG.slice(0, -1)) {
      const refused = await run(['schedule', schedule, '--json'])
      expect(refused.code, schedule).toBe(2)
      expect(refused.json()).toMatchObject({ error: { code, message: expect.stringContaining(words) } })
    }
    const set = await run(['schedule', '30 2 * * *', '--json'], { TZ: 'Europe/Berlin' })
    expect(set.json(), set.err).toMatchObject({ saved: true, expression: '30 2 * * *', zone: 'Europe/Berlin' })
    const seen = SchedulePreview.parse(await app.api('GET', '/backups/schedule'))
    expect(seen.next).toHaveLength(3)
    for (const { local } of seen.next) expect(local).toMatch(/T0[23]:[03]0\+0[12]:00$/)
    const text = await run(['schedule'], { TZ: 'Europe/Berlin' })
    expect(text.out.match(/ 0[23]:[03]0 /g)).toHaveLength(3)
  })

  test('in the settings file: another one is in force, which doctor tells until it is set anew', async () => {
    const app = await start()
    await app.stop()
    rmSync(join(data, 'settings.last-good.json'), { force: true })
    writeFileSync(join(data, 'settings.json'), JSON.stringify({ backup: { schedule: '0 0 2 * * *' } }))
    const first = await run(['doctor', '--json'])
    expect(first.code).toBe(1)
    expect(first.out).toContain('Leave out the seconds')
    const shown = await run(['schedule', '--json'])
    expect(shown.json()).toMatchObject({ expression: '0 2 * * *' })
    expect(shown.err).toContain('Leave out the seconds')
    expect((await run(['doctor'])).out).toContain('Leave out the seconds')
    expect((await run(['schedule', '0 3 * * *'])).code).toBe(0)
    expect((await run(['doctor'])).out).not.toContain('backup.schedule')
  })
})

describe('a scheduled backup that the program is killed in', () => {
  /** The program is not there when the run is due. */
  function due(): void {
    const path = join(data, 'schedules.json')
    const all = z
      .object({ backup: z.object({ last: z.number() }).loose() })
      .parse(JSON.parse(readFileSync(path, 'utf8')))
    writeFileSync(path, JSON.stringify({ ...all, backup: { last: all.backup.last - 2 * DAY, owed: null } }))
  }
  const remembered = () => readFileSync(join(data, 'schedules.json'), 'utf8')

  async function firstStart(): Promise<void> {
    const app = await start()
    await expect.poll(() => existsSync(join(data, 'schedules.json')), { timeout: 20_000 }).toBe(true)
    await app.stop()
    due()
  }

  /** Kills the program as soon as a file of that name is in the folder of the backups. */
  async function killAt(name: RegExp): Promise<void> {
    const backups = join(data, 'backups')
    const app = spawnApp({
      dataDirectory: data,
      emulatorUrl: emulator.url,
      port: await freePort(),
      token: newToken(),
      built: true,
    })
    const watcher = watch(backups, (_event, file) => {
      if (file !== null && name.test(file) && app.pid !== undefined && !app.ended) process.kill(app.pid, 'SIGKILL')
    })
    try {
      expect(await app.exited).not.toBe(0)
    } finally {
      watcher.close()
    }
  }

  const scheduled = async (app: App) =>
    z
      .array(Backup)
      .parse(await app.api('GET', '/backups'))
      .filter(({ reason }) => reason === 'scheduled')

  test.each([
    ['while it is written', /\.tmp$/],
    ['when it has its name, before it is proven', /^messages_.*\.sql\.gz$/],
  ])('%s: it is made up for after the next start, and not twice', async (_when, name) => {
    await firstStart()
    await killAt(name)
    expect(remembered()).toContain('"owed":{')

    const second = await start()
    await expect
      .poll(async () => (await scheduled(second)).map(({ verification }) => verification), { timeout: 60_000 })
      .toEqual(['verified'])
    await expect.poll(remembered).toContain('"owed":null')
    await second.stop()
    const third = await start()
    await expect.poll(async () => (await scheduled(third)).length).toBe(1)
    expect(readdirSync(join(data, 'backups')).filter((file) => file.startsWith('messages_'))).toHaveLength(1)
  })
})
