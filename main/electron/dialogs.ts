import type { BrowserWindow, Dialog, Shell } from 'electron'
import type { Desktop } from '../ports.ts'
import type { Links } from './links.ts'
import type { Texts } from './texts/en.ts'

export interface DialogDeps {
  dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox'>
  shell: Pick<Shell, 'showItemInFolder'>
  links: Links
  /** Dialogs are modal to the window where there is one. */
  window(): BrowserWindow | undefined
  texts(): Texts
}

const BACKUP_TYPES = ['gz', 'zst', 'sql', 'db', 'sqlite', 'sqlite3', 'age']

/** Another dialog is open. */
class DialogError extends Error {
  readonly code = 'conflict'
  constructor() {
    super('Another dialog of Whatslang is open. Answer it first.')
    this.name = 'DialogError'
  }
}

/** Native dialogs. Paths stay in the main process; the page sees handles and names. */
export function createDialogs(deps: DialogDeps): Desktop {
  let asking = false
  /** A page that asks again and again opens one dialog, not a hundred. */
  async function alone<T>(show: (window: BrowserWindow | undefined) => Promise<T>): Promise<T> {
    if (asking) throw new DialogError()
    asking = true
    try {
      return await show(deps.window())
    } finally {
      asking = false
    }
  }
  const open = (options: Electron.OpenDialogOptions) =>
    alone((window) => (window ? deps.dialog.showOpenDialog(window, options) : deps.dialog.showOpenDialog(options)))
  return {
    async pickFile() {
      const texts = deps.texts()
      const { filePaths, canceled } = await open({
        title: texts.pickRestore,
        properties: ['openFile'],
        filters: [
          { name: texts.backupFiles, extensions: BACKUP_TYPES },
          { name: texts.allFiles, extensions: ['*'] },
        ],
      })
      return canceled ? undefined : filePaths[0]
    },
    async pickSavePath(suggestedName) {
      const options = { title: deps.texts().pickSave, defaultPath: suggestedName }
      const { filePath, canceled } = await alone((window) =>
        window ? deps.dialog.showSaveDialog(window, options) : deps.dialog.showSaveDialog(options),
      )
      return canceled || filePath === '' ? undefined : filePath
    },
    async pickFolder(purpose) {
      const { filePaths, canceled } = await open({
        title: purpose === 'data' ? deps.texts().pickFolder : deps.texts().pickBackupFolder,
        properties: ['openDirectory', 'createDirectory'],
      })
      return canceled ? undefined : filePaths[0]
    },
    async confirmUpdateFeed(url) {
      const texts = deps.texts()
      const options = {
        type: 'warning' as const,
        title: texts.feedTitle,
        message: url === null ? texts.feedOff : texts.feedTitle,
        // As it is on the wire: look-alike letters show.
        detail: url === null ? texts.feedOffDetail : texts.feedDetail(new URL(url).href),
        buttons: [texts.cancel, url === null ? texts.feedTurnOff : texts.feedUse],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      }
      const { response } = await alone((window) =>
        window ? deps.dialog.showMessageBox(window, options) : deps.dialog.showMessageBox(options),
      )
      return response === 1
    },
    async openExternal(url) {
      await deps.links.open(url)
    },
    showInFolder: (path) => deps.shell.showItemInFolder(path),
  }
}
