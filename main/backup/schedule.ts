import type { Clock } from '../ports.ts'
import type { Remembered, ScheduleMemory } from './schedule-memory.ts'

const LOOK_EVERY_MS = 30_000
const MINUTE = 60_000
/** Between tries of a run that fails: soon at first, then without hammering a full disk. */
const BACK_OFF = [1, 5, 15, 30, 60].map((minutes) => minutes * MINUTE)
/** Clocks that are set right move a little. */
const AHEAD_MS = MINUTE

export interface ScheduleDeps {
  clock: Pick<Clock, 'now'>
  memory: ScheduleMemory
  /** When it is due next, where it last ran at `last` (ms); null: never. */
  dueAfter(last: number): number | null
  /** When a run that was due at `due` was carried out although nothing remembers it; null: it was not. */
  carriedOut?(due: number): Promise<number | null>
  /** Tells of its failure itself; a rejection here only means "again later". */
  run(): Promise<void>
  /** A failure after which this run is over: the user ended it. */
  isOver?(error: unknown): boolean
}

/**
 * Looks at the clock twice a minute instead of trusting one long timer, which a sleeping machine delays. A run whose time passed meanwhile is made up
 * for once, however many were missed; so is one that failed or that was killed in the middle. What began is remembered on the disk before it begins.
 */
export function createSchedule(deps: ScheduleDeps) {
  const { clock, memory } = deps
  let timer: NodeJS.Timeout | undefined
  let running = false
  let disposed = false
  memory.restart()

  async function begun(): Promise<Remembered> {
    const now = clock.now()
    const known = memory.get()
    // Never, or in the future: the clock was wrong once. Either way it counts from now.
    if (known.last !== null && known.last <= now + AHEAD_MS) return known
    const fresh = { last: now, owed: known.owed }
    await memory.set(fresh)
    return fresh
  }

  /** When the run that is to be made now was due; undefined: none is. */
  async function dueNow(): Promise<number | undefined> {
    const now = clock.now()
    const { last, owed } = await begun()
    const next = deps.dueAfter(last ?? now)
    if (next === null) {
      if (owed) await memory.set({ last, owed: null }) // switched off meanwhile: nothing is owed any more
      return undefined
    }
    if (owed) return isTime(owed, now) ? owed.due : undefined
    return next <= now ? next : undefined
  }

  let looked: Promise<void> = Promise.resolve()
  function look(): Promise<void> {
    if (running || disposed) return Promise.resolve()
    running = true
    looked = act()
    return looked
  }
  async function act(): Promise<void> {
    try {
      const due = await dueNow()
      if (due === undefined) return
      const done = (await deps.carriedOut?.(due)) ?? null
      if (done !== null) return await memory.set({ last: done, owed: null })
      const tries = (memory.get().owed?.tries ?? 0) + 1
      const now = clock.now()
      await memory.set({ last: now, owed: { due, tries, tried_at: now, failed: false } })
      await attempt(due, tries)
    } finally {
      running = false
    }
  }

  async function attempt(due: number, tries: number): Promise<void> {
    const { last } = memory.get()
    try {
      await deps.run()
    } catch (error) {
      // Where the program ends, the next start makes up for it.
      if (disposed) return
      const over = deps.isOver?.(error) === true
      return await memory.set({ last, owed: over ? null : { due, tries, tried_at: clock.now(), failed: true } })
    }
    await memory.set({ last, owed: null })
  }

  return {
    start(): void {
      timer ??= setInterval(() => void look(), LOOK_EVERY_MS).unref()
      void look()
    },
    /** After wake-up, or a change of the settings. */
    look,
    next(): number | null {
      const now = clock.now()
      const { last, owed } = memory.get()
      const next = deps.dueAfter(last ?? now)
      if (next === null) return null
      return owed ? Math.max(now, Math.min(next, owed.tried_at + waitOf(owed))) : Math.max(next, now)
    },
    /** Resolves when the last look has ended. */
    ended: (): Promise<void> => looked.catch(() => undefined),
    dispose(): void {
      disposed = true
      clearInterval(timer)
      timer = undefined
    },
  }
}

type Owed = NonNullable<Remembered['owed']>
/** A run that was killed once is made up for at once: the machine may have lost its power. Killed again, or failed, it waits. */
const waitOf = ({ tries, failed }: Owed): number => {
  const step = failed ? tries - 1 : tries - 2
  return step < 0 ? 0 : (BACK_OFF[Math.min(step, BACK_OFF.length - 1)] ?? 0)
}
const isTime = (owed: Owed, now: number): boolean =>
  now >= owed.tried_at + waitOf(owed) || owed.tried_at > now + AHEAD_MS
