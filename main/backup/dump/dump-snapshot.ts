import type { ManifestEnd } from '../manifest.ts'
import { openSnapshot } from '../snapshot.ts'
import { createSweep } from '../sweep.ts'
import { type DumpOptions, dumpDatabase, type Sink } from './dump.ts'

export interface DumpJob extends Pick<DumpOptions, 'header' | 'settings'> {
  database: string
  /** The structure is checked elsewhere at the same time. */
  unchecked?: boolean
}
export interface Dumped {
  end: ManifestEnd
  userVersion: number
}
/** Takes a block for good, with the number of rows that came since the last one. */
export type Give = (bytes: Uint8Array<ArrayBuffer>, rows: number) => Promise<void> | void

const BLOCK = 1024 * 1024

/** Takes a snapshot, and gives its dump in blocks of a megabyte; the last one is shorter. Throws what openSnapshot throws. */
export async function dumpSnapshot(job: DumpJob, give: Give): Promise<Dumped> {
  const snapshot = openSnapshot(job.database, { unchecked: job.unchecked ?? false })
  try {
    let rows = 0
    const sweep = createSweep()
    const sink = blocks(async (bytes) => {
      const { length } = bytes
      await give(bytes, rows)
      rows = 0
      sweep(length)
    })
    const end = await dumpDatabase(snapshot.db, sink, {
      header: job.header,
      settings: job.settings,
      between: (more) => {
        rows += more
      },
    })
    await sink.close()
    return { end, userVersion: Number(snapshot.db.pragma('user_version', { simple: true })) }
  } finally {
    snapshot.close() // before the end is told: a thread ends with that
  }
}

/** Collects what is small, in memory that can change hands. */
function blocks(give: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>): Sink {
  let block = new Uint8Array(BLOCK)
  let used = 0
  const flush = async () => {
    const full = used === block.length ? block : block.slice(0, used)
    used = 0
    if (full.length > 0) await give(full)
  }
  return {
    async write(bytes) {
      for (let from = 0; from < bytes.length; ) {
        const part = bytes.subarray(from, from + block.length - used)
        block.set(part, used)
        used += part.length
        from += part.length
        if (used < block.length) continue
        await flush()
        block = new Uint8Array(BLOCK)
      }
    },
    close: flush,
  }
}
