import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { readOwnFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'
import type { Secrets } from '../ports.ts'
import { ConfigError, orRefuse } from './config-error.ts'
import type { Environment } from './environment.ts'

const Stored = z.partialRecord(z.enum(['model_api_key', 'model_key_origins', 'backup_passphrase']), z.string())

const MAX_BYTES = 256 * 1024

/** Secrets in a file that only this user can read (0600); for hosts without a keychain. */
export function createFileSecrets(path: string): Secrets {
  const read = () => {
    const wayOut = 'It holds the secrets. Move it away and enter them again.'
    const bytes = orRefuse(() => readOwnFile(path, MAX_BYTES, { folder: dirname(path) }), wayOut)
    if (bytes === undefined) return {}
    try {
      return Stored.parse(JSON.parse(bytes.toString('utf8')))
    } catch (cause) {
      throw new ConfigError(
        'unwritable',
        `${path}, which holds the secrets, cannot be read. Move it away and enter them again.`,
        { cause },
      )
    }
  }
  const write = (stored: z.infer<typeof Stored>) => {
    replaceFileNow(path, JSON.stringify(stored))
  }
  return {
    backend: 'file',
    async get(name) {
      return read()[name]
    },
    async set(name, value) {
      write({ ...read(), [name]: value })
    },
    async delete(name) {
      const { [name]: _gone, ...rest } = read()
      if (Object.keys(rest).length === 0) rmSync(path, { force: true })
      else write(rest)
    },
  }
}

/**
 * What the environment holds wins over what is kept; setting a value changes what is kept. The environment's key for the model is not in here: it
 * belongs to one address (see llm/model-key.ts).
 */
export function withEnvironment(kept: Secrets, environment: Environment): Secrets {
  const given = environment.WHATSLANG_BACKUP_PASSPHRASE
  return {
    backend: kept.backend,
    get: async (name) => (name === 'backup_passphrase' ? given : undefined) ?? kept.get(name),
    set: (name, value) => kept.set(name, value),
    delete: (name) => kept.delete(name),
  }
}
