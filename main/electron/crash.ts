import type { BrowserWindow, Dialog } from 'electron'
import type { Texts } from './texts/en.ts'

export interface CrashDeps {
  dialog: Pick<Dialog, 'showMessageBox'>
  texts(): Texts
  openLogs(): void
  log: { error(facts: object, message: string): void }
}

const CALM_MS = 60_000

/** A page whose process died is loaded again once; if it dies again within a minute, the user is told and chooses. The bots never stop. */
export function createCrashHandler(deps: CrashDeps, now: () => number = () => performance.now()) {
  let last = Number.NEGATIVE_INFINITY
  return async (window: BrowserWindow, reason: string): Promise<void> => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    deps.log.error({ reason }, 'the page stopped working')
    const again = now() - last < CALM_MS
    last = now()
    if (again) {
      const texts = deps.texts()
      const { response } = await deps.dialog.showMessageBox(window, {
        type: 'error',
        message: texts.crashTitle,
        detail: texts.crashDetail,
        buttons: [texts.reload, texts.openLogs],
        defaultId: 0,
      })
      if (response === 1) deps.openLogs()
    }
    if (!window.isDestroyed()) window.webContents.reload()
  }
}
