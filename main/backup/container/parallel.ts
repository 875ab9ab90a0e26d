import type { Sink } from '../dump/dump.ts'

export interface Block {
  bytes: Buffer
  /** Up to 32 KiB that came directly before; compression may refer to it. */
  before: Buffer
  last: boolean
}

/** Blocks that are in work at once: two cores are busy, and memory stays small. */
const IN_WORK = 4
const WINDOW = 32 * 1024

/**
 * Cuts what comes into blocks, has several of them compressed at once in zlib's thread pool, and passes the results on in
 * order. The pool belongs to the task's own process, so the bot's DNS look-ups do not wait behind it.
 */
export function compressBlocks(size: number, compress: (block: Block) => Promise<Uint8Array>, next: Sink): Sink {
  const inWork: Promise<Uint8Array>[] = []
  let parts: Uint8Array[] = []
  let held = 0
  let before: Buffer = Buffer.alloc(0)

  const flush = async (last: boolean) => {
    const bytes = Buffer.concat(parts, held)
    const result = compress({ bytes, before, last })
    result.catch(() => undefined) // reported where it is awaited, in order
    inWork.push(result)
    before =
      bytes.length >= WINDOW ? bytes.subarray(bytes.length - WINDOW) : Buffer.concat([before, bytes]).subarray(-WINDOW)
    parts = []
    held = 0
    if (inWork.length >= IN_WORK) await drain(IN_WORK - 1)
  }
  const drain = async (left: number) => {
    while (inWork.length > left) {
      const oldest = inWork.shift()
      if (oldest !== undefined) await next.write(await oldest)
    }
  }
  return {
    async write(bytes) {
      parts.push(bytes)
      held += bytes.length
      if (held >= size) await flush(false)
    },
    async close() {
      await flush(true)
      await drain(0)
      await next.close()
    },
  }
}
