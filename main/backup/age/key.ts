// The header of the age format (https://age-encryption.org/v1) is age-encryption's work. Passphrases are stretched by Node's
// own scrypt, in a quarter of the time and half of the memory of one in JavaScript.
import { createCipheriv, createDecipheriv, getCiphers, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { Decrypter, Encrypter, Stanza } from 'age-encryption'
import { altered, BackupError } from '../backup-error.ts'
import { memoryLeft } from './memory.ts'

export type AgeKey = { kind: 'passphrase'; passphrase: string } | { kind: 'recipients'; recipients: string[] }
export interface AgeSecrets {
  passphrase?: string | undefined
  /** AGE-SECRET-KEY-1... */
  identities?: string[] | undefined
}

const CIPHER = 'chacha20-poly1305'
const AUTH = { authTagLength: 16 } as const
/** BoringSSL, which Electron has, knows this cipher under no name that Node can ask for. */
export const nativeCipher = (): boolean => getCiphers().includes(CIPHER)

export function seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce, AUTH)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}
/** Undefined: not sealed with this key and nonce, or altered since. */
export function unseal(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < 16) return undefined
  const decipher = createDecipheriv(CIPHER, key, nonce, AUTH)
  decipher.setAuthTag(sealed.subarray(-16))
  const plain = decipher.update(sealed.subarray(0, -16))
  try {
    decipher.final()
    return plain
  } catch {
    return undefined // the tag does not fit
  }
}

const stretch = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)
export const WORK_FACTOR = 18
const MOST_WORK = 20
const ZERO_NONCE = Buffer.alloc(12)

const MIB = 1024 * 1024
/** Beside scrypt's own table: buffers, and what the rest of the process takes meanwhile. */
const BESIDE = 32 * MIB

/** @throws BackupError NO_MEMORY where scrypt would take more than there is: a container would be killed for it, without a word */
export function requireMemory(logN: number, left = memoryLeft()): void {
  const needed = 128 * 8 * 2 ** logN + BESIDE
  if (left >= needed) return
  const mb = (bytes: number) => Math.floor(bytes / MIB)
  throw new BackupError(
    'NO_MEMORY',
    `The passphrase needs ${mb(needed)} MB of memory to become a key, and ${mb(left)} MB are left. Give the machine or the container more memory, end other programs, or encrypt to recipients (age keys), which needs none of it.`,
    { needed, left },
  )
}

async function passphraseKey(passphrase: string, salt: Uint8Array, logN: number): Promise<Buffer> {
  requireMemory(logN)
  const N = 2 ** logN
  const salted = Buffer.concat([Buffer.from('age-encryption.org/v1/scrypt'), salt])
  return stretch(passphrase, salted, 32, { N, r: 8, p: 1, maxmem: 128 * 8 * N + 1024 * 1024 })
}

/** A new file key, and the header that carries it to whoever may open the file. */
export async function newFileKey(key: AgeKey): Promise<{ fileKey: Uint8Array; header: Uint8Array }> {
  const encrypter = new Encrypter()
  let fileKey: Uint8Array | undefined
  encrypter.addRecipient({
    wrapFileKey: async (chosen) => {
      fileKey = chosen
      if (key.kind === 'recipients') return []
      const salt = randomBytes(16)
      const stretched = await passphraseKey(key.passphrase, salt, WORK_FACTOR)
      const args = ['scrypt', salt.toString('base64').replaceAll('=', ''), String(WORK_FACTOR)]
      return [new Stanza(args, seal(stretched, ZERO_NONCE, chosen))]
    },
  })
  if (key.kind === 'recipients') addRecipients(encrypter, key.recipients)
  const empty = await encrypter.encrypt(new Uint8Array(0))
  if (fileKey === undefined) throw new Error('The age header was written without a key.')
  const payload = 16 + 16 // nonce and the tag of an empty chunk
  return { fileKey, header: empty.subarray(0, empty.length - payload) }
}

/** @throws BackupError BAD_RECIPIENT: the settings and the contract know only what a recipient looks like, not whether its checksum is right */
export function addRecipients(encrypter: Encrypter, recipients: readonly string[]): void {
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient)
    } catch (cause) {
      const message = `“${recipient.slice(0, 80)}” is no age recipient; a character of it may be wrong. Copy it again from where the key was made. No backup was made.`
      throw new BackupError('BAD_RECIPIENT', message, {}, { cause })
    }
  }
}

/** Before anything is done with them. @throws BackupError BAD_RECIPIENT */
export const checkRecipients = (recipients: readonly string[]): void => addRecipients(new Encrypter(), recipients)

/** `left`: the memory that there is; tests give their own. */
export function decrypterFor(secrets: AgeSecrets, native: boolean, left = memoryLeft): Decrypter {
  const decrypter = new Decrypter()
  const { passphrase } = secrets
  if (passphrase !== undefined && native)
    decrypter.addIdentity({ unwrapFileKey: (stanzas) => unwrap(passphrase, stanzas) })
  else if (passphrase !== undefined) {
    decrypter.addIdentity({ unwrapFileKey: (stanzas) => lookAtMemory(stanzas, left()) })
    decrypter.addPassphrase(passphrase)
  }
  for (const identity of secrets.identities ?? []) decrypter.addIdentity(identity)
  return decrypter
}

/** scrypt in JavaScript takes as much. This opens nothing: it stands before the identity that does, which judges the stanza. */
function lookAtMemory(stanzas: Stanza[], left: number): null {
  const work = Number(stanzas.find(({ args }) => args[0] === 'scrypt')?.args[2])
  if (work <= MOST_WORK) requireMemory(work, left)
  return null
}

async function unwrap(passphrase: string, stanzas: Stanza[]): Promise<Uint8Array | null> {
  const stanza = stanzas.find((candidate) => candidate.args[0] === 'scrypt')
  if (stanza === undefined) return null
  const [, salt, work] = stanza.args
  const logN = Number(work)
  if (stanzas.length !== 1 || salt === undefined || !/^[1-9]\d?$/.test(work ?? '') || logN > MOST_WORK) {
    throw new Error('invalid scrypt stanza')
  }
  const key = await passphraseKey(passphrase, Buffer.from(salt, 'base64'), logN)
  return unseal(key, ZERO_NONCE, stanza.body) ?? null
}

/** `header` ends behind the line of its MAC. Wrong secret and damaged header are told apart. */
export async function openFileKey(header: Uint8Array, secrets: AgeSecrets, path: string): Promise<Uint8Array> {
  const byPassphrase = Buffer.from(header).includes('\n-> scrypt ')
  if (byPassphrase && secrets.passphrase === undefined) throw passphraseNeeded(path)
  if (!byPassphrase && (secrets.identities ?? []).length === 0) throw keyNeeded(path)
  try {
    return await decrypterFor(secrets, nativeCipher()).decryptHeader(header)
  } catch (error) {
    throw asAgeError(error, path, byPassphrase)
  }
}

const passphraseNeeded = (path: string) =>
  new BackupError(
    'NO_SECRET',
    `${path} is encrypted with a passphrase. Give the passphrase that was set when it was made.`,
  )
const keyNeeded = (path: string) =>
  new BackupError(
    'KEY_NEEDED',
    `${path} is encrypted to recipients. Give the matching age key, a line that begins with AGE-SECRET-KEY-1.`,
  )
const wrongKey = (path: string) =>
  new BackupError('WRONG_KEY', `No key that was given opens ${path}: it is encrypted to others. Nothing was changed.`)
/** age-encryption throws plain errors; this one alone says that no secret fits. */
export function asAgeError(error: unknown, path: string, byPassphrase: boolean): unknown {
  if (!(error instanceof Error) || error instanceof BackupError) return error
  if (!error.message.startsWith('no identity matched')) return altered(path, error)
  return byPassphrase
    ? new BackupError('WRONG_PASSPHRASE', `The passphrase does not open ${path}. Check it; nothing was changed.`)
    : wrongKey(path)
}
