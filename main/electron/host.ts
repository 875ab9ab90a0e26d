import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  app,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  shell,
  utilityProcess,
} from 'electron'
import Store from 'electron-store'
import { beginRecovery } from '../app/begin-recovery.ts'
import { systemClock } from '../app/clock.ts'
import { createPlaces } from '../app/places.ts'
import { createApp } from '../app.ts'
import { isDamagedDatabase } from '../backup/restore/recovery.ts'
import { writeBootstrap } from '../config/bootstrap.ts'
import { resolveConfig } from '../config/config.ts'
import { createLog } from '../config/log.ts'
import { withEnvironment } from '../config/secrets.ts'
import { createSettings } from '../config/settings.ts'
import { keepTemporaryFilesIn } from '../files/scratch.ts'
import { serveLocally } from '../headless/local-socket.ts'
import { serveRpc } from '../rpc/serve.ts'
import { forgetSecrets } from '../tasks/environment.ts'
import { type Arrivals, fileAmong } from './arrivals.ts'
import { createAutostart } from './autostart.ts'
import { createCrashHandler } from './crash.ts'
import { createDialogs } from './dialogs.ts'
import { hostInfo } from './host-info.ts'
import { createIpc } from './ipc.ts'
import { createLinks } from './links.ts'
import { applicationMenu } from './menu.ts'
import { awaitDisk } from './missing-disk.ts'
import { createNotices } from './notices.ts'
import { SCHEME } from './origin.ts'
import { createPageProtocol } from './page.ts'
import { restrictPermissions } from './permissions.ts'
import { watchPower } from './power.ts'
import { createQuit } from './quit.ts'
import { openOrRecover } from './recover.ts'
import { createKeychain } from './secrets.ts'
import { createStatus } from './status.ts'
import { createUtilityTasks } from './tasks.ts'
import { textsOf } from './texts/texts.ts'
import { desktopHasTray } from './tray-host.ts'
import { watchUnexpected } from './unexpected.ts'
import { verifiesSignatures } from './update-trust.ts'
import { createUpdates } from './updates.ts'
import { createMainWindow } from './window.ts'

export interface DesktopOptions {
  /** The folder that holds out/ and build/. */
  root: string
  /** Start without showing the window: at login. */
  hidden: boolean
  arrivals: Arrivals
}

/** The desktop host: wires Electron to the program, and nothing else. The single-instance lock is held already. */
export async function startDesktop({ root, hidden, arrivals }: DesktopOptions): Promise<void> {
  const userData = app.getPath('userData')
  const bootstrapFile = join(userData, 'data-directory.json')
  const config = resolveConfig({
    env: process.env,
    cwd: app.isPackaged ? userData : process.cwd(),
    defaultDataDirectory: app.isPackaged ? join(userData, 'data') : join(root, 'data'),
    bootstrapFile: app.isPackaged ? bootstrapFile : undefined,
    packaged: app.isPackaged,
  })
  const places = createPlaces()
  if (!(await awaitDisk({ dialog, locale: app.getLocale(), require: () => places.require(config) }))) {
    app.exit(0)
    return
  }
  keepTemporaryFilesIn(config.scratch)
  forgetSecrets()
  const log = createLog(config.logs, config.logLevel)
  const { logger } = log
  const settings = createSettings({
    path: config.settings,
    open: ({ cwd, name }) => new Store<Record<string, unknown>>({ cwd, name, configFileMode: 0o600 }),
    environment: config.environment,
    now: () => Date.now(),
  })
  const locale = () => (settings.get().language === 'system' ? app.getLocale() : settings.get().language)
  const texts = () => textsOf(locale())
  const openLogs = async () => (await shell.openPath(log.folder)) === ''
  const hasTray = await desktopHasTray(process.platform)

  const links = createLinks({
    shell,
    dialog,
    trustedHosts: () => settings.get().desktop.trusted_hosts,
    trustHost(host) {
      settings.update({ desktop: { trusted_hosts: [...settings.get().desktop.trusted_hosts, host] } })
      program.audit.record({
        action: 'settings-changed',
        by: 'desktop',
        detail: { settings: 'desktop.trusted_hosts' },
      })
    },
    texts,
  })
  const crashed = createCrashHandler({ dialog, texts, openLogs: () => void openLogs(), log: logger })
  const window = createMainWindow({
    preload: join(root, 'out/preload/index.cjs'),
    links,
    remembered: () => settings.get().desktop.bounds,
    remember: (bounds) => settings.update({ desktop: { bounds } }),
    quitting: () => quit.quitting(),
    hidesOnClose: () => settings.get().desktop.close_to_tray,
    onHiddenByClose: () => {
      if (!settings.get().desktop.tray_notice_shown) {
        settings.update({ desktop: { tray_notice_shown: true } })
        const body = hasTray ? texts().stillRunningBody : texts().stillRunningNoTray
        notices.notify({ code: 'still-running', title: texts().stillRunningTitle, body, page: '/' })
      }
      status.refresh()
    },
    onQuitByClose: () => app.quit(),
    onSessionEnd: () => app.quit(),
    onGone: (gone, reason) => void crashed(gone, reason),
  })
  const showWindow = async (page?: string) => {
    const { made } = await window.show(page)
    status.refresh()
    // A page that was there listens; a new one begins where it should.
    if (page !== undefined && !made) program.tell({ type: 'navigate', page })
  }
  const navigate = (page: string) => void showWindow(page)
  const notices = createNotices({ enabled: () => settings.get().desktop.notifications, open: navigate, texts })
  const unexpected = watchUnexpected({
    process,
    notify: notices.notify,
    texts,
    log: logger,
    now: systemClock.monotonic,
  })
  const keychain = await createKeychain({
    safeStorage,
    platform: process.platform,
    file: join(userData, 'secrets.json'),
  })
  const tasks = createUtilityTasks({ fork: utilityProcess.fork, entry: join(root, 'out/main/task.js') })
  const dialogs = createDialogs({ dialog, shell, links, window: window.current, texts })

  const updates = createUpdates({
    loadUpdater: async () => (await import('electron-updater')).default.autoUpdater,
    feed: () => settings.get().desktop.update_feed,
    verified: () =>
      verifiesSignatures({ platform: process.platform, configFile: join(process.resourcesPath, 'app-update.yml') }),
    busy: () => program.tasks.list().some(({ state }) => state === 'running'),
    backUp: async () => {
      await program.backups.create({ reason: 'before-update' })
    },
    onFound({ version, state }) {
      const body = state === 'ready' ? texts().updateReady : texts().updateByHand
      notices.notify({ code: 'update-available', title: texts().updateTitle(version), body, page: '/settings' })
      program.tell({ type: 'host' })
    },
    log: logger,
  })
  const secrets = withEnvironment(keychain, config.environment)
  const programName = 'Whatslang (desktop)'
  const open = () =>
    createApp({
      config,
      ports: { clock: systemClock, secrets, tasks, notify: notices.notify, desktop: dialogs },
      settings,
      log: logger,
      recentLog: log.recent,
      programName,
      host: () => hostInfo({ app, config, hasTray, locale, update: updates.current }),
      desktop: { ...dialogs, openLogs, moveData: (path) => writeBootstrap(bootstrapFile, path) },
    })
  const whatslang = await openOrRecover(
    {
      dialog,
      locale,
      isDamaged: () => isDamagedDatabase(config.database.path),
      begin: () => beginRecovery({ config, settings, secrets, tasks, programName, log: logger }),
      log: logger,
    },
    open,
  )
  if (whatslang === undefined) {
    await tasks.dispose()
    app.exit(0)
    return
  }
  places.keep(config)
  const { program } = whatslang
  // `whatslang ...` on a terminal talks to this program while it holds the data directory.
  const local = await serveLocally({ program, database: config.database.path })

  protocol.handle(SCHEME, createPageProtocol(join(root, 'out/renderer')))
  restrictPermissions(session.defaultSession)
  const rpc = serveRpc({ program })
  const ipc = createIpc({
    ipcMain,
    serve: (port) => rpc.servePort(port, { by: 'desktop' }),
    registerFile: (path) => program.restore.register(path),
    refused: (channel) => logger.warn({ channel }, 'a message from another page was refused'),
  })
  const status = createStatus({
    program,
    icons: join(root, 'build/tray'),
    hasTray,
    texts,
    locale,
    windowVisible: window.isVisible,
    toggleWindow: () => {
      if (!window.isVisible()) void showWindow()
      else {
        window.hide()
        status.refresh()
      }
    },
    navigate,
    notify: notices.notify,
    quit: () => app.quit(),
  })

  const autostart = createAutostart({
    app,
    platform: process.platform,
    configHome: process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'),
    command: [process.env.APPIMAGE ?? process.execPath, ...(app.isPackaged ? [] : [root])],
    initially: settings.get().desktop.start_at_login,
  })
  let feed = settings.get().desktop.update_feed
  const applySettings = () => {
    if (settings.get().desktop.update_feed !== feed) {
      feed = settings.get().desktop.update_feed
      program.tell({ type: 'host' })
      if (app.isPackaged) void updates.check()
    }
    nativeTheme.themeSource = settings.get().theme
    autostart.set(settings.get().desktop.start_at_login)
    Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(process.platform, texts())))
  }
  const leaveSettings = settings.onChange(applySettings)
  applySettings()

  const power = watchPower({
    powerMonitor,
    suspend: () => whatslang.suspend(),
    resume: () => whatslang.resume(),
    redraw: status.refresh,
    shutdown: () => app.quit(),
  })
  const quit = createQuit({
    app,
    log: logger,
    async stop() {
      leaveSettings()
      updates.dispose()
      power.dispose()
      ipc.dispose()
      notices.dispose()
      status.dispose()
      window.dispose()
      await local.dispose()
      await whatslang.stop()
      unexpected.dispose()
    },
  })
  // The last window closes while the program quits in order, which then leaves by itself.
  app.on('window-all-closed', () => undefined)

  /** The page that shows what is in the file; undefined, after saying why, where it cannot be opened. */
  const previewOf = async (file: string): Promise<string | undefined> => {
    try {
      const { upload, name } = await program.restore.register(file)
      return `/restore?${new URLSearchParams({ upload, name }).toString()}`
    } catch (error) {
      const detail = error instanceof Error ? error.message : ''
      await dialog.showMessageBox({ type: 'error', message: texts().openFailed, detail })
      return undefined
    }
  }
  if (process.platform === 'win32') window.prepare()
  // Without a tray nothing else could bring the window back.
  const file = fileAmong(process.argv.slice(1), process.cwd())
  if (file !== undefined || !hidden || !hasTray)
    await showWindow(file === undefined ? undefined : await previewOf(file))
  arrivals.listen(async (arrival) => {
    await showWindow(arrival.file === undefined ? undefined : await previewOf(arrival.file))
  })
  // A connection that does not come about is shown in the window; the program goes on.
  whatslang.start().catch((error: unknown) => logger.error({ err: error }, 'the connection could not be started'))
  if (app.isPackaged) updates.start()
}
