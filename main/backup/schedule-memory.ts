import * as z from 'zod'
import { readRegularFile } from '../files/read-file.ts'
import { replaceFile } from '../files/replace-file.ts'

const MOST_BYTES = 64 * 1024

const Remembered = z.object({
  /** When a run last began (ms); null: never, then the schedule counts from its first look on. */
  last: z.number().nullable(),
  /** A run that was due and is not done: it failed (`failed`), or it still runs, or the program ended in the middle of it. */
  owed: z.object({ due: z.number(), tries: z.number().int(), tried_at: z.number(), failed: z.boolean() }).nullable(),
})
export type Remembered = z.infer<typeof Remembered>

export interface ScheduleMemory {
  get(): Remembered
  /** Never rejects: where it cannot be written, it is known until the program ends. */
  set(next: Remembered): Promise<void>
  /** The program starts: what failed before may work now. */
  restart(): void
}

const NOTHING: Remembered = { last: null, owed: null }

/**
 * What the schedules remember, in one file of the data directory: it outlives a crash, and a backup folder that is away. `earlier`: when a run last began, as a
 * version without this file noted it.
 */
export function createScheduleMemories(path: string, onFailure: (error: unknown) => void) {
  const all = new Map(Object.entries(read(path)))
  let writing: Promise<void> = Promise.resolve()

  async function save(): Promise<void> {
    await replaceFile(path, `${JSON.stringify(Object.fromEntries(all))}\n`).catch(onFailure)
  }
  return (name: 'backup' | 'drill', earlier: () => number | null = () => null): ScheduleMemory => {
    const get = (): Remembered => all.get(name) ?? { ...NOTHING, last: earlier() }
    return {
      get,
      set(next) {
        all.set(name, next)
        writing = writing.then(save)
        return writing
      },
      restart() {
        const { last, owed } = get()
        if (owed?.failed) all.set(name, { last, owed: { ...owed, tries: 0 } })
      },
    }
  }
}

/** Where it is damaged, it is as if nothing had run: what was carried out is seen from the backups themselves. */
function read(path: string): Record<string, Remembered> {
  try {
    const bytes = readRegularFile(path, MOST_BYTES)
    return bytes === undefined ? {} : z.record(z.string(), Remembered).parse(JSON.parse(bytes.toString('utf8')))
  } catch {
    return {}
  }
}
