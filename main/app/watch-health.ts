import { join } from 'node:path'
import type { Session } from '../../preload/contract/session.ts'
import { factsOf } from '../backup/facts.ts'
import type { BackupService } from '../backup/service.ts'
import type { Config } from '../config/config.ts'
import type { SettingsStore } from '../config/settings.ts'
import { createHealth } from '../health/doctor.ts'
import type { Model } from '../llm/model.ts'
import type { Ports } from '../ports.ts'
import { ownerOf } from '../store/index.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../store/schema.ts'
import type { DataHolder } from './data-holder.ts'
import { readReplaced } from './replacement.ts'
import type { SaveReplaced } from './save-replaced.ts'

export interface WatchHealthDeps {
  config: Config
  ports: Pick<Ports, 'clock' | 'tasks'>
  settings: SettingsStore
  backups: BackupService
  model: Model
  holder: DataHolder
  session(): Session
  replaced: Pick<SaveReplaced, 'state'>
}

/** The doctor, at the bed of the running program. */
export function watchHealth({ config, ports, settings, backups, model, holder, session, replaced }: WatchHealthDeps) {
  return createHealth({
    paths: {
      dataDirectory: config.dataDirectory.path,
      database: config.database.path,
      session: config.session,
      settings: config.settings,
      backups: config.backups,
      media: config.media,
      logs: config.logs,
      history: join(config.dataDirectory.path, 'usage.json'),
    },
    location: config.database,
    backupsFolder: backups.doctor(config.backups),
    owner: () => ownerOf(config.database.path),
    inspect: () => ports.tasks.run('health.inspect', { path: config.database.path }),
    expected: { schemaVersion: SCHEMA_VERSION, applicationId: APPLICATION_ID },
    running: {
      backups: async () =>
        factsOf(await backups.status(), settings.get().backup.schedule !== null, backups.drills()[0] ?? null),
      session,
      model: () => model.status(),
      botsNeedModel: () =>
        holder
          .current()
          ?.catalogue.list()
          .some((bot) => bot.needs_model && bot.chats_on > 0) === true,
      checkpoint: () => holder.current()?.store.checkpoint(),
    },
    replaced: () => replaced.state() ?? readReplaced(config.dataDirectory.path),
    repairedSettings: () => settings.repaired(),
    settingsDoubt: () => settings.doubt(),
    now: () => ports.clock.now(),
  })
}
