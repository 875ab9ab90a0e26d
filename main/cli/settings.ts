import { systemClock } from '../app/clock.ts'
import { openConfFile } from '../config/conf-file.ts'
import type { Config } from '../config/config.ts'
import { readSettings } from '../config/read-settings.ts'
import { createSettings } from '../config/settings.ts'
import { lookForDoubt } from '../config/settings-doubt.ts'
import { ownerOf } from '../store/index.ts'
import type { Arguments } from './arguments.ts'
import { describeDoubt } from './doubt.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { findOwner, type Owner } from './owner.ts'
import { locate } from './program.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'

/** `whatslang settings`: whether the settings could be read, and with --confirm that those in force are right. Opens no database. */
export async function settingsCommand(
  args: Arguments,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const config = locate(args, surroundings)
  const owner = ownerOf(config.database.path) === undefined ? undefined : await findOwner(config, surroundings)
  try {
    const doubt = owner ? (await owner.client.settings.get()).doubt : lookForDoubt(config.settings, systemClock.now())
    if (doubt === null) {
      terminal.result({ doubt, confirmed: false }, 'The settings are read as they are; there is nothing to confirm.')
      return EXIT.done
    }
    if (args.confirm) await confirm(config, owner)
    const settings = owner ? (await owner.client.settings.get()).settings : readSettings(config.settings).settings
    const inForce = JSON.stringify({ backup: settings.backup, retention: settings.retention }, null, 2).split('\n')
    terminal.result(
      { doubt, confirmed: args.confirm, settings },
      args.confirm ? ['Confirmed. In force are:', ...inForce] : [describeDoubt(doubt), 'In force are:', ...inForce],
    )
    return args.confirm ? EXIT.done : EXIT.failed
  } finally {
    await owner?.dispose()
  }
}

async function confirm(config: Config, owner: Owner | undefined): Promise<void> {
  if (owner) await owner.client.settings.confirm()
  else
    createSettings({
      path: config.settings,
      open: openConfFile,
      environment: config.environment,
      now: () => systemClock.now(),
    }).confirm()
}
