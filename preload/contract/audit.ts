import * as z from 'zod'
import { Instant, Limit, procedure } from './common.ts'

/** What the audit log records. An action is named by the thing and what happened to it. */
export const AUDIT_ACTIONS = [
  'sign-in',
  'session-ended',
  'token-changed',
  'settings-changed',
  'settings-imported',
  'settings-confirmed',
  'secret-changed',
  'restore-applied',
  'restore-undone',
  'restore-discarded',
  'backup-made',
  'backup-drilled',
  'backup-removed',
  'backups-pruned',
  'backup-downloaded',
  'export-made',
  'chat-removed',
  'bot-removed',
  'texts-forgotten',
  'data-reset',
  'data-moved',
  'account-linked',
  'account-unlinked',
] as const
export const AuditAction = z.enum(AUDIT_ACTIONS)
export type AuditAction = z.infer<typeof AuditAction>

export const AuditEntry = z.object({
  at: Instant,
  action: AuditAction,
  /** `refused`: the program did not allow it. `failed`: it was allowed and did not work. */
  outcome: z.enum(['done', 'refused', 'failed']),
  /** Who asked: the desktop window, the command line, a signed-in page, a script with the token, or the program itself. */
  by: z.enum(['desktop', 'command-line', 'page', 'script', 'program']),
  /** The caller's network address, where there is one. */
  address: z.string().nullable(),
  /** Names of settings, files and codes; never a text of a message, a secret or a value of a setting. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
export type AuditEntry = z.infer<typeof AuditEntry>

export const audit = {
  list: procedure
    .route({ method: 'GET', path: '/audit', tags: ['audit'], summary: 'Newest first' })
    .input(
      z
        .object({ limit: Limit(1000, 200), action: AuditAction.optional() })
        .partial()
        .optional(),
    )
    .output(z.array(AuditEntry)),
}
