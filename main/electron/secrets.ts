import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SafeStorage } from 'electron'
import * as z from 'zod'
import { createFileSecrets } from '../config/secrets.ts'
import { readOwnFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'
import type { SecretName, Secrets } from '../ports.ts'

export interface KeychainDeps {
  safeStorage: Pick<
    SafeStorage,
    'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync' | 'getSelectedStorageBackend'
  >
  platform: NodeJS.Platform
  /** Where the ciphertexts are kept, 0600. Worth nothing without this user's keychain. */
  file: string
}

const MAX_BYTES = 256 * 1024
const Stored = z.record(z.string(), z.string())

/**
 * Secrets under the OS keychain, by safeStorage's asynchronous API. On Linux without a keyring Electron falls back to a key that is part of
 * its source (`basic_text`), as good as plain text: `backend` then says 'plain-keychain', and the settings page says so in words. Where the
 * system offers nothing at all, they are kept as in the host without a display: in a file that only this user can read.
 * @throws KEYCHAIN_REFUSED where a secret was saved under a key that the keychain no longer has
 */
export async function createKeychain(deps: KeychainDeps): Promise<Secrets> {
  if (!(await deps.safeStorage.isAsyncEncryptionAvailable())) {
    mkdirSync(dirname(deps.file), { recursive: true, mode: 0o700 })
    return createFileSecrets(`${deps.file}.plain`)
  }
  const weak = deps.platform === 'linux' && deps.safeStorage.getSelectedStorageBackend() === 'basic_text'

  const read = (): Record<string, string> => {
    try {
      const bytes = readOwnFile(deps.file, MAX_BYTES)
      return bytes === undefined ? {} : Stored.parse(JSON.parse(bytes.toString('utf8')))
    } catch (cause) {
      throw new KeychainError(`The file with the encrypted secrets, ${deps.file}, cannot be read.`, cause)
    }
  }
  const write = (stored: Record<string, string>) => {
    mkdirSync(dirname(deps.file), { recursive: true, mode: 0o700 })
    replaceFileNow(deps.file, JSON.stringify(stored))
  }

  const decrypt = async (ciphertext: string) => {
    try {
      return await deps.safeStorage.decryptStringAsync(Buffer.from(ciphertext, 'base64'))
    } catch (cause) {
      const message =
        'The keychain of this system no longer opens a secret that was saved in it. Enter the secret again.'
      throw new KeychainError(message, cause)
    }
  }

  const secrets: Secrets = {
    backend: weak ? 'plain-keychain' : 'keychain',
    async get(name: SecretName) {
      const ciphertext = read()[name]
      if (ciphertext === undefined) return undefined
      const { result, shouldReEncrypt } = await decrypt(ciphertext)
      if (shouldReEncrypt) await secrets.set(name, result)
      return result
    },
    async set(name, value) {
      const ciphertext = await deps.safeStorage.encryptStringAsync(value)
      write({ ...read(), [name]: ciphertext.toString('base64') })
    },
    async delete(name) {
      const { [name]: _gone, ...rest } = read()
      write(rest)
    },
  }
  return secrets
}

class KeychainError extends Error {
  readonly code = 'KEYCHAIN_REFUSED'
  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'KeychainError'
  }
}
