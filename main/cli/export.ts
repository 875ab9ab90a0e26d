import { resolve } from 'node:path'
import { ExportFormat } from '../../preload/contract/backups.ts'
import { type Arguments, UsageError } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { findOwner } from './owner.ts'
import { locate } from './program.ts'
import { withProgress } from './progress.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'
import { megabytes, oneOf } from './words.ts'

/** `whatslang export`: the database or one chat as a file for people and other programs. */
export async function exportCommand(
  args: Arguments,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const format = oneOf('format', args.format, ExportFormat.options)
  if (format === undefined) throw new UsageError(`Say which: --format ${ExportFormat.options.join('|')}.`)
  if (args.out === undefined) throw new UsageError('Say where to: --out PATH.')
  const out = resolve(args.out)
  const owner = await findOwner(locate(args, surroundings), surroundings)
  try {
    const bytes = await withProgress(owner, terminal, () => owner.export(format, args.chat, out))
    terminal.result({ file: out, format, bytes }, `${out}: ${megabytes(bytes)}`)
    return EXIT.done
  } finally {
    await owner.dispose()
  }
}
