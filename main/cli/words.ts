import { readFileSync } from 'node:fs'
import { readIdentities } from '../backup/age/identity.ts'
import { BackupError } from '../backup/backup-error.ts'
import { type Arguments, UsageError } from './arguments.ts'

/** One of the words that an option allows. @throws UsageError */
export function oneOf<T extends string>(
  option: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (value === undefined) return undefined
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw new UsageError(`--${option} takes one of ${allowed.join(', ')}, not "${value}".`)
  return found
}

/** What opens an encrypted file. @throws UsageError */
export function readSecrets(args: Pick<Arguments, 'passphraseFile' | 'identityFile'>): {
  passphrase?: string
  identity?: string
} {
  const passphrase = readPassphrase(args.passphraseFile)
  const identity = readIdentityFile(args.identityFile)
  return { ...(passphrase !== undefined && { passphrase }), ...(identity !== undefined && { identity }) }
}

function readIdentityFile(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  try {
    return readIdentities(readFileSync(file, 'utf8')).join('\n')
  } catch (cause) {
    const why =
      cause instanceof BackupError ? 'holds no age key: a line that begins with AGE-SECRET-KEY-1' : 'cannot be read'
    throw new UsageError(`The identity file ${file} ${why}.`, { cause })
  }
}

/** The first line of the file: a passphrase on the command line would be seen by every user of the machine. */
export function readPassphrase(file: string | undefined): string | undefined {
  if (file === undefined) return undefined
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new UsageError(`The passphrase file ${file} cannot be read.`, { cause })
  }
  const passphrase = text.split(/\r?\n/, 1)[0] ?? ''
  if (passphrase === '') throw new UsageError(`The first line of ${file} is empty; it should hold the passphrase.`)
  return passphrase
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** In the machine's own zone, with its abbreviation; undefined: never. For people: `--json` keeps to numbers. */
export function moment(at: number | null, timeZone?: string): string {
  if (at === null) return 'never'
  const format = new Intl.DateTimeFormat('en', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
    timeZone,
  })
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute} ${part.timeZoneName}`
}
