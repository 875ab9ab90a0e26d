import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { freePort, linkApp, newToken, spawnApp } from '../../emulator/demo/app-process.ts'
import { createEmulator, type Emulator } from '../../emulator/index.ts'
import { chromiumPath } from '../../test/chromium.ts'
import { dataDirectory } from '../large.ts'

/** The program as a user has it, linked to an emulator, and a browser that is signed in to its page. */
export interface Stage {
  app: ReturnType<typeof spawnApp>
  emulator: Emulator
  /** With cookies and nothing else: no cache, no page yet. */
  newContext(): Promise<BrowserContext>
  newPage(path: string): Promise<Page>
  close(): Promise<void>
}

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath() ?? '', args: ['--no-sandbox', '--disable-gpu'] })

export async function createStage(browser: Browser, folder: string, database?: string): Promise<Stage> {
  const emulator = await createEmulator({ history: false })
  const token = newToken()
  const app = spawnApp({
    dataDirectory: dataDirectory(folder, database),
    emulatorUrl: emulator.url,
    port: await freePort(),
    token,
    built: true,
    env: { WHATSLANG_PACING: 'off', WHATSLANG_LOG_LEVEL: 'warn' },
  })
  await app.listening()
  await linkApp(app, (qr) => void emulator.owner.scan(qr))
  const options = { viewport: { width: 1280, height: 800 }, locale: 'en-US', reducedMotion: 'reduce' } as const
  const first = await browser.newContext(options)
  const page = await first.newPage()
  await page.goto(`${app.url}/#token=${token}`)
  await page.locator('main h1').first().waitFor()
  const storageState = await first.storageState()
  await first.close()
  const newContext = () => browser.newContext({ ...options, storageState })
  return {
    app,
    emulator,
    newContext,
    async newPage(path) {
      const opened = await (await newContext()).newPage()
      await opened.goto(`${app.url}/#${path}`)
      return opened
    },
    async close() {
      await app.stop()
      await emulator.close()
    },
  }
}

/** Until `done` says so; throws with `what` where that takes more than half a minute. */
export async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 30_000
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`${what} did not come about within 30 seconds.`)
    await sleep(20)
  }
}
