// The parts of Electron that a person sees outside the page: tray, menus, dialogs, notifications; and what the machine reports.
import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import type Electron from 'electron'
import { readiness } from './readiness.ts'
import { nextAnswer, note } from './record.ts'

export type MenuItem = Electron.MenuItemConstructorOptions
export interface MenuStandIn {
  items: MenuItem[]
}
export const Menu = {
  buildFromTemplate: (items: MenuItem[]): MenuStandIn => ({ items }),
  setApplicationMenu: (menu: MenuStandIn | null) =>
    note(
      'menu',
      menu?.items.map((item) => item.label ?? item.role),
    ),
}

export class Tray extends EventEmitter {
  static current: Tray | undefined
  toolTip = ''
  menu: MenuStandIn | undefined
  image: string
  constructor(image: { path: string }) {
    super()
    this.image = image.path
    Tray.current = this
  }
  setToolTip(text: string) {
    this.toolTip = text
  }
  setImage(image: { path: string }) {
    this.image = image.path
  }
  setContextMenu(menu: MenuStandIn | null) {
    this.menu = menu ?? undefined
  }
  destroy() {
    if (Tray.current === this) Tray.current = undefined
  }
  isDestroyed() {
    return Tray.current !== this
  }
}

export const nativeImage = {
  createFromPath: (path: string) => {
    if (!existsSync(path)) throw new Error(`There is no icon at ${path}.`)
    return { path, isEmpty: () => false, setTemplateImage: () => undefined }
  },
}

class NativeTheme extends EventEmitter {
  shouldUseDarkColors = false
  themeSource: 'system' | 'light' | 'dark' = 'system'
}
export const nativeTheme = new NativeTheme()

export class Notification extends EventEmitter {
  static readonly shown: Notification[] = []
  static isSupported() {
    return true
  }
  readonly options: { title: string; body: string }
  constructor(options: { title: string; body: string }) {
    super()
    this.options = options
  }
  show() {
    Notification.shown.push(this)
    note('notification', this.options)
  }
  close() {
    this.emit('close')
  }
}

export const dialog = {
  async showOpenDialog(...args: unknown[]) {
    note('dialog.open', args.at(-1))
    const path = nextAnswer<string | null>('open', null)
    return { canceled: path === null, filePaths: path === null ? [] : [path] }
  },
  async showSaveDialog(...args: unknown[]) {
    note('dialog.save', args.at(-1))
    const path = nextAnswer<string | null>('save', null)
    return { canceled: path === null, filePath: path ?? '' }
  },
  async showMessageBox(...args: unknown[]) {
    const options = args.at(-1) as Electron.MessageBoxOptions
    note('dialog.message', { message: options.message, detail: options.detail, buttons: options.buttons })
    return { response: nextAnswer('message', options.cancelId ?? 0), checkboxChecked: false }
  },
  showErrorBox: (title: string, content: string) => note('dialog.error', { title, content }),
} satisfies Record<
  keyof Pick<Electron.Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox' | 'showErrorBox'>,
  unknown
>

export const shell = {
  openExternal: async (url: string) => note('shell.openExternal', url),
  openPath: async (path: string) => {
    note('shell.openPath', path)
    return ''
  },
  showItemInFolder: (path: string) => note('shell.showItemInFolder', path),
} satisfies Pick<Electron.Shell, 'openExternal' | 'openPath' | 'showItemInFolder'>

const reversed = (bytes: Buffer) => Buffer.from(bytes).reverse()

/** It keeps nothing secret: reversing the bytes is enough to tell that the program went through it. */
export const safeStorage = {
  isAsyncEncryptionAvailable: async () => true,
  encryptStringAsync: async (text: string) => reversed(Buffer.from(text)),
  decryptStringAsync: async (bytes: Buffer) => ({
    result: reversed(bytes).toString(),
    shouldReEncrypt: false,
  }),
  getSelectedStorageBackend: () => 'gnome_libsecret' as const,
} satisfies Pick<
  Electron.SafeStorage,
  'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
>

export const powerMonitor = new EventEmitter()
export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
}

/** A utility process is a forked Node whose `process.parentPort` is shimmed over the IPC channel. */
export const utilityProcess = {
  fork(modulePath: string, args: string[] = [], options: Electron.ForkOptions = {}) {
    readiness.already('utilityProcess.fork')
    const shim = new URL('./parent-port.ts', import.meta.url).href
    const child: ChildProcess = fork(modulePath, args, {
      execArgv: ['--import', shim],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
      ...(options.env ? { env: options.env as NodeJS.ProcessEnv } : {}),
    })
    const surface = Object.assign(new EventEmitter(), {
      get pid() {
        return child.pid
      },
      postMessage: (message: unknown) => void child.send(message as object),
      kill: () => child.kill('SIGTERM'),
    })
    child.on('spawn', () => surface.emit('spawn'))
    child.on('message', (message) => surface.emit('message', message))
    child.on('exit', (code) => surface.emit('exit', code ?? 1))
    return surface
  },
}
