import { createDecipheriv } from 'node:crypto'
import { Readable } from 'node:stream'
import { altered, type BackupError, truncated } from '../backup-error.ts'
import { SEAL_WORD } from '../container/seal.ts'
import { CHUNK, chunkNonce, payloadKey } from './encrypt.ts'
import { type AgeSecrets, asAgeError, decrypterFor, nativeCipher, openFileKey, unseal } from './key.ts'

const MOST_HEADER = 64 * 1024
const SEALED = CHUNK + 16

/** Decrypts an age file. Wrong passphrase, missing key, cut off and altered are each their own BackupError. */
export async function* decryptAge(
  source: AsyncIterable<Buffer>,
  secrets: AgeSecrets,
  path: string,
  native = nativeCipher(),
): AsyncGenerator<Buffer> {
  const reader = source[Symbol.asyncIterator]()
  const { header, rest } = await readHeader(reader, path)
  const fileKey = await openFileKey(header, secrets, path)
  const all = prepend(rest, reader)
  if (native) yield* openPayload(all, fileKey, path)
  else yield* portable(prepend(Buffer.concat([header, rest]), reader), secrets, path)
}

async function readHeader(reader: AsyncIterator<Buffer>, path: string): Promise<{ header: Buffer; rest: Buffer }> {
  let held: Buffer = Buffer.alloc(0)
  for (;;) {
    const mac = held.indexOf('\n--- ')
    const end = mac < 0 ? -1 : held.indexOf('\n', mac + 5)
    if (end >= 0) return { header: held.subarray(0, end + 1), rest: held.subarray(end + 1) }
    if (held.length > MOST_HEADER) throw altered(path)
    const next = await reader.next()
    if (next.done === true) throw truncated(path)
    held = Buffer.concat([held, next.value])
  }
}

async function* prepend(first: Buffer, reader: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value
}

async function* openPayload(source: AsyncIterable<Buffer>, fileKey: Uint8Array, path: string): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0)
  let key: Buffer | undefined
  let index = 0
  for await (const bytes of source) {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes])
    if (key === undefined) {
      if (held.length < 16) continue
      key = payloadKey(fileKey, held.subarray(0, 16))
      held = held.subarray(16)
    }
    while (held.length > SEALED) {
      const plain = unseal(key, chunkNonce(index, false), held.subarray(0, SEALED))
      if (plain === undefined) throw altered(path)
      index++
      held = held.subarray(SEALED)
      yield plain
    }
  }
  if (key === undefined) throw truncated(path)
  const last = unseal(key, chunkNonce(index, true), held)
  if (last === undefined) throw atTheEnd(key, index, held, path)
  if (last.length === 0 && index > 0) throw altered(path)
  yield last
}

/**
 * Why the last chunk does not open. A whole chunk that is not marked as the last one, or no more than a part of its bytes,
 * was cut off; where what it holds still ends as our files end, something in it was altered.
 */
function atTheEnd(key: Buffer, index: number, held: Buffer, path: string): BackupError {
  if (held.length < 16 || unseal(key, chunkNonce(index, false), held) !== undefined) return truncated(path)
  // The cipher without its proof, starting behind the block that made the proof's key. Only to choose the words.
  const counter = Buffer.from([1, 0, 0, 0])
  const cipher = createDecipheriv('chacha20', key, Buffer.concat([counter, chunkNonce(index, true)]))
  const guess = cipher.update(held.subarray(0, -16))
  return guess.subarray(-160).includes(SEAL_WORD) ? altered(path) : truncated(path)
}

async function* portable(source: AsyncIterable<Buffer>, secrets: AgeSecrets, path: string): AsyncGenerator<Buffer> {
  try {
    const input = Readable.toWeb(Readable.from(map(source))) as ReadableStream<Uint8Array<ArrayBuffer>>
    for await (const bytes of await decrypterFor(secrets, false).decrypt(input)) {
      yield Buffer.from(bytes)
    }
  } catch (error) {
    throw asAgeError(error, path, secrets.passphrase !== undefined)
  }
}
async function* map(source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) yield new Uint8Array(bytes)
}
