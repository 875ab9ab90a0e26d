import { join } from 'node:path'
import { ExportFormat } from '../../preload/contract/backups.ts'
import { exportName } from '../backup/export/export-name.ts'
import type { Config } from '../config/config.ts'
import { removeTree } from '../files/contained.ts'
import { makeGuestFolder } from '../files/scratch.ts'
import { type Arguments, UsageError } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { fileOf, readOut, writeOut } from './out.ts'
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
  const out = await readOut(args.out)
  const config = locate(args, surroundings)
  const owner = await findOwner(config, surroundings)
  const write = (path: string) =>
    withProgress(owner, terminal, () => owner.export(format, chat, path)).catch((error: unknown) => {
      throw chat !== undefined && isUnknown(error) ? new UsageError(`There is no chat ${chat} in the data.`) : error
    })
  try {
    if (out.kind === 'stdout') return await toStdout(config, format, write, terminal)
    const file = await fileOf(out, exportName(format, Date.now()))
    const bytes = await write(file)
    terminal.result({ file, format, bytes }, `${file}: ${megabytes(bytes)}`)
    return EXIT.done
  } finally {
    await owner.dispose()
  }
}

/** Whole, in a file of its own, before the first byte goes out. */
async function toStdout(
  config: Config,
  format: ExportFormat,
  write: (path: string) => Promise<number>,
  terminal: Terminal,
): Promise<ExitCode> {
  const folder = await makeGuestFolder(config.scratch)
  try {
    const path = join(folder, 'export')
    const bytes = await write(path)
    await writeOut(terminal, path, 'Export again.')
    terminal.result({ file: '-', format, bytes }, `${megabytes(bytes)} were written to standard output.`)
    return EXIT.done
  } finally {
    await removeTree(folder, config.scratch)
  }
}

/** As the task of this process says it, or the program that was asked. */
const isUnknown = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'MISSING' || error.code === 'NOT_FOUND')
