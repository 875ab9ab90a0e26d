import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../emulator/index.ts'
import { type DesktopUnderTest, launchDesktop } from './electron/launch.ts'

let emulator: Emulator
let host: DesktopUnderTest | undefined
let userData: string
const binaries = mkdtempSync(join(tmpdir(), 'whatslang-bin-'))

beforeAll(async () => {
  emulator = await createEmulator()
  // A session bus on which somebody shows tray icons.
  writeFileSync(join(binaries, 'dbus-send'), '#!/bin/sh\necho "   boolean true"\n')
  chmodSync(join(binaries, 'dbus-send'), 0o755)
})
afterAll(async () => {
  await emulator.close()
  rmSync(binaries, { recursive: true, force: true })
})
afterEach(async () => {
  await host?.close()
  host = undefined
})

async function start(options: { tray?: boolean; args?: string[]; keep?: boolean } = {}) {
  if (!options.keep) userData = mkdtempSync(join(tmpdir(), 'whatslang-desktop-'))
  mkdirSync(join(userData, 'config'), { recursive: true })
  host = await launchDesktop({
    userData,
    args: options.args ?? [],
    env: {
      WHATSLANG_EMULATOR_URL: emulator.url,
      WHATSLANG_PACING: 'off',
      WHATSLANG_DATA_DIR: join(userData, 'data'),
      XDG_CONFIG_HOME: join(userData, 'config'),
      ...(options.tray === false ? {} : { PATH: `${binaries}${delimiter}${process.env.PATH}` }),
    },
  })
  return host
}
interface TrayFacts {
  toolTip: string
  image: string
  listeners: number
  menu: { label: string; enabled: boolean }[]
}
const labels = (tray: TrayFacts | null) => tray?.menu.map(({ label }) => label).filter(Boolean) ?? []
const acts = async (started: DesktopUnderTest, act: string) =>
  (await started.call<{ act: string; facts: unknown }[]>('record')).filter((entry) => entry.act === act)

// Chromium on a busy machine is slow to tell; one more try tells that from a fault.
const PATIENT = { retry: 1 }

describe('the tray', PATIENT, () => {
  test('says the true state, and its menu acts', async () => {
    const started = await start()
    await started.page()
    await expect
      .poll(async () => labels(await started.call<TrayFacts>('tray'))[0], { timeout: 20_000 })
      .toBe('Waiting for your phone')
    await started.call('chooseTrayItem', 'Pause all bots for an hour')
    const paused = await started.call<TrayFacts>('tray')
    expect(labels(paused).find((label) => label.startsWith('Bots paused until'))).toBeDefined()
    await started.call('chooseTrayItem', 'Resume bots')
    expect(labels(await started.call<TrayFacts>('tray'))).toContain('Pause all bots')
    await started.call('chooseTrayItem', 'Back up now')
    await expect
      .poll(
        async () => labels(await started.call<TrayFacts>('tray')).find((label) => label.startsWith('Last backup')),
        { timeout: 30_000 },
      )
      .toBeDefined()
    expect((await started.call<TrayFacts>('tray')).listeners).toBe(1)
  })

  test('closing hides, with a word the first time; the tray and a second start bring the window back', async () => {
    const started = await start()
    await started.page()
    const visible = async () => (await started.call<{ visible: boolean }[]>('windows'))[0]?.visible
    await started.call('closeWindow')
    expect(await visible()).toBe(false)
    expect(await acts(started, 'notification')).toHaveLength(1)
    await started.call('clickTray')
    await expect.poll(visible).toBe(true)
    await started.call('closeWindow')
    expect(await acts(started, 'notification')).toHaveLength(1)
    await started.call('secondInstance', '--hidden')
    await expect.poll(visible).toBe(true)
  })

  test('without one, a hidden start shows the window all the same', async () => {
    const started = await start({ tray: false, args: ['--hidden'] })
    await started.page()
    expect(await started.call('tray')).toBeNull()
    expect(await started.call('windows')).toHaveLength(1)
  })

  test('a hidden start with a tray opens no window', async () => {
    const started = await start({ args: ['--hidden'] })
    await expect.poll(() => started.call('tray'), { timeout: 20_000 }).not.toBeNull()
    expect(await started.call('windows')).toEqual([])
  })
})

describe('a page that is taken over', PATIENT, () => {
  test('has the bridge’s one function, reads no file, opens nothing and asks for nothing', async () => {
    const started = await start()
    const page = await started.page()
    await page.getByRole('main').waitFor()
    expect(
      await page.evaluate(() => Object.keys((globalThis as never as { whatslang: object }).whatslang).sort()),
    ).toEqual(['kind', 'registerDroppedFile'])
    const outcome = await page.evaluate(async () => {
      const tried = async (work: () => unknown) => {
        try {
          await work()
          return 'worked'
        } catch {
          return 'refused'
        }
      }
      return {
        file: await tried(() => fetch('file:///etc/passwd')),
        elsewhere: await tried(() => fetch('https://example.org/')),
        code: await tried(() => {
          const script = document.createElement('script')
          script.textContent = 'globalThis.injected = true'
          document.body.append(script)
          if (!('injected' in globalThis)) throw new Error('blocked')
        }),
        node: typeof (globalThis as { require?: unknown }).require,
      }
    })
    expect(outcome).toEqual({ file: 'refused', elsewhere: 'refused', code: 'refused', node: 'undefined' })

    await page.evaluate(() => void window.open('https://example.org/'))
    await page.evaluate(() => {
      const link = document.createElement('a')
      link.href = 'https://example.org/away'
      document.body.append(link)
      link.click()
    })
    // Asked, and not opened: nobody confirmed.
    await expect.poll(() => acts(started, 'dialog.message').then((list) => list.length), { timeout: 10_000 }).toBe(2)
    expect(await acts(started, 'shell.openExternal')).toEqual([])
    expect(page.url()).toContain('https://app.standin/')
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read']) {
      expect(await started.call('permission', permission), permission).toBe(false)
    }
  })

  test('one that dies is loaded again', async () => {
    const started = await start()
    const page = await started.page()
    await page.getByRole('main').waitFor()
    await page.evaluate(() => Object.assign(globalThis, { before: true }))
    await started.call('crashPage')
    // While the page is between two documents nothing can be asked of it.
    await expect
      .poll(() => page.evaluate(() => 'before' in globalThis).catch(() => true), { timeout: 15_000 })
      .toBe(false)
  })
})

test('it quits in order: the database is closed, and the next start finds everything', PATIENT, async () => {
  const started = await start()
  await started.page()
  await started.call('quit').catch(() => undefined)
  expect(await started.exited).toBe(0)
  expect(existsSync(join(userData, 'data/messages.db'))).toBe(true)
  expect(existsSync(join(userData, 'data/messages.db-wal'))).toBe(false)
  const again = await start({ keep: true })
  await (await again.page()).getByRole('main').waitFor()
})

test('start at login is a desktop entry that starts hidden', PATIENT, async () => {
  const started = await start()
  const page = await started.page()
  await page.goto('https://app.standin/#/settings')
  await page.getByRole('switch', { name: 'Start with the computer, in the tray' }).click()
  const entry = join(userData, 'config/autostart/whatslang.desktop')
  await expect.poll(() => existsSync(entry), { timeout: 10_000 }).toBe(true)
  expect(readFileSync(entry, 'utf8')).toContain('--hidden')
})

test('a backup is picked with the native dialog, and previewed', PATIENT, async () => {
  const started = await start()
  const page = await started.page()
  await page.getByRole('main').waitFor()
  const file = join(userData, 'not-a-backup.txt')
  writeFileSync(file, 'just some text')
  await started.call('answer', JSON.stringify({ dialog: 'open', value: file }))
  await page.goto('https://app.standin/#/backups')
  await page
    .getByRole('button', { name: /choose a file|pick|restore from/i })
    .first()
    .click()
  await expect.poll(() => acts(started, 'dialog.open').then((list) => list.length), { timeout: 10_000 }).toBe(1)
  await page
    .getByText(/not a|no backup|cannot|unknown/i)
    .first()
    .waitFor()
})
