import { BrowserWindow, screen } from 'electron'
import { MINIMUM_SIZE, restoredBounds, type WindowBounds } from './bounds.ts'
import type { Links } from './links.ts'
import { isOwnPage, PAGE_URL } from './origin.ts'

export interface WindowDeps {
  preload: string
  links: Links
  remembered(): WindowBounds | null
  remember(bounds: WindowBounds): void
  /** True once the program is quitting: only then does closing destroy. */
  quitting(): boolean
  /** False where no tray could bring the window back and the user wants close to mean quit. */
  hidesOnClose(): boolean
  onHiddenByClose(): void
  onQuitByClose(): void
  /** Windows logs off or shuts down: nothing else tells of it there. */
  onSessionEnd(): void
  /** The page's process died. */
  onGone(window: BrowserWindow, reason: string): void
}

/** The one window: made on demand, hidden on close, sandboxed and isolated; it goes nowhere and opens nothing. */
export function createMainWindow(deps: WindowDeps) {
  let window: BrowserWindow | undefined
  let loaded: Promise<void> | undefined

  const rememberBounds = (of: BrowserWindow) => {
    if (!of.isDestroyed()) deps.remember({ ...of.getNormalBounds(), maximized: of.isMaximized() })
  }
  const create = (): BrowserWindow => {
    const remembered = deps.remembered()
    const made = new BrowserWindow({
      ...restoredBounds(
        remembered,
        screen.getAllDisplays().map((display) => display.workArea),
      ),
      minWidth: MINIMUM_SIZE.width,
      minHeight: MINIMUM_SIZE.height,
      show: false,
      autoHideMenuBar: true,
      title: 'Whatslang',
      webPreferences: {
        preload: deps.preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        spellcheck: false,
      },
    })
    if (remembered?.maximized) made.maximize()

    made.webContents.setWindowOpenHandler(({ url }) => {
      void deps.links.open(url)
      return { action: 'deny' }
    })
    made.webContents.on('will-navigate', (event) => {
      if (!isOwnPage(event.url)) {
        event.preventDefault()
        void deps.links.open(event.url)
      }
    })
    made.webContents.on('will-attach-webview', (event) => event.preventDefault())
    made.webContents.on('render-process-gone', (_event, details) => deps.onGone(made, details.reason))

    const remember = () => rememberBounds(made)
    // Linux has neither `resized` nor `moved`: there the bounds are kept when the window closes and when the program quits.
    made.on('resized', remember)
    made.on('moved', remember)
    made.on('maximize', remember)
    made.on('unmaximize', remember)
    made.on('close', (event) => {
      remember()
      if (deps.quitting()) return
      event.preventDefault()
      if (deps.hidesOnClose()) {
        made.hide()
        deps.onHiddenByClose()
      } else deps.onQuitByClose()
    })
    made.on('query-session-end', deps.onSessionEnd)
    made.on('session-end', deps.onSessionEnd)
    made.on('closed', () => {
      window = undefined
      loaded = undefined
    })
    return made
  }

  return {
    current: () => window,
    isVisible: () => window?.isVisible() ?? false,
    /** Makes the window without a page: on Windows only a window hears that the session ends. */
    prepare(): void {
      window ??= create()
    },
    /**
     * Shows the window, making it first where needed. Wayland shows only what has content, so it waits for the first load.
     * @param page where a window that is only now made begins
     * @returns whether it was made: then it shows that page already
     */
    async show(page = '/'): Promise<{ made: boolean }> {
      window ??= create()
      const shown = window
      const made = loaded === undefined
      loaded ??= shown.loadURL(`${PAGE_URL}#${page}`).catch((error: unknown) => {
        // Closed while it loaded: the user quits.
        if (!shown.isDestroyed()) throw error
      })
      await loaded
      if (shown.isDestroyed()) return { made }
      if (shown.isMinimized()) shown.restore()
      shown.show()
      shown.focus()
      return { made }
    },
    hide: () => window?.hide(),
    dispose() {
      if (window) rememberBounds(window)
      window?.destroy()
      window = undefined
    },
  }
}
export type MainWindow = ReturnType<typeof createMainWindow>
