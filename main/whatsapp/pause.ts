import type { Session } from '../../preload/contract/session.ts'
import type { SessionDatabase } from './session-db.ts'
import type { SessionView } from './session-view.ts'

/** Sending rests while WhatsApp restricts the account, also after a restart, and while the machine sleeps. */
export function createPause(deps: { session: SessionDatabase; view: SessionView; now(): number; onLift(): void }) {
  const { session, view } = deps
  let until = Number(session.fact('pause') ?? 0)
  let asleep = false
  let timer: NodeJS.Timeout | undefined

  const restricted = () => until > deps.now()
  const show = () => {
    const paused: Session['paused'] = asleep
      ? { until: null, reason: 'suspend' }
      : restricted()
        ? { until, reason: 'timelock' }
        : undefined
    view.note({ paused })
  }
  const schedule = () => {
    clearTimeout(timer)
    if (!restricted()) return
    timer = setTimeout(
      () => {
        show()
        deps.onLift()
      },
      Math.min(until - deps.now() + 50, 2 ** 31 - 1),
    )
    timer.unref()
  }
  const set = (value: number) => {
    until = value
    session.setFact('pause', value > 0 ? String(value) : undefined)
    schedule()
    show()
  }
  if (restricted()) set(until)
  return {
    active: () => asleep || restricted(),
    timelock(active: boolean, end: Date | undefined) {
      if (!active) {
        if (until > 0) this.lift()
        return
      }
      set(end?.getTime() ?? deps.now() + 60 * 60_000)
      if (view.get().state === 'open') view.enter('open', this.problem())
      deps.onLift()
    },
    problem(): { problem?: NonNullable<Session['problem']> } {
      if (!restricted()) return {}
      const message =
        'WhatsApp restricts this account for now. Bots wait and answer nothing, because trying again makes it last longer.'
      return { problem: { code: 'reachout-timelock', message } }
    },
    suspend(on: boolean) {
      if (asleep === on) return
      asleep = on
      show()
    },
    lift() {
      set(0)
      if (view.get().state === 'open') view.enter('open')
      deps.onLift()
    },
    dispose: () => clearTimeout(timer),
  }
}
export type Pause = ReturnType<typeof createPause>
