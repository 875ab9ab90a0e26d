import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { BackupFormat } from '../../preload/contract/backups.ts'
import type { AgeSecrets } from './age/key.ts'
import { ENCRYPTION_BYTES, type Encryption, encryptionIn } from './age/needed-secrets.ts'
import { altered, BackupError, truncated } from './backup-error.ts'
import { createSealReader, type SealForm, type SealState } from './container/seal.ts'
import {
  END_MARK,
  HEADER_MARK,
  type Manifest,
  ManifestEnd,
  ManifestHeader,
  readLine,
  SETTINGS_MARK,
} from './manifest.ts'
import { createSweep } from './sweep.ts'

/** What a file proved of itself, once it was read to its end. */
export interface Proof {
  format: BackupFormat
  encryption: Encryption
  /** Of the file as it lies there. */
  bytes: number
  sha256: string
  /** Null for a database: its manifest is a table (see database-manifest.ts). */
  manifest: Manifest | null
}

export interface OpenBackup {
  /** The SQL text, or the bytes of the database; seals and compression are off. Ends with an error unless the file is whole. */
  content: AsyncIterable<Buffer>
  /** Known at the end of `content`. */
  proof(): Proof
}

/**
 * Reads a backup and proves, from the file alone, that it is byte for byte what was written. Throws BackupError: TRUNCATED,
 * ALTERED, NOT_OURS (whole or not, no seal and no manifest of ours), WRONG_PASSPHRASE, NO_SECRET, KEY_NEEDED.
 */
export function openBackup(path: string, secrets: AgeSecrets = {}): OpenBackup {
  let proof: Proof | undefined
  async function* read(): AsyncGenerator<Buffer> {
    const file = countingSource(path)
    const [start, source] = await peek(file.chunks(), ENCRYPTION_BYTES)
    const encryption = encryptionIn(start)
    // The library is loaded only for what it opens: it is large.
    const inner = encryption !== 'none' ? (await import('./age/decrypt.ts')).decryptAge(source, secrets, path) : source
    const result = yield* readInner(inner, path)
    const { bytes, sha256 } = file.facts()
    proof = { ...result, encryption, bytes, sha256 }
  }
  return {
    content: read(),
    proof() {
      if (proof === undefined) throw new Error('A backup proves nothing before it was read to its end.')
      return proof
    },
  }
}

function countingSource(path: string) {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    async *chunks(): AsyncGenerator<Buffer> {
      for await (const chunk of createReadStream(path, { highWaterMark: 512 * 1024 })) {
        const buffer = chunk as Buffer
        hash.update(buffer)
        bytes += buffer.length
        yield buffer
      }
    },
    facts: () => ({ bytes, sha256: hash.digest('hex') }),
  }
}

/** The first `length` bytes (fewer where there are no more), and everything from the beginning. */
async function peek(source: AsyncIterable<Buffer>, length: number): Promise<[Buffer, AsyncGenerator<Buffer>]> {
  const reader = source[Symbol.asyncIterator]()
  let held: Buffer = Buffer.alloc(0)
  while (held.length < length) {
    const next = await reader.next()
    if (next.done === true) break
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value])
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield held
      for (let next = await reader.next(); next.done !== true; next = await reader.next()) yield next.value
    } finally {
      await reader.return?.()
    }
  }
  return [held.subarray(0, length), all()]
}

const FORMATS = { gzip: 'sql.gz', zstd: 'sql.zst', sqlite: 'db', sql: 'sql' } as const

function formOf(magic: Buffer): SealForm {
  if (magic[0] === 0x1f && magic[1] === 0x8b) return 'gzip'
  if (magic.subarray(0, 4).equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return 'zstd'
  return magic.toString('latin1') === 'SQLite format 3\0' ? 'sqlite' : 'sql'
}

async function* readInner(
  source: AsyncIterable<Buffer>,
  path: string,
): AsyncGenerator<Buffer, Pick<Proof, 'format' | 'manifest'>> {
  const [magic, all] = await peek(source, 16)
  if (magic.length === 0) throw new BackupError('TRUNCATED', `${path} is empty. Use another backup.`)
  const form = formOf(magic)
  const outer: { state: SealState } = { state: 'none' }
  if (form === 'sqlite') {
    yield* unsealed(all, form, outer)
    requireWhole(outer.state, path, false)
    return { format: 'db', manifest: null }
  }
  const inner: { state: SealState } = { state: 'none' }
  const marks = createMarks()
  const plain = form === 'sql' ? all : decompress(unsealed(all, form, outer), form, path)
  const sweep = createSweep()
  for await (const bytes of unsealed(plain, 'sql', inner)) {
    marks.take(bytes)
    yield bytes
    sweep(bytes.length)
  }
  const ours = marks.looksOurs() || inner.state !== 'none' || outer.state !== 'none'
  if (form !== 'sql') requireWhole(outer.state, path, ours)
  requireWhole(inner.state, path, ours)
  return { format: FORMATS[form], manifest: marks.manifest(path) }
}

function requireWhole(state: SealState, path: string, ours: boolean): void {
  if (state === 'whole') return
  if (state === 'broken') throw altered(path)
  if (ours) throw truncated(path)
  throw new BackupError(
    'NOT_OURS',
    `${path} carries no seal of Whatslang: it was written by another program, or its end is missing.`,
  )
}

async function* unsealed(
  source: AsyncIterable<Buffer>,
  form: SealForm,
  result: { state: SealState },
): AsyncGenerator<Buffer> {
  const reader = createSealReader(form)
  for await (const bytes of source) {
    const given = reader.push(bytes)
    if (given.length > 0) yield given
  }
  const { rest, state } = reader.end()
  result.state = state
  if (rest.length > 0) yield rest
}

async function* decompress(source: AsyncIterable<Buffer>, form: 'gzip' | 'zstd', path: string): AsyncGenerator<Buffer> {
  const engine =
    form === 'gzip' ? createGunzip({ chunkSize: 256 * 1024 }) : createZstdDecompress({ chunkSize: 256 * 1024 })
  const input = Readable.from(source, { objectMode: false, highWaterMark: 512 * 1024 })
  let failure: unknown
  input.once('error', (error) => {
    failure = error
    engine.destroy(error)
  })
  try {
    for await (const bytes of input.pipe(engine)) yield bytes as Buffer
  } catch (error) {
    if (failure !== undefined) throw failure
    throw endedEarly(error) ? truncated(path) : altered(path, error)
  } finally {
    input.destroy()
  }
}
const endedEarly = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'Z_BUF_ERROR' || error.code === 'ZSTD_error_srcSize_wrong')

/** Settings travel in the second line: more than this is not a file of ours. */
const MOST_START = 4 * 1024 * 1024
const MOST_END = 1024 * 1024

/** Keeps the first two lines and the last bytes of what passes. */
function createMarks() {
  let start: Buffer = Buffer.alloc(0)
  let complete = false
  const tail: Buffer[] = []
  let tailBytes = 0
  return {
    take(bytes: Buffer) {
      if (!complete) {
        start = Buffer.concat([start, bytes])
        complete = start.length > MOST_START || start.indexOf('\n', start.indexOf('\n') + 1) > 0
      }
      tail.push(bytes)
      tailBytes += bytes.length
      while (tailBytes - (tail[0]?.length ?? 0) > MOST_END) tailBytes -= tail.shift()?.length ?? 0
    },
    looksOurs: () => {
      const first = start.subarray(0, HEADER_MARK.length).toString('latin1')
      return HEADER_MARK.startsWith(first) || Buffer.concat(tail).includes(`\n${END_MARK}{`)
    },
    manifest(path: string): Manifest {
      const [first = '', second = ''] = start.toString('utf8').split('\n', 2)
      const end = Buffer.concat(tail).toString('utf8').trimEnd()
      const last = end.slice(end.lastIndexOf('\n') + 1)
      try {
        const header = readLine(first, HEADER_MARK, ManifestHeader)
        const final = readLine(last, END_MARK, ManifestEnd)
        if (header === undefined || final === undefined || !second.startsWith(SETTINGS_MARK)) throw altered(path)
        return { header, settings: JSON.parse(second.slice(SETTINGS_MARK.length)), end: final }
      } catch (error) {
        throw altered(path, error)
      }
    },
  }
}
