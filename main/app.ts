import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Logger } from 'pino'
import type { ChangeEvent, HostInfo } from '../preload/contract/host.ts'
import type { Session } from '../preload/contract/session.ts'
import { linkWhatsApp } from './app/link.ts'
import { createBackups } from './app/no-backups.ts'
import { type Data, openData } from './app/open-data.ts'
import { createRestoreService } from './backup/restore/service.ts'
import { createPause } from './bots/pause.ts'
import type { Config } from './config/config.ts'
import type { LogEntry } from './config/log.ts'
import type { SettingsStore } from './config/settings.ts'
import { createHealth } from './health/doctor.ts'
import { createModel } from './llm/model.ts'
import type { Ports } from './ports.ts'
import type { Program } from './rpc/program.ts'
import { StoreError } from './store/errors.ts'
import { ownerOf, takeOwnerLock } from './store/index.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from './store/schema.ts'
import { createTaskBoard } from './tasks/board.ts'

export interface AppOptions {
  config: Config
  ports: Ports
  settings: SettingsStore
  log: Logger
  recentLog(limit: number): LogEntry[]
  /** How this program calls itself to others who find the data directory taken. */
  programName: string
  host(): HostInfo
  desktop?: Program['desktop']
}

/**
 * The composition root: takes the data directory, opens it, and puts the parts together. Knows nothing of Electron, HTTP or React.
 * @throws OwnedError where another program holds the data directory, StoreError for what is wrong with the database
 */
export function createApp(options: AppOptions) {
  const { config, ports, settings, log } = options
  const { clock } = ports
  for (const folder of [config.dataDirectory.path, dirname(config.database.path)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  const lock = takeOwnerLock(config.database.path, options.programName)
  const listeners = new Set<(event: ChangeEvent) => void>()
  const tell = (event: ChangeEvent) => {
    for (const listener of [...listeners]) listener(event)
  }

  const board = createTaskBoard({ clock, onChange: (task) => tell({ type: 'task', task }) })
  const pause = createPause({ clock, onChange: () => tell({ type: 'session' }) })
  const model = createModel({
    settings: () => settings.get().model,
    secrets: ports.secrets,
    clock,
    demo: config.demo === 'phrase-book',
    onChange: () => tell({ type: 'model' }),
  })

  let data: Data | undefined
  const opened = (): Data => {
    if (!data)
      throw new StoreError('busy', config.database.path, 'A restore is swapping the database. Try again in a moment.')
    return data
  }
  const whatsapp = linkWhatsApp({ config, clock, log, data: opened })
  const open = () => {
    data ??= openData({
      config,
      clock,
      settings,
      model,
      outbound: whatsapp.outbound,
      pause,
      serverNow: () => whatsapp.serverNow(),
      onChange: tell,
      notify: (notice) => ports.notify(notice),
      log,
    })
  }
  try {
    open()
  } catch (error) {
    void whatsapp.dispose()
    lock.release()
    throw error
  }

  const session = (): Session => {
    const paused = pause.current()
    return { ...whatsapp.session(), ...(paused ? { paused } : {}) }
  }
  const botsNeedModel = () =>
    opened()
      .catalogue.list()
      .some((bot) => bot.needs_model && bot.chats_on > 0)

  const backups = createBackups(config.backups)
  const restore = createRestoreService({
    database: config.database.path,
    tasks: ports.tasks,
    clock,
    serverNow: () => whatsapp.serverNow(),
    async pause() {
      pause.set('restore')
      const closing = data
      data = undefined
      await closing?.close()
    },
    async resume() {
      open()
      pause.resume('restore')
      opened().pipeline.start()
      tell({ type: 'resync' })
    },
    closeStore: () => undefined,
    openStore: open,
    async backup(reason) {
      const made = await backups.create({ reason })
      return join(config.backups, made.id)
    },
    knownBots: () =>
      opened()
        .catalogue.list()
        .map(({ name }) => name),
    passphrase: () => ports.secrets.get('backup_passphrase'),
    log,
  })

  const paths = {
    dataDirectory: config.dataDirectory.path,
    database: config.database.path,
    session: config.session,
    settings: config.settings,
    backups: config.backups,
    media: config.media,
    logs: config.logs,
    history: join(config.dataDirectory.path, 'usage.json'),
  }
  const health = createHealth({
    paths,
    location: config.database,
    owner: () => ownerOf(config.database.path),
    inspect: () => ports.tasks.run('health.inspect', { path: config.database.path }),
    expected: { schemaVersion: SCHEMA_VERSION, applicationId: APPLICATION_ID },
    running: {
      async backups() {
        const status = await backups.status()
        return {
          lastVerifiedAt: status.last_verified_at,
          overdue: status.overdue,
          problem: status.problem,
          scheduled: settings.get().backup.schedule !== null,
        }
      },
      session,
      model: () => model.status(),
      botsNeedModel,
      checkpoint: () => opened().store.checkpoint(),
    },
    repairedSettings: () => settings.repaired(),
    now: () => clock.now(),
  })

  const program: Program = {
    data: opened,
    settings,
    secrets: ports.secrets,
    whatsapp,
    pause,
    session,
    model,
    backups,
    restore,
    export: async () => {
      throw new StoreError('io', basename(tmpdir()), 'Exports are not available in this build.')
    },
    health,
    tasks: board,
    vacuum: () =>
      board.run('vacuum', 'Compact the database', async ({ signal, onProgress }) => {
        const before = (await health.report()).usage.database
        await ports.tasks.run('vacuum', { path: config.database.path } as never, { signal, onProgress })
        return { before, after: (await health.report()).usage.database }
      }),
    applyRetention: async () => ({ messages: 0 }),
    reset: async () => {
      throw new StoreError('io', config.database.path, 'Reset is not available in this build.')
    },
    host: options.host,
    desktop: options.desktop,
    recentLog: options.recentLog,
    log,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }

  const leaveWhatsApp = whatsapp.onChange(() => tell({ type: 'session' }))
  const leaveSettings = settings.onChange(() => {
    tell({ type: 'settings' })
    data?.wake()
  })

  return {
    program,
    /** Connects, and continues what an earlier run left. */
    async start(): Promise<void> {
      const chatJid = config.environment.CHAT_JID
      if (chatJid) opened().store.chats.add(chatJid, { accountId: opened().store.accounts.current()?.id ?? null })
      opened().pipeline.start()
      await whatsapp.connect()
    },
    /** Stops taking, drains, moves the write-ahead log into the file, closes. Safe to call twice. */
    async stop(): Promise<void> {
      leaveWhatsApp()
      leaveSettings()
      board.dispose()
      await whatsapp.dispose()
      await model.dispose()
      await data?.close()
      data = undefined
      pause.dispose()
      lock.release()
    },
  }
}
export type App = ReturnType<typeof createApp>
