import { Cron } from 'croner'
import type { Clock } from '../ports.ts'

const LOOK_EVERY_MS = 30_000
/** After a failure it tries again, without hammering a full disk. */
const RETRY_MS = 30 * 60_000

export interface ScheduleDeps {
  clock: Pick<Clock, 'now'>
  /** A cron expression of five fields; null: never. */
  expression(): string | null
  /** When a run last began (ms); null: never, then the schedule counts from now on. */
  last(): number | null
  setLast(at: number): Promise<void>
  /** Rejections are told by whoever runs it; here they only mean "again in half an hour". */
  run(): Promise<void>
}

/** The next time after `at`; null: never, or an expression that cannot be read. */
export function nextRun(expression: string | null, at: number): number | null {
  if (expression === null) return null
  try {
    return new Cron(expression, { paused: true }).nextRun(new Date(at))?.getTime() ?? null
  } catch {
    return null // the settings page refuses such an expression; an edited file may still hold one
  }
}

/**
 * Looks at the clock twice a minute instead of trusting one long timer, which a sleeping machine delays. A run whose time
 * passed meanwhile is made up for once, however many were missed.
 */
export function createSchedule(deps: ScheduleDeps) {
  let timer: NodeJS.Timeout | undefined
  let running = false
  let retryAt: number | undefined

  async function due(): Promise<boolean> {
    const now = deps.clock.now()
    let last = deps.last()
    // Never, or in the future: the clock was wrong once. Either way it counts from now.
    if (last === null || last > now + 60_000) {
      await deps.setLast(now)
      last = now
    }
    if (retryAt !== undefined && now >= retryAt - RETRY_MS) return now >= retryAt
    const next = nextRun(deps.expression(), last)
    return next !== null && next <= now
  }
  async function look(): Promise<void> {
    if (running) return
    running = true
    try {
      if (!(await due())) return
      await deps.setLast(deps.clock.now())
      await deps.run()
      retryAt = undefined
    } catch {
      retryAt = deps.clock.now() + RETRY_MS // whoever ran it has told of the failure
    } finally {
      running = false
    }
  }
  return {
    start(): void {
      timer ??= setInterval(() => void look(), LOOK_EVERY_MS).unref()
      void look()
    },
    /** After wake-up, or a change of the settings. */
    look,
    next(): number | null {
      const now = deps.clock.now()
      const next = nextRun(deps.expression(), deps.last() ?? now)
      return next === null ? null : Math.max(next, now)
    },
    dispose(): void {
      clearInterval(timer)
      timer = undefined
    },
  }
}
