import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { AgeSecrets } from './key.ts'

const AGE_MAGIC = 'age-encryption.org/v1\n'
/** The only one of its header, where a file has it. */
const PASSPHRASE_STANZA = '-> scrypt '
export type Encryption = 'none' | 'passphrase' | 'recipients'

/** So many bytes tell. */
export const ENCRYPTION_BYTES = AGE_MAGIC.length + PASSPHRASE_STANZA.length

/** By the first bytes of a file, as many as there are. */
export function encryptionIn(start: Buffer): Encryption {
  const magic = start.subarray(0, ENCRYPTION_BYTES).toString('latin1')
  if (!magic.startsWith(AGE_MAGIC)) return 'none'
  return magic.endsWith(PASSPHRASE_STANZA) ? 'passphrase' : 'recipients'
}

export interface SecretSources {
  /** Asked only for a file that a passphrase opens. */
  passphrase(): Promise<string | undefined> | string | undefined
  /** AGE-SECRET-KEY-1..., one a line. */
  identity?: string | undefined
}

/**
 * What the process that reads this file needs to know, and no more: a file that is not encrypted needs no secret, and no file needs both. A file that
 * cannot be read needs none: the process that tries it says why.
 * @throws BackupError BAD_KEY for an identity that is none
 */
export async function neededSecrets(path: string, sources: SecretSources): Promise<AgeSecrets> {
  // The library for keys is loaded only where there is a key.
  const identities =
    sources.identity === undefined ? undefined : (await import('./identity.ts')).readIdentities(sources.identity)
  switch (await encryptionOf(path)) {
    case 'none':
      return {}
    case 'passphrase':
      return { passphrase: await sources.passphrase() }
    case 'recipients':
      return { identities }
  }
}

async function encryptionOf(path: string): Promise<Encryption> {
  try {
    if (!(await stat(path)).isFile()) return 'none'
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const start = Buffer.alloc(ENCRYPTION_BYTES)
      const { bytesRead } = await file.read(start, 0, ENCRYPTION_BYTES, 0)
      return encryptionIn(start.subarray(0, bytesRead))
    } finally {
      await file.close()
    }
  } catch {
    return 'none' // it cannot be read, which its reader tells in words
  }
}
