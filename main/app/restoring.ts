import { join } from 'node:path'
import type { Logger } from 'pino'
import { createRestoreService } from '../backup/restore/service.ts'
import type { BackupService } from '../backup/service.ts'
import type { Config } from '../config/config.ts'
import type { SettingsStore } from '../config/settings.ts'
import type { PauseState } from '../pause/pause.ts'
import type { Ports } from '../ports.ts'
import type { TaskBoard } from '../tasks/board.ts'
import type { DataHolder } from './data-holder.ts'

export interface RestoringDeps {
  config: Config
  ports: Ports
  settings: SettingsStore
  board: TaskBoard
  backups: BackupService
  holder: DataHolder
  pause: PauseState
  serverNow(): number
  /** The database is another one now, or the old one again. */
  onBack(): void
  log: Logger
}

/** The restore service, and how the running program makes way for it: bots paused, data away, another file in its place, all back. */
export function createRestoring(deps: RestoringDeps) {
  const { config, ports, settings, board, backups, holder, pause, log } = deps
  const makeWay = async () => {
    holder.opened()
    pause.hold('restore')
    await holder.rest()
  }
  const comeBack = () => {
    holder.back()
    pause.lift('restore')
    holder.opened().pipeline.start()
    deps.onBack()
  }
  const service = createRestoreService({
    database: config.database.path,
    tasks: ports.tasks,
    board,
    settings: {
      get: settings.get,
      update: settings.update,
      fixed: () => Object.keys(settings.sources()),
    },
    clock: ports.clock,
    serverNow: deps.serverNow,
    pause: makeWay,
    resume: async () => comeBack(),
    closeStore: holder.close,
    openStore: holder.open,
    async backup(reason) {
      const made = await backups.create({ reason })
      return join(backups.folder, made.id)
    },
    refusal: () => settings.refusal('restore'),
    knownBots: () =>
      holder
        .opened()
        .catalogue.list()
        .map(({ name }) => name),
    passphrase: () => ports.secrets.get('backup_passphrase'),
    isOwn: backups.isOwn,
    identities: backups.identities,
    isShelved: backups.isShelved,
    isThere: backups.isThere,
    checkFile: backups.checkSource,
    hold: backups.hold,
    undoDays: () => settings.get().backup.undo_days,
    log,
  })
  return { service, makeWay, comeBack }
}
export type Restoring = ReturnType<typeof createRestoring>
