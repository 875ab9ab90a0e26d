import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import type { ExportFormat } from '../preload/contract/backups.ts'
import type { ChangeEvent, HostInfo } from '../preload/contract/host.ts'
import type { Session } from '../preload/contract/session.ts'
import { openAfterBackup } from './app/before-migration.ts'
import { createHousekeeping } from './app/housekeeping.ts'
import { linkWhatsApp } from './app/link.ts'
import { type Data, openData } from './app/open-data.ts'
import { createPauseMemory } from './app/pause-memory.ts'
import { createRestoreService } from './backup/restore/service.ts'
import { recoverSwap } from './backup/restore/swap.ts'
import { type BackupService, createBackupService } from './backup/service.ts'
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
import type { Meta } from './store/meta.ts'
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
export async function createApp(options: AppOptions) {
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
  const pause = createPause({
    clock,
    memory: createPauseMemory(join(config.dataDirectory.path, 'pause.json')),
    onChange: () => tell({ type: 'session' }),
  })
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
  let backups: BackupService
  try {
    // A crash in the middle of a restore: it is finished or undone before anybody looks at the file.
    const recovered = await recoverSwap(config.database.path)
    if (recovered !== 'none') log.warn({ recovered }, 'a restore had been interrupted')
    backups = await createBackupService({
      database: config.database.path,
      scratch: join(config.dataDirectory.path, 'scratch'),
      defaultFolder: config.backups,
      appVersion: options.host().version,
      settings: () => settings.get(),
      secrets: ports.secrets,
      tasks: ports.tasks,
      board,
      clock,
      notify: (notice) => ports.notify(notice),
      onChange: () => tell({ type: 'backups' }),
      checkpoint: () => data?.store.checkpoint(),
      log,
    })
    await openAfterBackup({ database: config.database.path, backups }, open)
    const { store } = opened()
    if (store.imported) log.info({ rows: store.imported.rows }, 'a file of the Python service was imported beside')
    markInstallation(store.meta, options.host().version)
  } catch (error) {
    data?.close()
    await whatsapp.dispose()
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

  const housekeeping = createHousekeeping({ data: () => data, settings, serverNow: () => whatsapp.serverNow(), log })

  let resting: Data | undefined
  const rest = async () => {
    pause.set('restore')
    resting = data
    data = undefined
    await resting?.quiesce()
  }
  const closeStore = () => {
    resting?.close()
    data?.close()
    data = undefined
  }
  const resume = () => {
    if (!data) {
      resting?.close()
      open()
    }
    resting = undefined
    pause.resume('restore')
    opened().pipeline.start()
    housekeeping.fillSearch()
    tell({ type: 'resync' })
  }
  const restore = createRestoreService({
    database: config.database.path,
    tasks: ports.tasks,
    board,
    settings: {
      get: settings.get,
      update: settings.update,
      fixed: () => Object.keys(settings.sources()),
    },
    clock,
    serverNow: () => whatsapp.serverNow(),
    pause: rest,
    resume: async () => resume(),
    closeStore,
    openStore: open,
    async backup(reason) {
      const made = await backups.create({ reason })
      return join(backups.folder, made.id)
    },
    knownBots: () =>
      opened()
        .catalogue.list()
        .map(({ name }) => name),
    passphrase: () => ports.secrets.get('backup_passphrase'),
    isOwn: (path) => dirname(path) === backups.folder,
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
      backups() {
        const status = backups.status()
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
    export: (format, chat, out) =>
      board.run('export', format, async (watch) => {
        const name = exportName(format, clock.now())
        const input = { database: config.database.path, out, format, appVersion: options.host().version }
        const made = await ports.tasks.run('export', chat === undefined ? input : { ...input, chat }, watch)
        return { ...made, name }
      }),
    health,
    tasks: board,
    vacuum: () =>
      board.run('vacuum', 'vacuum', async (watch) => {
        const { bytesBefore, bytesAfter } = await ports.tasks.run('vacuum', { database: config.database.path }, watch)
        return { before: bytesBefore, after: bytesAfter }
      }),
    applyRetention: () => board.run('retention', 'retention', () => housekeeping.applyRetention()),
    async reset() {
      const { id } = await backups.create({ reason: 'before-reset' })
      await rest()
      try {
        closeStore()
        resting = undefined
        // The proven backup holds what goes here.
        for (const end of ['', '-wal', '-shm']) await rm(config.database.path + end, { force: true })
      } finally {
        resume()
      }
      await whatsapp.logout()
      return { safety_backup: id }
    },
    host: options.host,
    desktop: options.desktop,
    recentLog: options.recentLog,
    log,
    tell,
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
      backups.start()
      housekeeping.start()
      // Before the first link the user accepts what an unofficial client means; the page and the API then call connect.
      const linked = whatsapp.session().me !== undefined
      if (linked || config.emulatorUrl !== undefined || settings.get().risk_accepted) await whatsapp.connect()
    },
    /** The machine goes to sleep. */
    suspend: () => whatsapp.suspend(),
    /** It woke up: reconnect at once, and make up for a backup that was missed. */
    resume() {
      whatsapp.resume()
      backups.wake()
      data?.pipeline.start()
    },
    /** Stops taking, drains, moves the write-ahead log into the file, closes. Safe to call twice. */
    async stop(): Promise<void> {
      leaveWhatsApp()
      leaveSettings()
      await board.dispose()
      await whatsapp.dispose()
      await model.dispose()
      housekeeping.dispose()
      await backups.dispose()
      await restore.dispose()
      await data?.quiesce()
      data?.close()
      data = undefined
      pause.dispose()
      lock.release()
    },
  }
}
export type App = Awaited<ReturnType<typeof createApp>>

/** What a downloaded export is called. */
function exportName(format: ExportFormat, now: number): string {
  const stamp = new Date(now).toISOString().slice(0, 10)
  return format === 'python-db' ? `messages-python-${stamp}.db` : `whatslang-${stamp}.${format}`
}

/**
 * Tells this installation's backups from another's: what comes from elsewhere arrives switched off. And names this program to an older one
 * that finds the file too new for it.
 */
function markInstallation(meta: Meta, version: string): void {
  if (meta.text('installation') === undefined) meta.set('installation', randomUUID())
  if (meta.text('written_by') !== version) meta.set('written_by', version)
}
