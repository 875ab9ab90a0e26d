import type { Program } from '../rpc/program.ts'
import type { TrayState } from './tray.ts'

export interface TrayFacts {
  lastVerifiedAt: number | null
  backupProblem: boolean
}

/** The program's state as the tray shows it. */
export function trayState(program: Program, facts: TrayFacts, windowVisible: boolean, locale: string): TrayState {
  const session = program.session()
  const until = session.paused?.until ?? null
  return {
    session: session.state,
    paused: session.paused !== undefined,
    pausedUntil: until === null ? null : new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(until),
    attention: session.problem !== undefined || facts.backupProblem,
    lastBackup:
      facts.lastVerifiedAt === null
        ? null
        : new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(facts.lastVerifiedAt),
    backingUp: program.tasks.list().some(({ kind, state }) => kind === 'backup' && state === 'running'),
    windowVisible,
    update: program.host().update,
  }
}
