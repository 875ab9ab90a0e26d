import { Decrypter } from 'age-encryption'
import { BackupError } from '../backup-error.ts'

/** The keys in what `age-keygen` writes: one a line, between comments. @throws BackupError BAD_KEY, which never repeats the text */
export function readIdentities(text: string): string[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (lines.length === 0 || !lines.every(isIdentity)) {
    throw new BackupError(
      'BAD_KEY',
      'That is no age key. A line of it begins with AGE-SECRET-KEY-1, as age-keygen writes it. Nothing was changed.',
    )
  }
  return lines
}

function isIdentity(line: string): boolean {
  try {
    new Decrypter().addIdentity(line)
    return line.startsWith('AGE-SECRET-KEY-')
  } catch {
    return false // another kind of text, or one with a typing error: its checksum tells
  }
}
