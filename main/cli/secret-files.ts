import { readIdentities } from '../backup/age/identity.ts'
import { BackupError } from '../backup/backup-error.ts'
import { FileRefusal, readNamedFile } from '../files/read-file.ts'
import { decodeText } from '../files/text.ts'
import { type Arguments, UsageError } from './arguments.ts'

const MAX_PASSPHRASE_FILE = 64 * 1024
/** Hundreds of keys with their comments. */
const MAX_IDENTITY_FILE = 1024 * 1024

/** What opens an encrypted file. @throws UsageError */
export async function readSecrets(args: Pick<Arguments, 'passphraseFile' | 'identityFile'>): Promise<{
  passphrase?: string
  identity?: string
}> {
  const passphrase = await readPassphrase(args.passphraseFile)
  const identity = await readIdentityFile(args.identityFile)
  return { ...(passphrase !== undefined && { passphrase }), ...(identity !== undefined && { identity }) }
}

/**
 * The first line of the file, without the blanks at its end: they are invisible, and people do not type them later. A passphrase on the command line would be seen
 * by every user of the machine. @throws UsageError
 */
export async function readPassphrase(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const text = decodeText(await bytesOf(file, 'passphrase', MAX_PASSPHRASE_FILE))
  if (text === undefined) throw new UsageError(`The passphrase file ${file} is no text in UTF-8 or UTF-16.`)
  const passphrase = (text.split(/\r\n|[\r\n]/, 1)[0] ?? '').trimEnd()
  if (passphrase === '') throw new UsageError(`The first line of ${file} is empty; it should hold the passphrase.`)
  return passphrase
}

async function readIdentityFile(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined
  const text = decodeText(await bytesOf(file, 'identity', MAX_IDENTITY_FILE))
  try {
    return readIdentities(text ?? '').join('\n')
  } catch (cause) {
    if (!(cause instanceof BackupError)) throw cause
    const why = 'holds no age key: a line that begins with AGE-SECRET-KEY-1'
    throw new UsageError(`The identity file ${file} ${why}.`, { cause })
  }
}

async function bytesOf(file: string, kind: 'passphrase' | 'identity', maxBytes: number): Promise<Buffer> {
  try {
    const bytes = await readNamedFile(file, maxBytes)
    if (bytes !== undefined) return bytes
  } catch (cause) {
    const why = cause instanceof FileRefusal ? cause.message : `${file} cannot be read.`
    throw new UsageError(`The ${kind} file cannot be used: ${why}`, { cause })
  }
  throw new UsageError(`There is no ${kind} file ${file}.`)
}
