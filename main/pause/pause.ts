import type { Session } from '../../preload/contract/session.ts'

export type Pause = NonNullable<Session['paused']>
export type PauseReason = Pause['reason']

export interface PauseDeps {
  clock: { now(): number }
  /** Where the user's own pause outlasts a restart. */
  memory?: { get(): Pause | undefined; set(pause: Pause | undefined): void }
  onChange?: () => void
}

/** What is shown where several reasons hold: the one that the user can do least about comes first. */
const ORDER = ['restore', 'timelock', 'user', 'suspend'] as const satisfies readonly PauseReason[]
/** A restriction ends by itself, also where WhatsApp does not say when. */
const RESTRICTION_MS = 60 * 60_000
/** What a click on Resume lifts. The others end with what set them: the restore, the sleep of the machine. */
const BY_USER = ['user', 'timelock'] as const satisfies readonly PauseReason[]
const LONGEST_TIMER_MS = 3_600_000

/**
 * Whether the bots rest, for all of the program: no bot is asked and nothing is sent while one of the reasons holds. Each reason has one end, and
 * nothing else of the program keeps a pause of its own.
 */
export function createPause({ clock, memory, onChange }: PauseDeps) {
  const held = new Map<PauseReason, Pause>()
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined
  const remembered = memory?.get()
  if (remembered) held.set(remembered.reason, remembered)

  function changed(): void {
    drop()
    clearTimeout(timer)
    const ends = [...held.values()].flatMap(({ until }) => until ?? [])
    if (ends.length > 0) {
      timer = setTimeout(changed, Math.min(Math.max(Math.min(...ends) - clock.now(), 0) + 10, LONGEST_TIMER_MS))
      timer.unref()
    }
    for (const listener of [...listeners]) listener()
    onChange?.()
  }

  function drop(): void {
    const now = clock.now()
    for (const [reason, { until }] of held) {
      if (until !== null && until <= now) end(reason)
    }
  }

  function end(reason: PauseReason): void {
    if (held.delete(reason) && reason === 'user') memory?.set(undefined)
  }

  function hold(pause: Pause): void {
    held.set(pause.reason, pause)
    if (pause.reason === 'user') memory?.set(pause)
    changed()
  }

  changed()
  return {
    /** Undefined: bots answer. */
    current(): Pause | undefined {
      drop()
      return ORDER.flatMap((reason) => held.get(reason) ?? [])[0]
    },
    active(): boolean {
      drop()
      return held.size > 0
    },
    holds(reason: PauseReason): Pause | undefined {
      drop()
      return held.get(reason)
    },
    /** By the user, for so many minutes or until they resume. */
    byUser(minutes?: number): void {
      hold({ reason: 'user', until: minutes === undefined ? null : Math.ceil(clock.now() + minutes * 60_000) })
    },
    /** WhatsApp restricts the account until then (ms since 1970). Where it names no end, for an hour, or as long as it said before. */
    restrict(until?: number): void {
      const before = held.get('timelock')?.until ?? 0
      hold({ reason: 'timelock', until: until ?? Math.max(before, clock.now() + RESTRICTION_MS) })
    },
    /** Until `lift`. */
    hold: (reason: 'restore' | 'suspend') => hold({ reason, until: null }),
    lift(reason: PauseReason): void {
      end(reason)
      changed()
    },
    /** The user's Resume: lifts all that a user may lift. */
    resume(): void {
      for (const reason of BY_USER) end(reason)
      changed()
    },
    /** Returns the unsubscriber. */
    onChange(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dispose(): void {
      clearTimeout(timer)
      listeners.clear()
    },
  }
}
export type PauseState = ReturnType<typeof createPause>
