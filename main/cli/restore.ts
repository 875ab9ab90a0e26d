import { lstat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { RestoreOptions, RestoreResult } from '../../preload/contract/restore.ts'
import { isDamagedDatabase } from '../backup/restore/recovery.ts'
import { RefusalError } from '../backup/restore/refusal.ts'
import { type Config, resolveConfig } from '../config/config.ts'
import { removeTree } from '../files/contained.ts'
import { keepTemporaryFilesIn } from '../files/scratch.ts'
import { ownerOf } from '../store/index.ts'
import { type Arguments, UsageError } from './arguments.ts'
import { folderElsewhere } from './backup.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { findOwner, type Owner } from './owner.ts'
import { describe } from './preview.ts'
import { locate } from './program.ts'
import { withProgress } from './progress.ts'
import { recover } from './recover.ts'
import { hasData } from './require-data.ts'
import { readSecrets } from './secret-files.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'
import { moment, oneOf } from './words.ts'

/** `restore`, `undo` and `salvage`. */
export async function restoreCommand(
  args: Arguments,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const options = await optionsOf(args)
  if (!args.yes && !args.dryRun && !terminal.interactive) {
    throw new UsageError(
      `Nobody is here to be asked: add --yes to ${args.verb}${args.verb === 'restore' ? ', or --dry-run to only look' : ''}.`,
    )
  }
  const config = locate(args, surroundings)
  if (args.verb === 'restore' && !hasData(config)) {
    // A name that was mistyped begins nothing.
    await requireFile(resolve(args.file ?? ''))
    if (args.dryRun) return await lookElsewhere(args, options, config, terminal, surroundings)
  }
  const pages = args.verb === 'salvage'
  if (
    args.verb !== 'undo' &&
    ownerOf(config.database.path) === undefined &&
    isDamagedDatabase(config.database.path, { pages })
  ) {
    return await recover(args, options, config, terminal, surroundings)
  }
  if (args.verb === 'salvage') {
    terminal.result({ applied: false }, 'The database is sound: there is nothing to salvage.')
    return EXIT.failed
  }
  return await withOwner(args, options, config, terminal, surroundings)
}

async function withOwner(
  args: Arguments,
  options: RestoreOptions,
  config: Config,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const owner = await findOwner(config, surroundings)
  try {
    if (args.verb === 'undo') return await undo(owner, args, terminal)
    return await restore(owner, { ...args, options }, terminal)
  } finally {
    await owner.dispose()
  }
}

async function requireFile(path: string): Promise<void> {
  const facts = await lstat(path).catch(() => undefined)
  if (facts?.isFile() !== true)
    throw new RefusalError('not-a-file', `${path} is no file that can be read. Choose a file. Nothing was made.`)
}

/** A preview where no data is yet: against an empty database in a folder of its own, which goes with it. */
async function lookElsewhere(
  args: Arguments,
  options: RestoreOptions,
  { environment }: Config,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const folder = await folderElsewhere()
  const { WHATSLANG_BACKUP_PASSPHRASE } = environment
  try {
    const config = resolveConfig({
      env: WHATSLANG_BACKUP_PASSPHRASE === undefined ? {} : { WHATSLANG_BACKUP_PASSPHRASE },
      cwd: folder,
      dataDirectory: join(folder, 'data'),
      defaultDataDirectory: folder,
      packaged: surroundings.packaged,
    })
    keepTemporaryFilesIn(config.scratch)
    return await withOwner(args, options, config, terminal, surroundings)
  } finally {
    await removeTree(folder, dirname(folder))
  }
}

async function optionsOf(args: Arguments): Promise<RestoreOptions> {
  const mode = oneOf('mode', args.mode, ['replace', 'merge'] as const) ?? 'replace'
  const assignments = oneOf('only', args.only, ['assignments'] as const) !== undefined
  const { chats } = args
  return {
    mode,
    switch_on: args.switchOn,
    ...((assignments || chats.length > 0) && {
      only: { ...(assignments && { assignments }), ...(chats.length > 0 && { chats }) },
    }),
    ...settingsOf(args),
    ...(await readSecrets(args)),
  }
}

function settingsOf({ settings, setting }: Arguments): Pick<RestoreOptions, 'settings'> {
  if (settings && setting.length > 0) throw new UsageError('Choose --settings for all of them, or --setting for some.')
  if (setting.length > 0) return { settings: setting }
  return settings ? { settings: true } : {}
}

async function restore(
  owner: Owner,
  args: Arguments & { options: RestoreOptions },
  terminal: Terminal,
): Promise<ExitCode> {
  const upload = await owner.register(resolve(args.file ?? ''))
  try {
    const preview = await withProgress(owner, terminal, () => owner.client.restore.preview({ upload, ...args.options }))
    if (args.dryRun) {
      terminal.result({ preview, applied: false }, describe(preview, args.options))
      return EXIT.done
    }
    if (!args.yes) {
      terminal.note(describe(preview, args.options))
      if (!(await terminal.confirm('Restore this file?'))) {
        terminal.result({ preview, applied: false }, 'Nothing was changed.')
        return EXIT.failed
      }
    }
    const result = await withProgress(owner, terminal, () => owner.client.restore.apply({ upload, ...args.options }))
    terminal.result({ preview, applied: true, ...result }, [
      `Restored. What was there before is in ${result.safety_backup}; \`whatslang undo\` brings it back.${
        result.switched_off > 0 ? ` ${result.switched_off} assignments arrived switched off.` : ''
      }${result.problem === undefined ? '' : ` ${result.problem}`}`,
      ...takenSettings(result.settings_taken),
    ])
    return EXIT.done
  } finally {
    await owner.client.restore.discard({ upload })
  }
}

async function undo(owner: Owner, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const { possible, restored_at, safety_backup } = await owner.client.restore.canUndo()
  if (!possible) {
    terminal.result({ undone: false }, 'There is no restore to take back.')
    return EXIT.failed
  }
  const question = `Take back the restore of ${moment(restored_at)}, with what is in ${safety_backup}?`
  if (!args.yes && !(await terminal.confirm(question))) {
    terminal.result({ undone: false }, 'Nothing was changed.')
    return EXIT.failed
  }
  const secrets = await readSecrets(args)
  const result = await withProgress(owner, terminal, () => owner.client.restore.undo(secrets))
  terminal.result({ undone: true, ...result }, [
    'Taken back. What came since the restore is kept.',
    ...takenSettings(result.settings_taken),
  ])
  return EXIT.done
}

/** With --yes the user has not seen the preview. */
function takenSettings(taken: RestoreResult['settings_taken'] = []): string[] {
  if (taken.length === 0) return []
  return [
    taken.length === 1 ? 'One setting was changed:' : `${taken.length} settings were changed:`,
    ...taken.map(({ key, before, after }) => `  ${key}: ${before} before, ${after} now`),
  ]
}
