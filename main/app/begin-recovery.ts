import type { Logger } from 'pino'
import { createRecovery, type Recovery } from '../backup/restore/recovery.ts'
import { recoverSwap } from '../backup/restore/swap.ts'
import { builtinBots } from '../bots/builtin.ts'
import type { Config } from '../config/config.ts'
import type { SettingsStore } from '../config/settings.ts'
import type { Secrets, Tasks } from '../ports.ts'
import { takeOwnerLock } from '../store/index.ts'
import { systemClock } from './clock.ts'
import { lookAtInstallation } from './installation.ts'

export interface BeginRecoveryDeps {
  config: Config
  settings: Pick<SettingsStore, 'get'>
  secrets: Pick<Secrets, 'get'>
  tasks: Tasks
  programName: string
  log: Logger
}

/** Takes the data directory of a database that cannot be opened, for as long as somebody decides what becomes of it. @throws OwnedError */
export async function beginRecovery(deps: BeginRecoveryDeps): Promise<{ recovery: Recovery; end(): Promise<void> }> {
  const { config, settings, secrets, tasks, log } = deps
  const lock = takeOwnerLock(config.database.path, deps.programName)
  try {
    await recoverSwap(lock.path)
    const recovery = createRecovery({
      database: lock.path,
      backups: settings.get().backup.folder ?? config.backups,
      dataDirectory: config.dataDirectory.path,
      installation: lookAtInstallation(config.dataDirectory.path),
      tasks,
      clock: systemClock,
      knownBots: () => builtinBots().map(({ name }) => name),
      passphrase: () => secrets.get('backup_passphrase'),
      log,
    })
    return {
      recovery,
      async end() {
        await recovery.dispose()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}
