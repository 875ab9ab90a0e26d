import type { AppUpdater } from 'electron-updater'
import type { HostInfo } from '../../preload/contract/host.ts'

export type UpdateState = NonNullable<HostInfo['update']>

export interface UpdateDeps {
  /** Loaded only where a feed is configured. */
  loadUpdater(): Promise<Pick<AppUpdater, UpdaterPart>>
  /** Null: updates are off. */
  feed(): string | null
  /** Whether a signature proves who made an update. Elsewhere nothing is fetched, and the user is told of the new version. */
  verified(): Promise<boolean>
  /** True while a backup, restore or any other task runs: an update never interrupts one. */
  busy(): boolean
  /** A verified backup; without it nothing is fetched. */
  backUp(): Promise<void>
  /** A new version was found, or is ready to be installed; told once for each. */
  onFound(update: UpdateState): void
  log: { error(facts: object, message: string): void; info(message: string): void }
}
type UpdaterPart =
  | 'logger'
  | 'autoDownload'
  | 'autoInstallOnAppQuit'
  | 'allowDowngrade'
  | 'disableWebInstaller'
  | 'setFeedURL'
  | 'checkForUpdates'
  | 'downloadUpdate'

const CHECK_EVERY_MS = 12 * 3600_000
/** What is shown of a feed's word for its version. */
const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}(?:[-+][\w.+-]{1,40})?$/

/**
 * Asks the configured feed for updates twice a day. Where a signature is verified: backs up, downloads, and installs when the program quits, which ends
 * every task in order first. The backup comes before the download: electron-updater arranges the installation while it downloads, and only if
 * `autoInstallOnAppQuit` is set by then. Elsewhere it only says that there is a new version. Off without a feed.
 */
export function createUpdates(deps: UpdateDeps) {
  let timer: NodeJS.Timeout | undefined
  let found: { feed: string; update: UpdateState } | undefined

  const tell = (feed: string, update: UpdateState) => {
    if (found?.feed === feed && found.update.version === update.version && found.update.state === update.state) return
    found = { feed, update }
    deps.onFound(update)
  }

  const check = async (): Promise<void> => {
    const url = deps.feed()
    if (url === null || !url.startsWith('https:') || deps.busy()) return
    try {
      const updater = await deps.loadUpdater()
      updater.logger = null
      updater.autoDownload = false
      // Once an update is ready it stays so.
      updater.autoInstallOnAppQuit = found?.update.state === 'ready'
      updater.allowDowngrade = false
      updater.disableWebInstaller = true
      updater.setFeedURL({ provider: 'generic', url })
      const answer = await updater.checkForUpdates()
      const version = answer?.updateInfo.version ?? ''
      if (!answer?.isUpdateAvailable || !VERSION.test(version)) return
      if (found?.feed === url && found.update.state === 'ready' && found.update.version === version) return
      if (!(await deps.verified())) {
        tell(url, { version, state: 'available' })
        return
      }
      if (deps.busy()) return
      await deps.backUp()
      updater.autoInstallOnAppQuit = true
      await updater.downloadUpdate()
      tell(url, { version, state: 'ready' })
      deps.log.info('an update is ready and will be installed when the program quits')
    } catch (cause) {
      deps.log.error({ err: cause }, 'looking for an update failed')
    }
  }
  return {
    check,
    /** What the present feed has; undefined: nothing newer, or not looked yet. */
    current: (): UpdateState | undefined => (found?.feed === deps.feed() ? found?.update : undefined),
    start() {
      timer = setInterval(() => void check(), CHECK_EVERY_MS)
      void check()
    },
    dispose: () => clearInterval(timer),
  }
}
