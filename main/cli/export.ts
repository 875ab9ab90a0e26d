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

/** Formats that can hold one chat alone. */
const OF_ONE_CHAT: ReadonlySet<string> = new Set(['csv', 'html', 'txt'])

/** `whatslang export`: the database or one chat as a file for people and other programs. */
export async function exportCommand(
  args: Arguments,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const format = oneOf('format', args.format, ExportFormat.options)
  if (format === undefined) throw new UsageError(`Say which: --format ${ExportFormat.options.join('|')}.`)
  if (args.out === undefined) throw new UsageError('Say where to: --out PATH.')
  const [chat, ...more] = args.chats
  if (more.length > 0) throw new UsageError('export takes one --chat.')
  if (chat !== undefined && !OF_ONE_CHAT.has(format))
    throw new UsageError(`--chat goes with --format ${[...OF_ONE_CHAT].join(', ')}; ${format} holds everything.`)
  const out = resolve(args.out)
  const owner = await findOwner(locate(args, surroundings), surroundings)
  try {
    const bytes = await withProgress(owner, terminal, () => owner.export(format, chat, out)).catch((error: unknown) => {
      throw chat !== undefined && isUnknown(error) ? new UsageError(`There is no chat ${chat} in the data.`) : error
    })
    terminal.result({ file: out, format, bytes }, `${out}: ${megabytes(bytes)}`)
    return EXIT.done
  } finally {
    await owner.dispose()
  }
}

/** As the task of this process says it, or the program that was asked. */
const isUnknown = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'MISSING' || error.code === 'NOT_FOUND')
