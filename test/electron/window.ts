import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type Electron from 'electron'
import type { BrowserContext, Page, Request as PageRequest, Route } from 'playwright-core'
import { chromiumOfStandIn } from './browser.ts'
import { ipcMain } from './ipc.ts'
import { pageScript } from './page-script.ts'
import { type Frame, PortMain } from './ports.ts'
import { protocol } from './protocol.ts'
import { readiness } from './readiness.ts'
import { strict } from './strict.ts'

/** Chromium routes no custom schemes; the page lives under this https name, which never leaves the process. */
const STAGE = 'https://app.standin/'
const toStage = (url: string) => url.replace(/^app:\/\/whatslang\//, STAGE)
const fromStage = (url: string) => url.replace(STAGE, 'app://whatslang/')

let contents = 0
let permissionHandler: Parameters<Electron.Session['setPermissionRequestHandler']>[0] = null
export const defaultSession = strict('session.defaultSession', {
  setPermissionRequestHandler: (handler: typeof permissionHandler) => {
    permissionHandler = handler
  },
  setPermissionCheckHandler: () => undefined,
  setDevicePermissionHandler: () => undefined,
})
export const permissionDecision = (permission: string, requestingUrl: string): Promise<boolean> =>
  new Promise((resolve) =>
    permissionHandler
      ? permissionHandler({} as Electron.WebContents, permission as never, resolve, {
          requestingUrl,
          isMainFrame: true,
        } as never)
      : resolve(true),
  )

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0]

class WebContentsStandIn extends EventEmitter {
  readonly id = ++contents
  openHandler: OpenHandler | undefined
  readonly #window: BrowserWindow
  constructor(window: BrowserWindow) {
    super()
    this.#window = window
  }
  setWindowOpenHandler(handler: OpenHandler) {
    this.openHandler = handler
  }
  get session() {
    return defaultSession
  }
  reload() {
    void this.#window.page?.reload()
  }
  openDevTools() {
    throw new Error('The stand-in shows no developer tools.')
  }
}

export class BrowserWindow
  extends EventEmitter
  implements
    Pick<
      Electron.BrowserWindow,
      | 'loadURL'
      | 'show'
      | 'hide'
      | 'focus'
      | 'close'
      | 'destroy'
      | 'isVisible'
      | 'isDestroyed'
      | 'isMinimized'
      | 'restore'
      | 'maximize'
      | 'isMaximized'
      | 'getNormalBounds'
      | 'isFocused'
    >
{
  static readonly #all = new Set<BrowserWindow>()
  static getAllWindows() {
    return [...BrowserWindow.#all]
  }
  page: Page | undefined
  readonly webContents: WebContentsStandIn
  readonly #options: Electron.BrowserWindowConstructorOptions
  #visible: boolean
  #destroyed = false
  #maximized = false
  #bounds: Electron.Rectangle

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super()
    readiness.already('BrowserWindow')
    const preferences = options.webPreferences
    if (
      preferences?.sandbox !== true ||
      preferences.contextIsolation !== true ||
      preferences.nodeIntegration === true
    ) {
      throw new Error('A window without sandbox and contextIsolation was made.')
    }
    this.#options = options
    this.#visible = options.show !== false
    this.#bounds = {
      x: options.x ?? 40,
      y: options.y ?? 40,
      width: options.width ?? 800,
      height: options.height ?? 600,
    }
    this.webContents = strict('webContents', new WebContentsStandIn(this))
    BrowserWindow.#all.add(this)
  }

  async loadURL(url: string) {
    this.page ??= await this.#open()
    await this.page.goto(toStage(url))
    this.emit('ready-to-show')
    this.webContents.emit('did-finish-load')
  }

  async #open(): Promise<Page> {
    const { browser } = await chromiumOfStandIn()
    const { width, height } = this.#bounds
    const context = await browser.newContext({ viewport: { width, height } })
    await context.exposeBinding('__standInIpc', (source, kind: string, channel: string, args: unknown[]) =>
      this.#fromPage(source.frame.url(), kind, channel, args),
    )
    const preload = this.#options.webPreferences?.preload
    if (preload) await context.addInitScript(pageScript(readFileSync(preload, 'utf8')))
    await this.#route(context)
    const page = await context.newPage()
    page.on('crash', () => this.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }))
    context.on('page', (other) => {
      // Its request was refused (see #route): nothing is left to show.
      if (other !== page) other.once('requestfailed', () => void other.close())
    })
    return page
  }

  /** Electron asks before it opens another window; Chromium has made its page already, which `#open` closes. */
  #askToOpen(url: string) {
    const answer = this.webContents.openHandler?.({ url } as Electron.HandlerDetails)
    if (answer?.action === 'allow') throw new Error('The program let a window be opened.')
  }

  async #route(context: BrowserContext) {
    await context.route('**', (route) =>
      this.#serve(route).catch((error: unknown) => {
        // A window that is gone waits for no answer.
        if (!this.#destroyed) throw error
      }),
    )
  }

  async #serve(route: Route): Promise<void> {
    const request = route.request()
    const url = fromStage(request.url())
    const own = url.startsWith('app://whatslang/')
    if (request.isNavigationRequest() && pageOf(request) !== this.page) {
      await route.abort()
      this.#askToOpen(url)
      return
    }
    if (request.isNavigationRequest() && !own) {
      // Chromium asks before it leaves; so does Electron.
      const event = {
        url,
        defaultPrevented: false,
        preventDefault() {
          this.defaultPrevented = true
        },
      }
      this.webContents.emit('will-navigate', event)
      // Without content Chromium stays where it is.
      await route.fulfill({ status: 204 })
      if (!event.defaultPrevented) throw new Error('The program let its page navigate away.')
      return
    }
    // A new document: the ports of the old one die with it. The router's own changes of address make none.
    if (request.isNavigationRequest()) this.#dropPorts()
    const handler = protocol.handlerFor(url)
    if (!handler) {
      await route.abort()
      return
    }
    const answer = await handler(new Request(url, { method: request.method(), headers: request.headers() }))
    await route.fulfill({
      status: answer.status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    })
  }

  readonly #ports = new Map<string, PortMain>()
  async #fromPage(frameUrl: string, kind: string, channel: string, args: unknown[]) {
    const event = { sender: this.webContents, senderFrame: { url: fromStage(frameUrl), parent: null } }
    if (kind === 'port') {
      this.#ports.get(channel)?.deliver(args[0] as Frame)
    } else if (kind === 'post' && this.page) {
      const page = this.page
      const ports = (args as string[]).map((id) => {
        const port = new PortMain(page, id)
        this.#ports.set(id, port)
        return port
      })
      ipcMain.emit(channel, { ...event, ports }, null)
    } else if (kind === 'invoke') {
      try {
        return { value: await ipcMain.invoked(channel, event, args) }
      } catch (error) {
        return { error: error instanceof Error ? error.message : String(error) }
      }
    } else {
      ipcMain.emit(channel, { ...event, ports: [] }, ...args)
    }
    return { value: null }
  }
  #dropPorts() {
    for (const port of this.#ports.values()) port.close()
    this.#ports.clear()
  }

  show() {
    this.#visible = true
    this.emit('show')
  }
  hide() {
    this.#visible = false
    this.emit('hide')
  }
  focus() {
    this.emit('focus')
  }
  isFocused() {
    return this.#visible
  }
  isVisible() {
    return this.#visible
  }
  isMinimized() {
    return false
  }
  restore() {
    this.emit('restore')
  }
  maximize() {
    this.#maximized = true
    this.emit('maximize')
  }
  isMaximized() {
    return this.#maximized
  }
  getNormalBounds() {
    return this.#bounds
  }
  /** As a person drags it: Linux tells of it with `move` and `resize` alone. */
  setBounds(bounds: Electron.Rectangle) {
    this.#bounds = bounds
    this.emit('move')
    this.emit('resize')
  }
  isDestroyed() {
    return this.#destroyed
  }
  close() {
    const event = {
      defaultPrevented: false,
      preventDefault() {
        this.defaultPrevented = true
      },
    }
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy() {
    if (this.#destroyed) return
    this.#destroyed = true
    BrowserWindow.#all.delete(this)
    this.#dropPorts()
    this.page
      ?.context()
      .close()
      .catch(() => undefined)
    this.emit('closed')
  }
}

/** Undefined: of a page that Chromium is only just making, for another window. */
function pageOf(request: PageRequest): Page | undefined {
  try {
    return request.frame().page()
  } catch {
    return undefined
  }
}
