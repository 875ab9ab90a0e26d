import { constants, createZstdCompress } from 'node:zlib'
import type { Sink } from '../dump/dump.ts'
import { collectAtOnce } from '../sweep.ts'
import { sealing } from './seal.ts'

/** That of `zstd` itself: no larger than its files. The time is that of the thread that reads, not of this one. */
const LEVEL = 3
const MOST_WAITING = 3

/**
 * One frame with a checksum, then a skippable frame with the seal. `zstd -d` gives the content. One frame, because Node's
 * decompressor loses those that follow within a chunk; in one thread, because Node ends a stream of zstd's own workers before
 * they are done (ERR_STREAM_PUSH_AFTER_EOF). That thread is busy for half of the time that the dump takes to be written.
 */
export function zstdSink(next: Sink): Sink {
  collectAtOnce()
  const sealed = sealing('zstd', next)
  const engine = createZstdCompress({
    chunkSize: 512 * 1024,
    params: {
      [constants.ZSTD_c_compressionLevel]: LEVEL,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  })
  const forwarded = (async () => {
    for await (const bytes of engine) await sealed.write(bytes as Buffer)
  })()
  forwarded.catch((error: unknown) => engine.destroy(error instanceof Error ? error : undefined)) // shows at the next write
  let parts: Uint8Array[] = []
  let held = 0
  const waiting: Promise<void>[] = []
  /** Some blocks wait to be compressed while the next is gathered, so that neither stands still for the other. */
  const flush = async () => {
    const [first] = parts
    const block = first !== undefined && parts.length === 1 ? first : Buffer.concat(parts, held)
    parts = []
    held = 0
    waiting.push(new Promise((resolve) => engine.write(block, () => resolve())))
    if (waiting.length > MOST_WAITING) await Promise.race([forwarded, waiting.shift()]) // a failure below ends the wait, too
  }
  return {
    async write(bytes) {
      parts.push(bytes)
      held += bytes.length
      if (held >= 1024 * 1024) await flush()
    },
    async close() {
      await flush()
      engine.end()
      await forwarded
      await sealed.close()
    },
  }
}
