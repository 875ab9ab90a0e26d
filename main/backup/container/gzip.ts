import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'
import type { Sink } from '../dump/dump.ts'
import { compressBlocks } from './parallel.ts'
import { sealing } from './seal.ts'

const deflate = promisify(deflateRaw)
const BLOCK = 1024 * 1024
/** Measured on dumps: 1 % larger than level 6 in 0.83 of its time. */
const LEVEL = 5
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])

/**
 * One gzip member whose deflate blocks are compressed side by side, each with the 32 KiB before it as its dictionary and
 * ended at a byte (as pigz does it), then a second, empty one with the seal. `gunzip` gives the content.
 */
export function gzipSink(next: Sink): Sink {
  const sealed = sealing('gzip', next)
  let crc = 0
  let size = 0
  let started = false
  const blocks = compressBlocks(
    BLOCK,
    ({ bytes, before, last }) =>
      deflate(bytes, {
        level: LEVEL,
        chunkSize: 512 * 1024,
        finishFlush: last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
        ...(before.length > 0 && { dictionary: before }),
      }),
    {
      async write(bytes) {
        if (!started) await sealed.write(HEADER)
        started = true
        await sealed.write(bytes)
      },
      async close() {
        const trailer = Buffer.alloc(8)
        trailer.writeUInt32LE(crc, 0)
        trailer.writeUInt32LE(size, 4)
        await sealed.write(trailer)
        await sealed.close()
      },
    },
  )
  return {
    async write(bytes) {
      crc = crc32(bytes, crc)
      size = (size + bytes.length) % 2 ** 32
      await blocks.write(bytes)
    },
    close: () => blocks.close(),
  }
}
