import { resolve } from 'node:path'
import { ownerOf } from '../store/index.ts'
import { type Arguments, UsageError } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { findOwner, type Owner } from './owner.ts'
import { describe } from './preview.ts'
import { locate } from './program.ts'
import { withProgress } from './progress.ts'
import { isDamaged, recover } from './recover.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'
import { moment, oneOf, readPassphrase } from './words.ts'

/** `restore`, `undo` and `salvage`. */
export async function restoreCommand(
  args: Arguments,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const mode = oneOf('mode', args.mode, ['replace', 'merge'] as const) ?? 'replace'
  const passphrase = readPassphrase(args.passphraseFile)
  if (!args.yes && !args.dryRun && !terminal.interactive) {
    throw new UsageError(
      `Nobody is here to be asked: add --yes to ${args.verb}${args.verb === 'restore' ? ', or --dry-run to only look' : ''}.`,
    )
  }
  const config = locate(args, surroundings)
  const pages = args.verb === 'salvage'
  if (
    args.verb !== 'undo' &&
    ownerOf(config.database.path) === undefined &&
    isDamaged(config.database.path, { pages })
  ) {
    return await recover(args, optionsOf(mode, args.switchOn, passphrase), config, terminal, surroundings)
  }
  if (args.verb === 'salvage') {
    terminal.result({ applied: false }, 'The database is sound: there is nothing to salvage.')
    return EXIT.failed
  }
  const owner = await findOwner(config, surroundings)
  try {
    if (args.verb === 'undo') return await undo(owner, args, terminal)
    return await restore(owner, { ...args, options: optionsOf(mode, args.switchOn, passphrase) }, terminal)
  } finally {
    await owner.dispose()
  }
}

const optionsOf = (mode: 'replace' | 'merge', switchOn: boolean, passphrase: string | undefined) => ({
  mode,
  switch_on: switchOn,
  ...(passphrase === undefined ? {} : { passphrase }),
})

async function restore(
  owner: Owner,
  args: Arguments & { options: ReturnType<typeof optionsOf> },
  terminal: Terminal,
): Promise<ExitCode> {
  const upload = await owner.register(resolve(args.file ?? ''))
  try {
    const preview = await withProgress(owner, terminal, () => owner.client.restore.preview({ upload, ...args.options }))
    if (args.dryRun) {
      terminal.result({ preview, applied: false }, describe(preview))
      return EXIT.done
    }
    if (!args.yes) {
      terminal.note(describe(preview))
      if (!(await terminal.confirm('Restore this file?'))) {
        terminal.result({ preview, applied: false }, 'Nothing was changed.')
        return EXIT.failed
      }
    }
    const result = await withProgress(owner, terminal, () => owner.client.restore.apply({ upload, ...args.options }))
    terminal.result(
      { preview, applied: true, ...result },
      `Restored. What was there before is in ${result.safety_backup}; \`whatslang undo\` brings it back.${
        result.switched_off > 0 ? ` ${result.switched_off} assignments arrived switched off.` : ''
      }`,
    )
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
  const result = await withProgress(owner, terminal, () => owner.client.restore.undo())
  terminal.result({ undone: true, ...result }, `Taken back. What came since the restore is kept.`)
  return EXIT.done
}
