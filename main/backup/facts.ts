import type { BackupStatus, DrillReport } from '../../preload/contract/backups.ts'
import type { BackupFacts } from '../health/program-check.ts'

/** What the doctor makes of the backups' status. */
export function factsOf(status: BackupStatus, scheduled: boolean, drill?: DrillReport | null): BackupFacts {
  const { proving, pruning } = status
  const unproven = proving.state === 'failed' ? proving.problem : null
  const away = status.problem_code === 'NOT_MOUNTED' ? status.problem : null
  return {
    lastVerifiedAt: status.last_verified_at,
    overdue: status.overdue,
    problem: status.problem === unproven || away !== null ? null : status.problem,
    notMounted: away,
    scheduled,
    folder: status.folder,
    unproven,
    undeletable: pruning.state === 'failed' ? pruning.problem : null,
    silent: status.silent_since !== null,
    readOnly: status.read_only,
    gone: status.gone,
    ahead: status.dated_ahead,
    ...(drill !== undefined && { drill: drillOf(drill) }),
  }
}

/** The first place that failed says why. */
export const drillOf = (report: DrillReport | null): NonNullable<BackupFacts['drill']> | null =>
  report === null
    ? null
    : { outcome: report.outcome, problem: report.places.find(({ outcome }) => outcome === 'failed')?.problem ?? null }
