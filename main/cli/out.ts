import { createReadStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { oddIn } from '../config/plain-path.ts'
import { isCode } from '../files/codes.ts'
import { realFile } from '../store/owner-lock.ts'
import { UsageError } from './arguments.ts'
import type { Terminal } from './terminal.ts'

/** Where a command writes to: what `--out` says. */
export type Out = { kind: 'stdout' } | { kind: 'file'; path: string } | { kind: 'folder'; path: string }

/** What lies at the path that the user gave stays there, or a pipe broke. The message names it and says why. */
export class OutError extends Error {
  override readonly name = 'OutError'
  readonly code: 'out-taken' | 'out-holds-chats' | 'out-not-proven' | 'EPIPE'
  constructor(code: OutError['code'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

const isFolderName = (text: string): boolean => text.endsWith('/') || text.endsWith(sep)

/**
 * `-` is standard output; an existing folder and a name that ends with a slash are a folder. @throws UsageError for a path that a shell should have
 * replaced, and for a device or a pipe, whose place a file would take
 */
export async function readOut(text: string): Promise<Out> {
  if (text === '-') return { kind: 'stdout' }
  const odd = oddIn(text)
  if (odd !== undefined)
    throw new UsageError(`--out is ${JSON.stringify(text)}, with ${odd}. Write the whole path without that.`)
  const path = resolve(text)
  const facts = await stat(path).catch(() => undefined)
  if (facts?.isDirectory()) return { kind: 'folder', path }
  if (facts !== undefined && !facts.isFile())
    throw new UsageError(`${path} is a device or a pipe, not a file. For a pipe use --out -.`)
  if (!isFolderName(text)) return { kind: 'file', path: realFile(path) }
  if (facts !== undefined)
    throw new UsageError(`${path} is a file, and the name with a slash at its end means a folder.`)
  return { kind: 'folder', path }
}

/** The file's path. A folder is made where only its last part is missing: anything above it may be a disk that is not mounted. */
export async function fileOf(out: Exclude<Out, { kind: 'stdout' }>, name: string): Promise<string> {
  if (out.kind === 'file') return out.path
  try {
    await mkdir(out.path, { mode: 0o700 })
  } catch (error) {
    if (isCode(error, 'ENOENT'))
      throw new UsageError(
        `There is no folder ${dirname(out.path)}, so ${basename(out.path)} was not made in it. Its disk may not be mounted.`,
      )
    if (!isCode(error, 'EEXIST')) throw error
  }
  return join(out.path, name)
}

/** Writes a finished file to standard output. @throws OutError where the reader left early: what it has is not whole */
export async function writeOut(terminal: Terminal, path: string, what: string): Promise<void> {
  try {
    await terminal.send(createReadStream(path, { highWaterMark: 256 * 1024 }))
  } catch (cause) {
    if (!isCode(cause, 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET')) throw cause
    const message = `The program that reads standard output ended early: what it has is not whole. ${what}`
    throw new OutError('EPIPE', message, { cause })
  }
}

/** True where the arguments send the result itself to standard output: then every word goes to standard error. */
export const isToStdout = (argv: readonly string[]): boolean =>
  argv.some((word, index) => word === '--out=-' || (word === '--out' && argv[index + 1] === '-'))
