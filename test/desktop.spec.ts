// What the desktop program does outside of its page: tray, window, notices, dialogs, the session's end. Few programs are started, and
// each is asked many things.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../emulator/index.ts'
import { makeData } from './command.ts'
import { type DesktopUnderTest, launchDesktop } from './electron/launch.ts'

const PATIENT_MS = 20_000
const python = join(import.meta.dirname, 'fixtures/compat/generation-7.db')
const folder = mkdtempSync(join(tmpdir(), 'whatslang-desktop-'))
const binaries = join(folder, 'bin')
let emulator: Emulator
const started = new Set<DesktopUnderTest>()

beforeAll(async () => {
  emulator = await createEmulator()
  // A session bus on which somebody shows tray icons.
  mkdirSync(binaries)
  writeFileSync(join(binaries, 'dbus-send'), '#!/bin/sh\necho "   boolean true"\n')
  chmodSync(join(binaries, 'dbus-send'), 0o755)
})
afterAll(async () => {
  for (const host of started) await host.close()
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
})

interface StartOptions {
  userData: string
  tray?: boolean
  args?: string[]
  env?: Record<string, string>
}
async function start({ userData, tray = true, args = [], env = {} }: StartOptions): Promise<DesktopUnderTest> {
  mkdirSync(join(userData, 'config'), { recursive: true })
  const host = await launchDesktop({
    userData,
    args,
    env: {
      WHATSLANG_EMULATOR_URL: emulator.url,
      WHATSLANG_PACING: 'off',
      WHATSLANG_DATA_DIR: join(userData, 'data'),
      XDG_CONFIG_HOME: join(userData, 'config'),
      ...(tray ? { PATH: `${binaries}${delimiter}${process.env.PATH}` } : {}),
      ...env,
    },
  })
  started.add(host)
  return host
}
const fresh = () => mkdtempSync(join(folder, 'user-'))

interface TrayFacts {
  toolTip: string
  image: string
  listeners: number
  menu: { label: string; enabled: boolean }[]
}
const labels = (tray: TrayFacts | null) => tray?.menu.map(({ label }) => label).filter(Boolean) ?? []
const acts = async <T>(host: DesktopUnderTest, act: string): Promise<T[]> =>
  (await host.call<{ act: string; facts: T }[]>('record'))
    .filter((entry) => entry.act === act)
    .map(({ facts }) => facts)
const visible = async (host: DesktopUnderTest) => (await host.call<{ visible: boolean }[]>('windows'))[0]?.visible
const closedInOrder = (userData: string) => {
  expect(existsSync(join(userData, 'data/messages.db'))).toBe(true)
  expect(existsSync(join(userData, 'data/messages.db-wal'))).toBe(false)
}

describe('the program in its tray', { retry: 0 }, () => {
  let userData: string
  let host: DesktopUnderTest
  let page: Page
  const open = (path: string) => page.goto(`https://app.standin/#${path}`)
  const tray = () => host.call<TrayFacts>('tray')
  const says = (line: string | RegExp) =>
    expect
      .poll(
        async () =>
          labels(await tray()).find((label) => (typeof line === 'string' ? label === line : line.test(label))),
        {
          timeout: PATIENT_MS,
        },
      )
      .toBeDefined()
  const heading = (name: string) => page.getByRole('heading', { name, level: 1 }).waitFor({ timeout: PATIENT_MS })

  beforeAll(async () => {
    userData = fresh()
    host = await start({ userData })
    page = await host.page()
    await page.getByRole('main').waitFor()
  })

  test('the tray says the true state, from the first code to a lost link, and a notice leads to where one must act', async () => {
    await says('Waiting for your phone')
    await open('/welcome')
    await page.getByRole('checkbox', { name: /I understand/ }).click()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('button', { name: 'Next' }).click()
    await page.getByRole('button', { name: 'Show the code as text' }).click()
    emulator.owner.scan(((await page.getByText(/linked_devices#/).textContent()) ?? '').trim())
    await says('Connected to WhatsApp')
    const connected = await tray()
    expect(connected.toolTip).toBe('Whatslang: connected')
    await host.call('dark', 'true')
    expect((await tray()).image).not.toBe(connected.image)

    await host.call('power', 'suspend')
    await expect.poll(async () => labels(await tray())[0], { timeout: PATIENT_MS }).not.toBe('Connected to WhatsApp')
    await host.call('power', 'resume')
    await says('Connected to WhatsApp')

    await open('/settings')
    await heading('Settings')
    emulator.owner.unlink()
    await expect.poll(() => acts(host, 'notification'), { timeout: PATIENT_MS }).toHaveLength(1)
    expect((await tray()).toolTip).toBe('Whatslang needs attention')
    await host.call('clickNotification')
    await heading('Overview')
  })

  test('its menu pauses, for an hour or until resumed, and backs up', async () => {
    await host.call('chooseTrayItem', 'Pause all bots for an hour')
    await says(/^Bots paused until \d/)
    await host.call('chooseTrayItem', 'Resume bots')
    await host.call('chooseTrayItem', 'Pause all bots')
    await says('Bots paused')
    await host.call('chooseTrayItem', 'Resume bots')
    await says('Pause all bots')
    await says('No backup yet')
    await host.call('chooseTrayItem', 'Back up now')
    await says(/^Last backup: /)
    expect((await tray()).listeners).toBe(1)
    await host.call('chooseTrayItem', labels(await tray()).find((label) => label.startsWith('Last backup')) ?? '')
    await heading('Backups')
  })

  test('closing hides, with a word the first time; the tray and a second start bring the window back', async () => {
    const told = (await acts(host, 'notification')).length
    await host.call('closeWindow')
    expect(await visible(host)).toBe(false)
    expect(await acts(host, 'notification')).toHaveLength(told + 1)
    await host.call('clickTray')
    await expect.poll(() => visible(host)).toBe(true)
    await host.call('closeWindow')
    expect(await acts(host, 'notification')).toHaveLength(told + 1)
    await host.call('secondInstance', 'whatslang --hidden')
    await expect.poll(() => visible(host)).toBe(true)
  })

  test('a page that is taken over has the bridge’s one function, reads no file, opens nothing and asks for nothing', async () => {
    await open('/')
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

    const asked = (await acts(host, 'dialog.message')).length
    await page.evaluate(() => void window.open('https://example.org/'))
    await page.evaluate(() => {
      const link = document.createElement('a')
      link.href = 'https://example.org/away'
      document.body.append(link)
      link.click()
    })
    // Asked, and not opened: nobody confirmed.
    await expect.poll(() => acts(host, 'dialog.message'), { timeout: PATIENT_MS }).toHaveLength(asked + 2)
    expect(await acts(host, 'shell.openExternal')).toEqual([])
    expect(page.url()).toContain('https://app.standin/')
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read']) {
      expect(await host.call('permission', permission), permission).toBe(false)
    }
  })

  test('a start at login is a desktop entry that starts hidden', async () => {
    await open('/settings')
    const login = page.getByRole('switch', { name: 'Start with the computer, in the tray' })
    const entry = join(userData, 'config/autostart/whatslang.desktop')
    await login.click({ force: true })
    await expect.poll(() => existsSync(entry), { timeout: PATIENT_MS }).toBe(true)
    expect(readFileSync(entry, 'utf8')).toContain('--hidden')
    await login.click({ force: true })
    await expect.poll(() => existsSync(entry), { timeout: PATIENT_MS }).toBe(false)
  })

  test('files are chosen in native dialogs: to restore, to save an export, to move the data', async () => {
    const choose = (dialog: string, value: string) => host.call('answer', JSON.stringify({ dialog, value }))
    const text = join(userData, 'not-a-backup.txt')
    writeFileSync(text, 'just some text')
    await choose('open', text)
    await open('/backups')
    await page.getByRole('button', { name: 'Choose a file' }).click()
    await page
      .getByRole('alert')
      .getByText(/The file is no backup/)
      .waitFor({ timeout: PATIENT_MS })
    expect(await acts(host, 'dialog.open')).toHaveLength(1)

    const saved = join(userData, 'export.db')
    await choose('save', saved)
    await open('/backups')
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await page.getByText(`Exported to ${saved}.`).waitFor({ timeout: PATIENT_MS })
    expect(readFileSync(saved).subarray(0, 15).toString()).toBe('SQLite format 3')

    await choose('open', join(userData, 'elsewhere'))
    await open('/welcome')
    await page.getByRole('button', { name: /Your data/ }).click()
    await page.getByRole('button', { name: 'Choose another folder' }).click()
    await page.getByText(/changes with the next start/).waitFor({ timeout: PATIENT_MS })
    expect(readFileSync(join(userData, 'data-directory.json'), 'utf8')).toContain('elsewhere')
  })

  test('updates and the folder of backups are chosen in native dialogs only, and the address is shown', async () => {
    const file = join(userData, 'data/settings.json')
    const kept = () => JSON.parse(readFileSync(file, 'utf8'))
    const feed = 'https://updates.example/whatslang'
    await open('/settings')
    const address = page.getByLabel('Address of the updates')
    const change = page.getByRole('button', { name: 'Change…' })
    await address.fill('http://updates.example/')
    await change.click()
    await page.getByText('must begin with https://').waitFor({ timeout: PATIENT_MS })

    const asked = (await acts(host, 'dialog.message')).length
    await address.fill(feed)
    await change.click()
    await expect.poll(() => acts(host, 'dialog.message'), { timeout: PATIENT_MS }).toHaveLength(asked + 1)
    expect(JSON.stringify((await acts(host, 'dialog.message')).at(-1))).toContain(feed)
    expect(kept().desktop.update_feed).toBeNull()
    await host.call('answer', JSON.stringify({ dialog: 'message', value: 1 }))
    await change.click()
    await expect.poll(() => kept().desktop.update_feed, { timeout: PATIENT_MS }).toBe(feed)

    await open('/backups')
    await page.getByRole('button', { name: 'Choose…' }).click()
    expect(kept().backup.folder).toBeNull()
    const elsewhere = join(userData, 'backups-elsewhere')
    await host.call('answer', JSON.stringify({ dialog: 'open', value: elsewhere }))
    await page.getByRole('button', { name: 'Choose…' }).click()
    await expect.poll(() => kept().backup.folder, { timeout: PATIENT_MS }).toBe(elsewhere)
    await page.getByRole('button', { name: 'Use the data directory' }).click()
    await expect.poll(() => kept().backup.folder, { timeout: PATIENT_MS }).toBeNull()
  })

  test('a file that the program is opened with is looked into, as by a double click', async () => {
    await open('/')
    await host.call('secondInstance', `whatslang ${python}`)
    await page.getByText('A database of the Python service').waitFor({ timeout: PATIENT_MS })
    await open('/')
    await host.call('openFile', python)
    await page.getByText('A database of the Python service').waitFor({ timeout: PATIENT_MS })
  })

  test('what nobody caught is told, and leads to the log with its button', async () => {
    const told = (await acts(host, 'notification')).length
    await host.call('throwUncaught')
    await expect.poll(() => acts(host, 'notification'), { timeout: PATIENT_MS }).toHaveLength(told + 1)
    await host.call('clickNotification')
    await heading('Health')
    await page
      .getByText(/an unexpected error/)
      .first()
      .waitFor({ timeout: PATIENT_MS })
    await page.getByRole('button', { name: /open.*log/i }).click()
    await expect
      .poll(() => acts(host, 'shell.openPath'), { timeout: PATIENT_MS })
      .toEqual([join(userData, 'data/logs')])
  })

  test('a page that dies is loaded again once, then explained', async () => {
    const crash = async () => {
      await page.evaluate(() => Object.assign(globalThis, { before: true }))
      await host.call('crashPage')
      // While the page is between two documents nothing can be asked of it.
      await expect
        .poll(() => page.evaluate(() => 'before' in globalThis).catch(() => true), { timeout: PATIENT_MS })
        .toBe(false)
    }
    const asked = (await acts(host, 'dialog.message')).length
    await crash()
    expect(await acts(host, 'dialog.message')).toHaveLength(asked)
    await crash()
    expect((await acts<{ buttons: string[] }>(host, 'dialog.message')).at(-1)?.buttons).toEqual(['Reload', 'Open logs'])
    await page.getByRole('main').waitFor()
  })

  test('a log-off closes the database, whoever reads it, and the next start finds everything where it was', async () => {
    const bounds = { x: 60, y: 80, width: 1000, height: 700 }
    await host.call('moveWindow', JSON.stringify(bounds))
    // Other processes are reading the file when the end comes: a check-up, and a backup.
    await open('/health')
    await heading('Health')
    for (let i = 0; i < 8; i++) void host.call('chooseTrayItem', 'Back up now').catch(() => undefined)
    await page.reload()
    host.child.kill('SIGTERM')
    expect(await host.exited).toBe(0)
    closedInOrder(userData)
    host = await start({ userData })
    page = await host.page()
    await page.getByRole('main').waitFor()
    expect(await host.call('windowBounds')).toEqual(bounds)
    await says(/^Last backup: /)
    await host.call('quit').catch(() => undefined)
    expect(await host.exited).toBe(0)
  })
})

describe('a hidden start', () => {
  let host: DesktopUnderTest | undefined
  afterEach(async () => {
    await host?.close()
  })

  test('opens no window where there is a tray; a file opens one on its preview, and Windows’ log-off closes all', async () => {
    const userData = fresh()
    host = await start({ userData, args: ['--hidden'] })
    const hidden = host
    await expect.poll(() => hidden.call('tray'), { timeout: PATIENT_MS }).not.toBeNull()
    expect(await host.call('windows')).toEqual([])
    await host.call('secondInstance', `whatslang ${python}`)
    const page = await host.page()
    await page.getByText('A database of the Python service').waitFor({ timeout: PATIENT_MS })
    await host.call('sessionEnd').catch(() => undefined)
    expect(await host.exited).toBe(0)
    closedInOrder(userData)
  })

  test('shows the window where no tray could bring it back; a shutdown waits until the database is closed', async () => {
    const userData = fresh()
    host = await start({ userData, tray: false, args: ['--hidden'] })
    await (await host.page()).getByRole('main').waitFor()
    expect(await host.call('tray')).toBeNull()
    expect(await visible(host)).toBe(true)
    await host.call('closeWindow')
    await host.call('secondInstance', 'whatslang')
    const shown = host
    await expect.poll(() => visible(shown)).toBe(true)
    expect(await host.call('power', 'shutdown')).toBe(true)
    expect(await host.exited).toBe(0)
    closedInOrder(userData)
  })
})

test('the installed program does a command line’s work, in utility processes and without a window', async () => {
  const userData = fresh()
  const data = join(userData, 'data')
  const run = async (...args: string[]) => {
    const host = await launchDesktop({ userData, args, env: { STAND_IN_PACKAGED: '1', WHATSLANG_DATA_DIR: data } })
    const code = await host.exited
    return { code, output: host.output() }
  }
  makeData(data)
  const made = await run('backup', '--json')
  expect(made.code, made.output).toBe(0)
  const { file } = JSON.parse(made.output.split('\n').find((line) => line.startsWith('{')) ?? '{}') as { file: string }
  expect(existsSync(file)).toBe(true)
  expect((await run('verify', file)).code).toBe(0)
  const refused = await run('restore', join(import.meta.dirname, 'desktop.spec.ts'), '--yes')
  expect(refused.code, refused.output).toBe(3)
  expect(existsSync(join(userData, 'single-instance'))).toBe(false)
})
