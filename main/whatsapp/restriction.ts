import type { PauseState } from '../pause/pause.ts'
import type { SessionDatabase } from './session-db.ts'
import type { Problem, SessionView } from './session-view.ts'

const problem: Problem = {
  code: 'reachout-timelock',
  message:
    'WhatsApp restricts this account for now. Bots wait and answer nothing, because trying again makes it last longer.',
}

/**
 * WhatsApp's restriction of the account. The program's pause holds it; session.db remembers its end with the account's keys, and the session
 * shows it as its problem. `onEnd`: it is over, so that sending may go on.
 */
export function createRestriction(deps: {
  session: SessionDatabase
  view: SessionView
  pause: PauseState
  now(): number
  onEnd(): void
  onFailure(error: unknown): void
}) {
  const { session, view, pause } = deps
  const remembered = Number(session.fact('pause') ?? 0)
  if (remembered > deps.now()) pause.restrict(remembered)
  let known = pause.holds('timelock')?.until ?? undefined

  const follow = () => {
    const until = pause.holds('timelock')?.until ?? undefined
    if (until === known) return
    known = until
    try {
      session.setFact('pause', until === undefined ? undefined : String(until))
    } catch (error) {
      // It still holds in this run; a restart would ask WhatsApp again by the next refusal.
      deps.onFailure(error)
    }
    if (view.get().state === 'open') view.enter('open', details())
    if (until === undefined) deps.onEnd()
  }
  const details = () => (pause.holds('timelock') ? { problem } : {})
  const leave = pause.onChange(follow)
  return {
    /** What the session's state carries while it lasts. */
    details,
    /** WhatsApp said so itself. */
    told(active: boolean, end: Date | undefined): void {
      if (active) pause.restrict(end?.getTime())
      else if (pause.holds('timelock')) pause.lift('timelock')
    },
    dispose: leave,
  }
}
export type Restriction = ReturnType<typeof createRestriction>
