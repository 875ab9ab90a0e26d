import { runsAfter } from '../../preload/contract/schedule.ts'
import type { Settings } from '../../preload/contract/settings.ts'
import type { Clock } from '../ports.ts'
import type { Entry } from './catalogue.ts'
import type { Drills } from './drills.ts'
import { readBackupName } from './file-name.ts'
import type { Folders } from './folders.ts'
import { codeOf } from './results.ts'
import { createSchedule } from './schedule.ts'
import { createScheduleMemories } from './schedule-memory.ts'
import { isAhead, isProven } from './status.ts'

export interface SchedulesDeps {
  /** What the schedules remember; in the data directory. */
  path: string
  clock: Pick<Clock, 'now'>
  settings(): Settings
  folders: Folders
  /** The backups of this installation that were seen. */
  own(): Entry[]
  drills: Drills
  backup(): Promise<unknown>
  verify(id: string): Promise<unknown>
  drill(): Promise<unknown>
  /** Their memory could not be written. */
  onUnwritten(error: unknown): void
}

/** Names hold whole seconds. */
const SECOND = 1000

/** What happens by itself at its time: a backup, and a recovery drill. */
export function createSchedules(deps: SchedulesDeps) {
  const { clock, folders, drills } = deps
  const memoryOf = createScheduleMemories(deps.path, deps.onUnwritten)
  const noted = memoryOf('backup', () => folders.now().catalogue.times().scheduled_at)

  /**
   * A program that is killed remembers that a backup began, and not that it was done: the folder shows it. What lies there and was not proven yet is proven
   * instead of being made a second time.
   */
  async function carriedOut(due: number): Promise<number | null> {
    const shelf = folders.now()
    await folders.glance(shelf)
    for (const name of shelf.unknown()) if ((readBackupName(name)?.at ?? 0) > due - SECOND) await prove(name)
    const made = () =>
      deps
        .own()
        .filter(({ reason, created_at: at }) => reason === 'scheduled' && at >= due)
        .filter((entry) => !isAhead(entry, clock.now()))
    for (const { id, verification } of made()) if (verification === 'unverified') await prove(id)
    const proven = made().filter(isProven)
    return proven.reduce<number | null>((at, entry) => Math.max(at ?? 0, entry.created_at), null)
  }
  async function prove(id: string): Promise<void> {
    await deps.verify(id).catch(() => undefined) // told by the one who verifies
  }

  const backup = createSchedule({
    clock,
    memory: {
      ...noted,
      async set(next) {
        await noted.set(next)
        // An earlier version of the program reckons from there.
        const { catalogue } = folders.now()
        if (next.last !== null && next.last !== catalogue.times().scheduled_at)
          await catalogue.setTimes({ scheduled_at: next.last }).catch(deps.onUnwritten)
      },
    },
    dueAfter(last) {
      const { schedule } = deps.settings().backup
      return schedule === null ? null : (runsAfter(schedule, last, 1)[0] ?? null)
    },
    carriedOut,
    async run() {
      await deps.backup()
    },
    isOver: (error) => codeOf(error) === 'CANCELLED',
  })
  const drill = createSchedule({
    clock,
    memory: memoryOf('drill'),
    // Before the first backup there is nothing to drill.
    dueAfter: (last) => (deps.own().length === 0 ? null : drills.dueAfter(last)),
    carriedOut: (due) => Promise.resolve(drills.madeAfter(due)),
    async run() {
      await deps.drill()
    },
  })
  return {
    backup,
    drill,
    async ended(): Promise<void> {
      await Promise.all([backup.ended(), drill.ended()])
    },
    dispose(): void {
      backup.dispose()
      drill.dispose()
    },
  }
}
