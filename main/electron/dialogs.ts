import type { BrowserWindow, Dialog, Shell } from 'electron'
import type { Desktop } from '../ports.ts'
import type { Links } from './links.ts'
import type { Texts } from './texts/en.ts'

export interface DialogDeps {
  dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog'>
  shell: Pick<Shell, 'showItemInFolder'>
  links: Links
  /** Dialogs are modal to the window where there is one. */
  window(): BrowserWindow | undefined
  texts(): Texts
}

const BACKUP_TYPES = ['gz', 'zst', 'sql', 'db', 'sqlite', 'sqlite3', 'age']

/** Native pickers. Paths stay in the main process; the page sees handles and names. */
export function createDialogs(deps: DialogDeps): Desktop {
  const open = (options: Electron.OpenDialogOptions) => {
    const window = deps.window()
    return window ? deps.dialog.showOpenDialog(window, options) : deps.dialog.showOpenDialog(options)
  }
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
      const window = deps.window()
      const { filePath, canceled } = window
        ? await deps.dialog.showSaveDialog(window, options)
        : await deps.dialog.showSaveDialog(options)
      return canceled || filePath === '' ? undefined : filePath
    },
    async pickFolder(purpose) {
      const { filePaths, canceled } = await open({
        title: purpose === 'data' ? deps.texts().pickFolder : deps.texts().pickBackupFolder,
        properties: ['openDirectory', 'createDirectory'],
      })
      return canceled ? undefined : filePaths[0]
    },
    async openExternal(url) {
      await deps.links.open(url)
    },
    showInFolder: (path) => deps.shell.showItemInFolder(path),
  }
}
