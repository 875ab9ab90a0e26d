import { StoreError } from '../store/errors.ts'
import type { Data } from './open-data.ts'

export interface DataHolderDeps {
  /** The database's path, for what is said while it is away. */
  path: string
  open(): Data
}

/** The open messages.db, which a restore and a reset take away for a moment: rest, close, put another file there, open. */
export function createDataHolder(deps: DataHolderDeps) {
  let data: Data | undefined
  let resting: Data | undefined
  let lost: StoreError | undefined
  const holder = {
    /** Undefined while the file is being swapped. */
    current: (): Data | undefined => data,
    /** @throws StoreError `busy` while the file is being swapped */
    opened(): Data {
      if (data) return data
      if (lost) throw lost
      throw new StoreError('busy', deps.path, 'A restore is swapping the database. Try again in a moment.')
    },
    open(): void {
      if (lost) throw lost
      data ??= deps.open()
    },
    /** The file is another one: no caller gets the data any more, and the file is not opened again. Returns what was open, so that it can be saved. */
    lose(error: StoreError): Data | undefined {
      lost = error
      const last = data ?? resting
      data = undefined
      resting = undefined
      return last
    },
    /** Undefined: the data is there, or comes back. */
    lost: (): StoreError | undefined => lost,
    /** Bots and outbox write nothing any more, and nobody else gets at the data; the file stays open for who swaps it. */
    async rest(): Promise<void> {
      resting = data
      data = undefined
      await resting?.quiesce()
    },
    close(): void {
      resting?.close()
      resting = undefined
      data?.close()
      data = undefined
    },
    /** After `rest`, whatever came of it: opens what is there now. */
    back(): void {
      resting?.close()
      resting = undefined
      holder.open()
    },
    async dispose(): Promise<void> {
      await data?.quiesce()
      holder.close()
    },
  }
  return holder
}
export type DataHolder = ReturnType<typeof createDataHolder>
