// The seal: the last bytes of every file that we write, with the SHA-256 of every byte before them, in a form that the tools
// of the format pass over. A checksum of the content alone would not do: in gzip and zstd many different files hold the same
// content, and SQLite ignores most of what a page does not use.
import { createHash, type Hash } from 'node:crypto'
import type { Sink } from '../dump/dump.ts'

export type SealForm = 'sql' | 'gzip' | 'zstd' | 'sqlite'

/** Every form holds it within the last bytes of the shortest form, so that a file whose beginning lies is still known. */
export const SEAL_WORD = 'seal 1 sha256='
const text = (sha256: string) => `whatslang-${SEAL_WORD}${sha256}`

/** A gzip member with no content: the text is its comment. */
function gzipMember(comment: string): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0x10, 0, 0, 0, 0, 0, 0xff])
  const emptyBlock = Buffer.from([3, 0])
  return Buffer.concat([header, Buffer.from(`${comment}\0`, 'latin1'), emptyBlock, Buffer.alloc(8)])
}
/** A skippable frame (RFC 8878, 3.1.2). */
function zstdFrame(content: string): Buffer {
  const header = Buffer.from([0x5d, 0x2a, 0x4d, 0x18, 0, 0, 0, 0])
  header.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, Buffer.from(content, 'latin1')])
}

export function sealBytes(form: SealForm, sha256: string): Buffer {
  switch (form) {
    case 'sql':
      return Buffer.from(`-- ${text(sha256)}\n`)
    case 'gzip':
      return gzipMember(text(sha256))
    case 'zstd':
      return zstdFrame(text(sha256))
    case 'sqlite':
      return Buffer.from(`\n-- ${text(sha256)}\n`)
  }
}
/** The same for every digest. */
export const sealLength = (form: SealForm): number => sealBytes(form, '0'.repeat(64)).length

/** Passes bytes on and, at the end, adds their seal. */
export function sealing(form: SealForm, next: Sink): Sink {
  const hash = createHash('sha256')
  return {
    async write(bytes) {
      hash.update(bytes)
      await next.write(bytes)
    },
    async close() {
      await next.write(sealBytes(form, hash.digest('hex')))
      await next.close()
    },
  }
}

/**
 * - whole: the seal is there and its digest agrees.
 * - broken: something that begins or looks like a seal is there, and does not agree.
 * - none: no seal; the file is somebody else's, or its end is missing.
 */
export type SealState = 'whole' | 'broken' | 'none'

/** Gives all bytes but the seal, and tells of the seal after the last. What is no seal is given like everything else. */
export function createSealReader(form: SealForm): {
  push(bytes: Uint8Array): Buffer
  end(): { rest: Buffer; state: SealState }
} {
  const length = sealLength(form)
  const hash: Hash = createHash('sha256')
  let held: Buffer = Buffer.alloc(0)
  return {
    push(bytes) {
      const all =
        held.length === 0 ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.concat([held, bytes])
      const given = all.subarray(0, Math.max(0, all.length - length))
      held = Buffer.from(all.subarray(given.length))
      hash.update(given)
      return given
    },
    end() {
      if (held.equals(sealBytes(form, hash.digest('hex')))) return { rest: Buffer.alloc(0), state: 'whole' }
      return { rest: held, state: held.includes(SEAL_WORD) ? 'broken' : 'none' }
    },
  }
}
