import { join, resolve } from 'node:path'
import type { RestoreOptions } from '../../preload/contract/restore.ts'
import { beginRecovery } from '../app/begin-recovery.ts'
import { systemClock } from '../app/clock.ts'
import { lookAtInstallation } from '../app/installation.ts'
import { newestBackup } from '../backup/newest-backup.ts'
import type { Recovery } from '../backup/restore/recovery.ts'
import { openConfFile } from '../config/conf-file.ts'
import type { Config } from '../config/config.ts'
import { createLog } from '../config/log.ts'
import { readSettings } from '../config/read-settings.ts'
import { createFileSecrets, withEnvironment } from '../config/secrets.ts'
import { createSettings } from '../config/settings.ts'
import { giveToOwner } from '../files/give-to-owner.ts'
import type { Tasks } from '../ports.ts'
import { asContractError } from '../rpc/failure.ts'
import { OwnedError } from '../store/index.ts'
import type { Arguments } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { describe } from './preview.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'

/** The folder of the backups, as the settings have it. */
export const backupsFolder = (config: Config): string =>
  readSettings(config.settings).settings.backup.folder ?? config.backups

const settingsOf = (config: Config) =>
  createSettings({
    path: config.settings,
    open: openConfFile,
    environment: config.environment,
    now: () => systemClock.now(),
  })

/** The sentence that names the way out of a damaged database. */
export async function wayOutOf(config: Config, tasks: Tasks): Promise<string> {
  const newest = await newestBackup({
    folder: backupsFolder(config),
    dataDirectory: config.dataDirectory.path,
    installation: lookAtInstallation(config.dataDirectory.path),
    tasks,
    now: systemClock.now,
  })
  const restore =
    newest === null
      ? 'There is no verified backup.'
      : `\`whatslang restore ${newest.path}\` brings back the newest verified backup.`
  return `${restore} \`whatslang salvage\` saves what is readable. Either way the damaged file stays beside it.`
}

/** `restore` and `salvage` where the database cannot be opened. Takes the owner lock itself. */
export async function recover(
  args: Arguments,
  options: RestoreOptions,
  config: Config,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { logger: log } = createLog(config.logs, config.logLevel)
  const secrets = withEnvironment(
    createFileSecrets(join(config.dataDirectory.path, 'secrets.json')),
    config.environment,
  )
  const tasks = surroundings.createTasks()
  const programName = 'the whatslang command'
  let begun: Awaited<ReturnType<typeof beginRecovery>> | undefined
  try {
    begun = await beginRecovery({ config, settings: settingsOf(config), secrets, tasks, programName, log })
    const run = args.verb === 'salvage' ? salvage : restore
    return await run(begun.recovery, args, options, terminal)
  } catch (error) {
    // That somebody else holds it has an exit code of its own.
    throw error instanceof OwnedError ? error : asContractError(error, log)
  } finally {
    await begun?.end()
    await giveToOwner(config.dataDirectory.path)
    await tasks.dispose()
  }
}

async function restore(
  recovery: Recovery,
  args: Arguments,
  options: RestoreOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { upload } = await recovery.restore.register(resolve(args.file ?? ''))
  const preview = await recovery.restore.preview(upload, options)
  if (args.dryRun) {
    terminal.result({ preview, applied: false }, describe(preview, options))
    return EXIT.done
  }
  if (!args.yes) {
    terminal.note(describe(preview, options))
    if (!(await terminal.confirm('Restore this file in the place of the damaged database?'))) {
      terminal.result({ preview, applied: false }, 'Nothing was changed.')
      return EXIT.failed
    }
  }
  const { safety_backup, ...result } = await recovery.restore.apply(upload, options)
  terminal.result(
    { preview, applied: true, ...result, damaged: safety_backup, safety_backup: null },
    `Restored. The damaged database was kept as ${safety_backup}.${
      result.switched_off > 0 ? ` ${result.switched_off} assignments arrived switched off.` : ''
    }`,
  )
  return EXIT.done
}

async function salvage(
  recovery: Recovery,
  args: Arguments,
  _options: RestoreOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const offers = await recovery.offers()
  const rows = Object.entries(offers.salvage?.tables ?? {}).filter(([, table]) => table.rows > 0)
  const lines = [
    offers.problem,
    ...(offers.backup === null
      ? []
      : [
          `The newest verified backup, ${offers.backup.id}, is ${offers.backup.missing.minutes} minutes older than the last change.`,
        ]),
    ...rows.map(
      ([name, { rows, missing }]) =>
        `  ${name}: ${rows} rows readable${missing === null || missing === 0 ? '' : `, ${missing} not`}`,
    ),
  ]
  if (offers.salvage === null) {
    terminal.result({ ...offers, applied: false }, [...lines, 'Nothing in it can be read. It was left as it is.'])
    return EXIT.failed
  }
  if (!args.yes) {
    terminal.note(lines)
    if (!(await terminal.confirm('Put what is readable in the place of the damaged database?'))) {
      terminal.result({ ...offers, applied: false }, 'Nothing was changed.')
      return EXIT.failed
    }
  }
  const { safety_backup, ...done } = await recovery.salvage()
  terminal.result({ ...offers, applied: true, ...done, damaged: safety_backup, safety_backup: null }, [
    ...lines,
    `Salvaged. The damaged database was kept as ${safety_backup}.`,
  ])
  return EXIT.done
}
