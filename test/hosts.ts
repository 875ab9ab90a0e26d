import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { chromiumPath } from './chromium.ts'
import { launchDesktop } from './electron/launch.ts'

export interface HostUnderTest {
  page: Page
  dataDirectory: string
  /** Opens a path of the page's router. */
  open(path: string): Promise<void>
  close(): Promise<void>
}
export interface HostOptions {
  emulatorUrl: string
  env?: Record<string, string>
}

/** The headless host as a user starts it, and a browser with its page. */
export async function headless({ emulatorUrl, env = {} }: HostOptions): Promise<HostUnderTest> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'whatslang-e2e-'))
  const token = newToken()
  const app = spawnApp({
    dataDirectory,
    emulatorUrl,
    port: await freePort(),
    token,
    built: true,
    env: { WHATSLANG_PACING: 'off', ...env },
  })
  await app.listening()
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' })).newPage()
  await page.goto(`${app.url}/#token=${token}`)
  return {
    page,
    dataDirectory,
    open: async (path) => {
      await page.goto(`${app.url}/#${path}`)
    },
    async close() {
      await browser.close()
      await app.stop()
      rmSync(dataDirectory, { recursive: true, force: true })
    },
  }
}

/** The desktop host with the stand-in for Electron: its window is a page of a real Chromium. */
export async function desktop({ emulatorUrl, env = {} }: HostOptions): Promise<HostUnderTest> {
  const userData = mkdtempSync(join(tmpdir(), 'whatslang-e2e-'))
  const dataDirectory = join(userData, 'data')
  const host = await launchDesktop({
    userData,
    env: { WHATSLANG_EMULATOR_URL: emulatorUrl, WHATSLANG_PACING: 'off', WHATSLANG_DATA_DIR: dataDirectory, ...env },
  })
  const page = await host.page()
  return {
    page,
    dataDirectory,
    open: async (path) => {
      await page.goto(`https://app.standin/#${path}`)
    },
    async close() {
      await host.call('quit').catch(() => undefined)
      await Promise.race([host.exited, new Promise((resolve) => setTimeout(resolve, 5000))])
      await host.close()
      rmSync(userData, { recursive: true, force: true })
    },
  }
}

export const HOSTS = [
  ['the headless host', headless],
  ['the desktop host', desktop],
] as const
