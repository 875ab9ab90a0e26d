import type { AuditEntry } from '../../preload/contract/audit.ts'

/** Who makes a call. Each host says so for each connection; the audit log records it. */
export interface Caller {
  by: AuditEntry['by']
  /** Undefined where the call does not come over a network. */
  address?: string | undefined
  /** The id of the signed-in session, where the call has one. */
  session?: string | undefined
}
