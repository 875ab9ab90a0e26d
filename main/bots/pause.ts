import type { Session } from '../../preload/contract/session.ts'

export type Pause = NonNullable<Session['paused']>

export interface PauseDeps {
  clock: { now(): number }
  /** Where the user's own pause outlasts a restart. */
  memory?: { get(): Pause | undefined; set(pause: Pause | undefined): void }
  onChange?: () => void
}

/** Whether bots answer at all. Several reasons can hold at once; each is lifted by whoever set it. */
export function createPause({ clock, memory, onChange }: PauseDeps) {
  const held = new Map<Pause['reason'], Pause>()
  const listeners = new Set<() => void>()
  let timer: NodeJS.Timeout | undefined
  const remembered = memory?.get()
  if (remembered) held.set(remembered.reason, remembered)

  function changed(): void {
    clearTimeout(timer)
    // What is shown first is also what is over last.
    const ends = [...held.values()].flatMap(({ until }) => until ?? [])
    if (ends.length > 0) {
      timer = setTimeout(changed, Math.min(Math.max(Math.min(...ends) - clock.now(), 0) + 10, 3_600_000))
      timer.unref()
    }
    drop()
    for (const listener of listeners) listener()
    onChange?.()
  }

  function drop(): void {
    const now = clock.now()
    for (const [reason, { until }] of held) {
      if (until !== null && until <= now) lift(reason)
    }
  }

  function lift(reason: Pause['reason']): boolean {
    const lifted = held.delete(reason)
    if (lifted && reason === 'user') memory?.set(undefined)
    return lifted
  }

  changed()
  return {
    /** Undefined: bots answer. */
    current(): Pause | undefined {
      drop()
      const order: Pause['reason'][] = ['restore', 'timelock', 'user', 'suspend']
      return order.flatMap((reason) => held.get(reason) ?? [])[0]
    },
    active(): boolean {
      drop()
      return held.size > 0
    },
    /** `until` in ms since 1970; null: until resumed. */
    set(reason: Pause['reason'], until: number | null = null): void {
      const pause = { reason, until }
      held.set(reason, pause)
      if (reason === 'user') memory?.set(pause)
      changed()
    },
    /** Without a reason: everything that a user may lift (their own pause, and WhatsApp's timelock). */
    resume(reason?: Pause['reason']): void {
      for (const one of reason ? [reason] : (['user', 'timelock'] as const)) lift(one)
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
