import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import type { ChangeEvent, HostInfo } from '../preload/contract/host.ts'
import type { Session } from '../preload/contract/session.ts'
import { afterOpening, beforeOpening } from './app/adopt-replaced.ts'
import { openAfterBackup } from './app/before-migration.ts'
import { createDataHolder } from './app/data-holder.ts'
import { createHousekeeping } from './app/housekeeping.ts'
import { IDENTITY_ELSEWHERE, inheritedIdentity } from './app/inherited-identity.ts'
import { openInstallation } from './app/installation.ts'
import { linkWhatsApp } from './app/link.ts'
import { openData } from './app/open-data.ts'
import { makeFilesPrivate } from './app/private-files.ts'
import { createRestoring } from './app/restoring.ts'
import { createSaveReplaced } from './app/save-replaced.ts'
import { createUpkeep } from './app/upkeep.ts'
import { watchHealth } from './app/watch-health.ts'
import { createAuditLog } from './audit/audit-log.ts'
import { recoverSwap } from './backup/restore/swap.ts'
import { neededForUndo } from './backup/restore/undo-record.ts'
import { type BackupService, createBackupService } from './backup/service.ts'
import type { Config } from './config/config.ts'
import type { LogEntry } from './config/log.ts'
import type { SettingsStore } from './config/settings.ts'
import { doubtNotice } from './config/settings-doubt.ts'
import { createScratch } from './files/scratch.ts'
import { createReadOnlyWatch } from './health/read-only-watch.ts'
import { createModel } from './llm/model.ts'
import { createModelKey } from './llm/model-key.ts'
import { createPause } from './pause/pause.ts'
import { createPauseMemory } from './pause/pause-memory.ts'
import type { Ports } from './ports.ts'
import type { Program } from './rpc/program.ts'
import { createRuleMatching } from './rules/rule-matching.ts'
import { takeOwnerLock } from './store/index.ts'
import type { Meta } from './store/meta.ts'
import type { OwnerLock } from './store/owner-lock.ts'
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
  const { ports, settings, log } = options
  const { clock } = ports
  const asked = options.config
  for (const folder of [asked.dataDirectory.path, dirname(asked.database.path)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  const lock = takeOwnerLock(asked.database.path, options.programName)
  // A link in the place of the database is followed once, here: what is swapped later is the file, and the link stays.
  const config = { ...asked, database: { ...asked.database, path: lock.path } }
  const listeners = new Set<(event: ChangeEvent) => void>()
  const tell = (event: ChangeEvent) => {
    for (const listener of [...listeners]) listener(event)
  }

  const onLeft = (name: string, error: unknown) =>
    log.warn({ err: error, name }, 'a temporary file could not be removed')
  const scratch = createScratch(config.scratch, onLeft)
  const board = createTaskBoard({ clock, onChange: (task) => tell({ type: 'task', task }) })
  const pause = createPause({
    clock,
    memory: createPauseMemory(join(config.dataDirectory.path, 'pause.json')),
    onChange: () => tell({ type: 'session' }),
  })
  const modelKey = createModelKey({
    secrets: ports.secrets,
    environment: config.environment,
    address: () => settings.get().model.base_url,
    log,
  })
  const model = createModel({
    settings: () => settings.get().model,
    key: modelKey,
    clock,
    demo: config.demo === 'phrase-book',
    allowLinkLocal: config.environment.WHATSLANG_MODEL_ALLOW_LINK_LOCAL === 'on',
    onChange: () => tell({ type: 'model' }),
  })

  const matching = createRuleMatching({ tasks: ports.tasks })
  const holder = createDataHolder({
    path: config.database.path,
    open: () =>
      openData({
        config,
        clock,
        settings,
        model,
        outbound: whatsapp.outbound,
        pause,
        matching,
        serverNow: () => whatsapp.serverNow(),
        onChange: tell,
        onReplaced: (how) => replaced.found(how),
        notify: (notice) => ports.notify(notice),
        log,
      }),
  })
  const replaced = createSaveReplaced({
    database: config.database.path,
    dataDirectory: config.dataDirectory.path,
    holder,
    tasks: ports.tasks,
    clock,
    disconnect: () => whatsapp.disconnect(),
    notify: (notice) => ports.notify(notice),
    onChange: () => tell({ type: 'session' }),
    log,
  })
  const whatsapp = orRelease(lock, () => linkWhatsApp({ config, clock, log, pause, data: holder.opened }))
  let backups: BackupService
  try {
    // A crash in the middle of a restore: it is finished or undone before anybody looks at the file.
    const recovered = await recoverSwap(config.database.path, onLeft)
    if (recovered !== 'none') log.warn({ recovered }, 'a restore had been interrupted')
    await scratch.sweep()
    const installation = openInstallation(config.dataDirectory.path, {
      now: () => clock.now(),
      inherited: () => inheritedIdentity(config),
    })
    backups = await createBackupService({
      installation,
      unavailable: replaced.look,
      needed: () => neededForUndo(config.database.path),
      database: config.database.path,
      scratch: scratch.folder,
      defaultFolder: config.backups,
      appVersion: options.host().version,
      settings: () => settings.get(),
      refusal: settings.refusal,
      secrets: ports.secrets,
      tasks: ports.tasks,
      board,
      clock,
      notify: (notice) => ports.notify(notice),
      onChange: () => tell({ type: 'backups' }),
      checkpoint: () => holder.current()?.store.checkpoint(),
      log,
    })
    makeFilesPrivate(config, log)
    const adopt = {
      database: config.database.path,
      dataDirectory: config.dataDirectory.path,
      tasks: ports.tasks,
      holder,
      identities: [installation.id, ...installation.previous],
      serverNow: () => clock.now(),
      log,
    }
    const former = await beforeOpening(adopt)
    await openAfterBackup({ database: config.database.path, backups }, holder.open)
    if (former !== null) await afterOpening(former, adopt)
    await modelKey.bindAtStart()
    const { store } = holder.opened()
    if (store.imported) log.info({ rows: store.imported.rows }, 'a file of the Python service was imported beside')
    markInstallation(store.meta, installation.id, options.host().version)
  } catch (error) {
    try {
      holder.close()
      await whatsapp.dispose()
    } finally {
      lock.release()
    }
    throw error
  }

  const session = (): Session => {
    const paused = pause.current()
    return { ...whatsapp.session(), ...(paused ? { paused } : {}), ...replaced.session() }
  }
  const serverNow = () => whatsapp.serverNow()
  const housekeeping = createHousekeeping({ data: holder.current, settings, serverNow, log })
  const restoring = createRestoring({
    config,
    ports,
    settings,
    board,
    backups,
    holder,
    pause,
    serverNow,
    onBack() {
      housekeeping.fillSearch()
      housekeeping.finishRemovals()
      tell({ type: 'resync' })
    },
    log,
  })
  const upkeep = createUpkeep({
    database: config.database.path,
    appVersion: () => options.host().version,
    locale: () => {
      const { language } = settings.get()
      return language === 'system' ? options.host().locale : language
    },
    ports,
    board,
    backups,
    holder,
    restoring,
    housekeeping,
    async unlink() {
      if (whatsapp.session().me !== undefined) await whatsapp.logout()
    },
  })
  const health = watchHealth({ config, ports, settings, backups, model, holder, session, replaced })
  const disk = createReadOnlyWatch({
    folder: config.dataDirectory.path,
    notify: (notice) => ports.notify(notice),
    onChange: () => tell({ type: 'health' }),
    log,
  })

  const program: Program = {
    data: holder.opened,
    settings,
    secrets: ports.secrets,
    modelKey,
    whatsapp,
    pause,
    session,
    model,
    backups,
    restore: restoring.service,
    scratch,
    ...upkeep,
    health,
    readOnly: disk.readOnly,
    audit: createAuditLog({
      path: config.audit,
      now: () => clock.now(),
      log,
      onRecord: () => tell({ type: 'audit' }),
    }),
    tasks: board,
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
    void backups.settled()
    tell({ type: 'settings' })
    holder.current()?.wake()
  })

  return {
    program,
    /** Connects, and continues what an earlier run left. */
    async start(): Promise<void> {
      const chatJid = config.environment.CHAT_JID
      const { store, pipeline } = holder.opened()
      if (chatJid) store.chats.add(chatJid, { accountId: store.accounts.current()?.id ?? null })
      const doubt = settings.doubt()
      if (doubt) ports.notify(doubtNotice(doubt))
      pipeline.start()
      backups.start()
      housekeeping.start()
      replaced.start()
      disk.start()
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
      holder.current()?.pipeline.start()
    },
    /** Stops taking, drains, moves the write-ahead log into the file, closes. Safe to call twice. */
    async stop(): Promise<void> {
      try {
        leaveWhatsApp()
        leaveSettings()
        backups.halt()
        await replaced.dispose()
        await board.dispose()
        // A process that still reads the file while it is closed would keep its write-ahead log from going into it.
        await ports.tasks.dispose()
        await whatsapp.dispose()
        await model.dispose()
        housekeeping.dispose()
        disk.dispose()
        await backups.dispose()
        await restoring.service.dispose()
        await holder.dispose()
        await scratch.sweep()
        pause.dispose()
      } finally {
        lock.release()
      }
    },
  }
}
export type App = Awaited<ReturnType<typeof createApp>>

/** Where the start fails, on a full disk for example, a second try of the same process must not meet its own lock. */
function orRelease<T>(lock: OwnerLock, start: () => T): T {
  try {
    return start()
  } catch (error) {
    lock.release()
    throw error
  }
}

/**
 * Tells this installation's backups from another's: what comes from elsewhere arrives switched off. And names this program to an older one
 * that finds the file too new for it.
 */
function markInstallation(meta: Meta, installation: string, version: string): void {
  if (meta.text('installation') !== installation) meta.set('installation', installation)
  if (meta.text(IDENTITY_ELSEWHERE) === undefined) meta.set(IDENTITY_ELSEWHERE, 'data directory')
  if (meta.text('written_by') !== version) meta.set('written_by', version)
}
