import type { BackupStatus } from '../../preload/contract/backups.ts'
import type { BackupFacts } from '../health/program-check.ts'

/** What the doctor makes of the backups' status. */
export function factsOf(status: BackupStatus, scheduled: boolean): BackupFacts {
  const { proving, pruning } = status
  const unproven = proving.state === 'failed' ? proving.problem : null
  return {
    lastVerifiedAt: status.last_verified_at,
    overdue: status.overdue,
    problem: status.problem === unproven ? null : status.problem,
    scheduled,
    folder: status.folder,
    unproven,
    undeletable: pruning.state === 'failed' ? pruning.problem : null,
    silent: status.silent_since !== null,
    gone: status.gone,
    ahead: status.dated_ahead,
  }
}
