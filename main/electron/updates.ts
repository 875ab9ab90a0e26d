import type { AppUpdater } from 'electron-updater'

export interface UpdateDeps {
  /** Loaded only where a feed is configured. */
  loadUpdater(): Promise<AppUpdater>
  /** Null: updates are off. */
  feed(): string | null
  /** True while a backup, restore or any other task runs: an update never interrupts one. */
  busy(): boolean
  /** A verified backup; without it nothing is fetched. */
  backUp(): Promise<void>
  log: { error(facts: object, message: string): void; info(message: string): void }
}

const CHECK_EVERY_MS = 12 * 3600_000

/**
 * Asks the configured feed for updates twice a day, backs up, downloads, and installs when the program quits, which ends every task
 * in order first. Off without a feed. The backup comes before the download: electron-updater arranges the installation while it
 * downloads, and only if `autoInstallOnAppQuit` is set by then.
 */
export function createUpdates(deps: UpdateDeps) {
  let timer: NodeJS.Timeout | undefined
  let fetched: string | undefined

  const check = async (): Promise<void> => {
    const url = deps.feed()
    if (url === null || deps.busy()) return
    try {
      const updater = await deps.loadUpdater()
      updater.logger = null
      updater.autoDownload = false
      updater.setFeedURL({ provider: 'generic', url })
      const found = await updater.checkForUpdates()
      if (!found?.isUpdateAvailable || found.updateInfo.version === fetched || deps.busy()) return
      await deps.backUp()
      updater.autoInstallOnAppQuit = true
      await updater.downloadUpdate()
      fetched = found.updateInfo.version
      deps.log.info('an update is ready and will be installed when the program quits')
    } catch (cause) {
      deps.log.error({ err: cause }, 'looking for an update failed')
    }
  }
  return {
    check,
    start() {
      timer = setInterval(() => void check(), CHECK_EVERY_MS)
      void check()
    },
    dispose: () => clearInterval(timer),
  }
}
