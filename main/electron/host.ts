import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  app,
  type BrowserWindow,
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
import type { HostInfo } from '../../preload/contract/host.ts'
import { systemClock } from '../app/clock.ts'
import { createApp } from '../app.ts'
import { writeBootstrap } from '../config/bootstrap.ts'
import { resolveConfig } from '../config/config.ts'
import { createLog } from '../config/log.ts'
import { withEnvironment } from '../config/secrets.ts'
import { createSettings } from '../config/settings.ts'
import { serveLocally } from '../headless/local-socket.ts'
import type { Program } from '../rpc/program.ts'
import { serveRpc } from '../rpc/serve.ts'
import { createAutostart } from './autostart.ts'
import { createCrashHandler } from './crash.ts'
import { createDialogs } from './dialogs.ts'
import { createIpc } from './ipc.ts'
import { createLinks } from './links.ts'
import { createNotices } from './notices.ts'
import { SCHEME } from './origin.ts'
import { createPageProtocol } from './page.ts'
import { restrictPermissions } from './permissions.ts'
import { watchPower } from './power.ts'
import { createQuit } from './quit.ts'
import { createKeychain } from './secrets.ts'
import { createUtilityTasks } from './tasks.ts'
import { en } from './texts/en.ts'
import { ptBr } from './texts/pt-br.ts'
import { createTray } from './tray.ts'
import { desktopHasTray } from './tray-host.ts'
import { type TrayFacts, trayState } from './tray-state.ts'
import { createUpdates } from './updates.ts'
import { createMainWindow } from './window.ts'

export interface DesktopOptions {
  /** The folder that holds out/ and build/. */
  root: string
  /** Start without showing the window: at login. */
  hidden: boolean
}

/** The desktop host: wires Electron to the program, and nothing else. The single-instance lock is held already. */
export async function startDesktop({ root, hidden }: DesktopOptions): Promise<void> {
  const userData = app.getPath('userData')
  const bootstrapFile = join(userData, 'data-directory.json')
  const config = resolveConfig({
    env: process.env,
    cwd: app.isPackaged ? userData : process.cwd(),
    defaultDataDirectory: app.isPackaged ? join(userData, 'data') : join(root, 'data'),
    bootstrapFile: app.isPackaged ? bootstrapFile : undefined,
    packaged: app.isPackaged,
  })
  const log = createLog(config.logs, config.logLevel)
  const { logger } = log
  process.on('uncaughtException', (error) => logger.fatal({ err: error }, 'an unexpected error'))
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'an unexpected rejection'))

  const settings = createSettings({
    path: config.settings,
    open: ({ cwd, name }) => new Store<Record<string, unknown>>({ cwd, name, configFileMode: 0o600 }),
    environment: config.environment,
    now: () => Date.now(),
  })
  const locale = () => (settings.get().language === 'system' ? app.getLocale() : settings.get().language)
  const texts = () => (locale().toLowerCase().startsWith('pt') ? ptBr : en)
  const openLogs = async () => (await shell.openPath(log.folder)) === ''

  const links = createLinks({
    shell,
    dialog,
    trustedHosts: () => settings.get().desktop.trusted_hosts,
    trustHost: (host) =>
      settings.update({ desktop: { trusted_hosts: [...settings.get().desktop.trusted_hosts, host] } }),
    texts: {
      title: texts().linkTitle,
      detail: texts().linkDetail,
      open: texts().linkOpen,
      always: texts().linkAlways,
      cancel: texts().cancel,
    },
  })
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
        notices.notify({ code: 'link-lost', title: texts().stillRunningTitle, body, page: '/' })
      }
      refresh()
    },
    onQuitByClose: () => app.quit(),
    onGone: createCrashHandlerFor(),
  })
  function createCrashHandlerFor() {
    const handle = createCrashHandler({ dialog, texts, openLogs: () => void openLogs(), log: logger })
    return (gone: BrowserWindow, reason: string) => void handle(gone, reason)
  }

  const navigate = (page: string) => {
    void showWindow().then(() => program.tell({ type: 'navigate', page }))
  }
  const notices = createNotices({ enabled: () => settings.get().desktop.notifications, open: navigate })
  const keychain = await createKeychain({
    safeStorage,
    platform: process.platform,
    file: join(userData, 'secrets.json'),
  })
  const tasks = createUtilityTasks({ fork: utilityProcess.fork, entry: join(root, 'out/main/task.js') })
  const dialogs = createDialogs({ dialog, shell, links, window: window.current, texts })

  const host = (): HostInfo => ({
    kind: 'desktop',
    version: app.getVersion(),
    platform: process.platform,
    demo: config.demo !== undefined,
    data_directory: config.dataDirectory.path,
    database: { path: config.database.path, source: config.database.source, why: config.database.why },
    versions: {
      electron: process.versions.electron ?? '',
      chrome: process.versions.chrome ?? '',
      node: process.versions.node,
    },
    capabilities: [
      'pick-file',
      'save-file',
      'pick-folder',
      'login-item',
      'open-logs',
      'updates',
      ...(hasTray ? (['tray'] as const) : []),
    ],
    locale: locale(),
  })
  const hasTray = await desktopHasTray(process.platform)
  const whatslang = await createApp({
    config,
    ports: {
      clock: systemClock,
      secrets: withEnvironment(keychain, config.environment),
      tasks,
      notify: (notice) => notices.notify(notice),
      desktop: dialogs,
    },
    settings,
    log: logger,
    recentLog: log.recent,
    programName: 'Whatslang (desktop)',
    host,
    desktop: { ...dialogs, openLogs, moveData: (path) => writeBootstrap(bootstrapFile, path) },
  })
  // `whatslang ...` on a terminal talks to this program while it holds the data directory.
  const local = await serveLocally({ program: whatslang.program, database: config.database.path })
  const { program } = whatslang

  protocol.handle(SCHEME, createPageProtocol(join(root, 'out/renderer')))
  restrictPermissions(session.defaultSession)
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  )

  const rpc = serveRpc({ program })
  const ipc = createIpc({
    ipcMain,
    serve: (port) => rpc.servePort(port),
    registerFile: (path) => program.restore.register(path),
    refused: (channel) => logger.warn({ channel }, 'a message from another page was refused'),
  })

  let facts: TrayFacts = { lastVerifiedAt: null, backupProblem: false }
  const refresh = () => tray?.refresh()
  const tray = hasTray
    ? createTray({
        icon: (look) =>
          join(
            root,
            'build/tray',
            process.platform === 'darwin'
              ? `${look}Template.png`
              : `${look}-${nativeTheme.shouldUseDarkColors ? 'light' : 'dark'}.png`,
          ),
        texts,
        state: () => trayState(program, facts, window.isVisible(), locale()),
        actions: {
          toggleWindow: () => {
            if (window.isVisible()) {
              window.hide()
              refresh()
            } else void showWindow()
          },
          pause: (minutes) => program.pause.set('user', minutes === undefined ? null : Date.now() + minutes * 60_000),
          resume: () => program.pause.resume(),
          backUpNow: () => void backUpNow(),
          showBackups: () => navigate('/backups'),
          quit: () => app.quit(),
        },
      })
    : undefined
  const backUpNow = async () => {
    try {
      await program.backups.create({ reason: 'manual' })
    } catch (error) {
      const body = error instanceof Error ? error.message : ''
      notices.notify({ code: 'backup-failed', title: texts().backUpNow, body, page: '/backups' })
    }
  }
  const lookAtBackups = async () => {
    const status = await program.backups.status()
    facts = { lastVerifiedAt: status.last_verified_at, backupProblem: status.problem !== null }
    refresh()
  }
  const showWindow = async () => {
    await window.show()
    refresh()
  }

  let lostLinkTold = false
  const leave = program.onChange((event) => {
    if (event.type === 'backups') void lookAtBackups()
    if (event.type === 'session')
      lostLinkTold = tellLostLink(program, lostLinkTold, (title, body) =>
        notices.notify({ code: 'link-lost', title, body, page: '/' }),
      )
    if (event.type === 'session' || event.type === 'task') refresh()
  })
  nativeTheme.on('updated', refresh)
  const applySettings = () => {
    nativeTheme.themeSource = settings.get().theme
    autostart.set(settings.get().desktop.start_at_login)
  }
  const autostart = createAutostart({
    app,
    platform: process.platform,
    configHome: process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'),
    executable: process.env.APPIMAGE ?? process.execPath,
  })
  const leaveSettings = settings.onChange(applySettings)
  applySettings()

  const power = watchPower({
    powerMonitor,
    suspend: () => whatslang.suspend(),
    resume: () => whatslang.resume(),
    redraw: refresh,
    shutdown: () => app.quit(),
  })
  const updates = createUpdates({
    loadUpdater: async () => (await import('electron-updater')).default.autoUpdater,
    feed: () => settings.get().desktop.update_feed,
    busy: () => program.tasks.list().some(({ state }) => state === 'running'),
    backUp: async () => {
      await program.backups.create({ reason: 'before-update' })
    },
    log: logger,
  })
  const quit = createQuit({
    app,
    log: logger,
    async stop() {
      leave()
      leaveSettings()
      updates.dispose()
      power.dispose()
      ipc.dispose()
      notices.dispose()
      await local.dispose()
      await whatslang.stop()
      await tasks.dispose()
      tray?.dispose()
      window.dispose()
    },
  })
  app.on('second-instance', (_event, argv) => {
    void showWindow()
    openFile(argv)
  })
  app.on('activate', () => void showWindow())
  app.on('window-all-closed', () => undefined)
  const openFile = (argv: readonly string[]) => {
    const file = argv.find((word) => /\.(sql|sql\.gz|sql\.zst|db|age)$/.test(word))
    if (file) void program.restore.register(file).then(({ upload }) => navigate(`/backups?restore=${upload}`))
  }
  app.on('open-file', (event, path) => {
    event.preventDefault()
    openFile([path])
  })

  await lookAtBackups()
  // Without a tray nothing else could bring the window back.
  if (!hidden || !hasTray) await showWindow()
  openFile(process.argv.slice(1))
  // A connection that does not come about is shown in the window; the program goes on.
  whatslang.start().catch((error: unknown) => logger.error({ err: error }, 'the connection could not be started'))
  if (app.isPackaged) updates.start()
}

/** Told once, when the link is lost for good; quiet while the program tries by itself. */
function tellLostLink(program: Program, told: boolean, tell: (title: string, body: string) => void): boolean {
  const { state, problem } = program.session()
  if (state === 'open') return false
  if (state !== 'closed' || !problem || told) return told
  tell('Whatslang', problem.message)
  return true
}
