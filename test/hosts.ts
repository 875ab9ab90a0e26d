import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type Browser, chromium, type Page } from 'playwright-core'
import { beforeAll, describe } from 'vitest'
import { bundle } from '../build/bundle.ts'
import { freePort, newToken, spawnApp } from '../emulator/demo/app-process.ts'
import { chromiumPath } from './chromium.ts'
import { launchDesktop } from './electron/launch.ts'

export interface HostUnderTest {
  /** The page as a person sees it; another one after `restart`. */
  readonly page: Page
  readonly dataDirectory: string
  /** The program's process. */
  readonly pid: number
  /** Opens a path of the page's router. */
  open(path: string): Promise<void>
  /** Clicks, and gives the dialog for files that this opens a path. */
  choose(path: string, click: () => Promise<void>): Promise<void>
  /** Lets go of a file over the window. */
  drop(path: string): Promise<void>
  /** Ends the program in order, and starts it again with the same data. */
  restart(between?: () => void): Promise<void>
  close(): Promise<void>
}
interface HostOptions {
  emulatorUrl: string
  env?: Record<string, string>
}
type StartHost = (options: HostOptions) => Promise<HostUnderTest>

const root = join(import.meta.dirname, '..')
const VIEWPORT = { width: 1280, height: 800 }

/** A file object of this name falls on the page; the browser itself cannot be made to carry one from outside. */
const letGo = (page: Page, name: string, content: string) =>
  page.evaluate(
    ([called, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([bytes], called))
      window.dispatchEvent(new DragEvent('dragover', { dataTransfer, cancelable: true }))
      window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }))
    },
    [name, content] as const,
  )
const nameOf = (path: string) => path.split('/').at(-1) ?? path

/** The headless host as a user starts it, and a browser with its page. */
export async function headless({ emulatorUrl, env = {} }: HostOptions): Promise<HostUnderTest> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'whatslang-e2e-'))
  const token = newToken()
  const port = await freePort()
  const start = async () => {
    const started = spawnApp({
      dataDirectory,
      emulatorUrl,
      port,
      token,
      built: true,
      env: { WHATSLANG_PACING: 'off', ...env },
    })
    await started.listening()
    return started
  }
  let app = await start()
  const browser: Browser = await chromium.launch({
    executablePath: chromiumPath() ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const page = await (await browser.newContext({ viewport: VIEWPORT, locale: 'en-US' })).newPage()
  await page.goto(`${app.url}/#token=${token}`)
  return {
    page,
    dataDirectory,
    get pid() {
      return processWith(dataDirectory)
    },
    open: async (path) => {
      await page.goto(`${app.url}/#${path}`)
    },
    async choose(path, click) {
      const chooser = page.waitForEvent('filechooser')
      await click()
      await (await chooser).setFiles(path)
    },
    drop: (path) => letGo(page, nameOf(path), readFileSync(path).toString('base64')),
    async restart(between) {
      await app.stop()
      between?.()
      app = await start()
      await page.reload()
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
  const start = async () => {
    const host = await launchDesktop({
      userData,
      env: {
        WHATSLANG_EMULATOR_URL: emulatorUrl,
        WHATSLANG_PACING: 'off',
        WHATSLANG_DATA_DIR: dataDirectory,
        XDG_CONFIG_HOME: join(userData, 'config'),
        ...env,
      },
    })
    const page = await host.page()
    await page.setViewportSize(VIEWPORT)
    return { host, page }
  }
  let running = await start()
  const end = async () => {
    await running.host.call('quit').catch(() => undefined)
    await Promise.race([running.host.exited, new Promise((resolve) => setTimeout(resolve, 5000))])
    await running.host.close()
  }
  return {
    get page() {
      return running.page
    },
    dataDirectory,
    get pid() {
      return running.host.child.pid ?? 0
    },
    open: async (path) => {
      await running.page.goto(`https://app.standin/#${path}`)
    },
    async choose(path, click) {
      await running.host.call('answer', JSON.stringify({ dialog: 'open', value: path }))
      await click()
    },
    async drop(path) {
      await running.page.evaluate(([name, at]) => Object.assign(globalThis, { __standInPaths: { [name]: at } }), [
        nameOf(path),
        path,
      ] as const)
      await letGo(running.page, nameOf(path), '')
    },
    async restart(between) {
      await end()
      between?.()
      running = await start()
    },
    async close() {
      await end()
      rmSync(userData, { recursive: true, force: true })
    },
  }
}

/** The desktop host under Electron itself, where its binary is. */
async function electron({ emulatorUrl, env = {} }: HostOptions): Promise<HostUnderTest> {
  const userData = mkdtempSync(join(tmpdir(), 'whatslang-e2e-'))
  const dataDirectory = join(userData, 'data')
  const start = async () => {
    const app = await _electron.launch({
      executablePath: electronBinary() ?? '',
      args: [
        root,
        `--user-data-dir=${userData}`,
        '--lang=en-US',
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
      cwd: root,
      env: {
        ...environment(),
        WHATSLANG_EMULATOR_URL: emulatorUrl,
        WHATSLANG_PACING: 'off',
        WHATSLANG_DATA_DIR: dataDirectory,
        XDG_CONFIG_HOME: join(userData, 'config'),
        ...env,
      },
    })
    return { app, page: await app.firstWindow() }
  }
  let running = await start()
  const end = async () => {
    const closed = running.app.waitForEvent('close')
    await running.app.evaluate(({ app }) => app.quit()).catch(() => undefined)
    await closed
  }
  return {
    get page() {
      return running.page
    },
    dataDirectory,
    get pid() {
      return running.app.process().pid ?? 0
    },
    open: async (path) => {
      await running.page.evaluate((to) => {
        location.hash = to
      }, path)
    },
    // Electron itself keeps no record.
    async choose(path, click) {
      await running.app.evaluate(({ dialog }, chosen) => {
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] })
      }, path)
      await click()
    },
    drop() {
      // A file of the page's own making has no path, and Electron asks for one.
      throw new Error('Only a person can drop a file here.')
    },
    async restart(between) {
      await end()
      between?.()
      running = await start()
    },
    async close() {
      await end()
      rmSync(userData, { recursive: true, force: true })
    },
  }
}

interface Host {
  name: string
  start: StartHost
  /** Why it cannot be started on this machine. */
  missing?: string
  /** A dropped file can be made up. */
  drops: boolean
}
const HOSTS: Host[] = [
  { name: 'the headless host', start: headless, drops: true },
  { name: 'the desktop host', start: desktop, drops: true },
  {
    name: 'the desktop host under Electron itself',
    start: electron,
    drops: false,
    ...(electronBinary() === undefined ? { missing: 'there is no binary of Electron here' } : {}),
  },
]

/** The same promises in each host; one that this machine cannot start is skipped, and says why. */
export function inEachHost(specs: (start: StartHost, host: Host) => void): void {
  // The page and the desktop host run as built: specs of what was built earlier would prove nothing.
  beforeAll(() => bundle())
  for (const host of HOSTS) {
    if (host.missing === undefined) describe(host.name, () => specs(host.start, host))
    else describe.skip(`${host.name}: ${host.missing}`, () => specs(host.start, host))
  }
}

/** Where the npm package has put it, or ELECTRON_BINARY. Asking the package itself would start a download. */
function electronBinary(): string | undefined {
  const folder = join(root, 'node_modules/electron')
  const named = process.env.ELECTRON_BINARY
  if (named) return named
  if (!existsSync(join(folder, 'path.txt'))) return undefined
  const binary = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

const environment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )

/** The process that was started with this word. */
function processWith(word: string): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)
      } catch {
        // It ended while it was looked at.
        return false
      }
    })
  if (found === undefined) throw new Error(`No process was started with ${word}.`)
  return Number(found)
}
