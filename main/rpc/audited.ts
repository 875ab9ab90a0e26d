import { ORPCError } from '@orpc/server'
import type { AuditAction, AuditEntry } from '../../preload/contract/audit.ts'
import type { RpcContext } from './context.ts'

interface Audited {
  action: AuditAction
  /** Names of what was changed, from the call's input, which was not validated yet. Never a value, a text or a secret. */
  detail?(input: unknown): AuditEntry['detail']
  /** The same, from the answer of a call that was done. Undefined: the user cancelled, and nothing is recorded. */
  result?(output: unknown): AuditEntry['detail'] | undefined
}

const named =
  (...names: string[]) =>
  (input: unknown) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined
        return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
          ? [[name, value]]
          : []
      }),
    )

/** Which calls the audit log records, by their place in the contract. A call that only reads is not here. */
const AUDITED: Readonly<Record<string, Audited>> = {
  'settings.update': { action: 'settings-changed', detail: (input) => ({ settings: pathsOf(input).join(', ') }) },
  'settings.importFile': {
    action: 'settings-imported',
    result: (output) => ({ settings: listed(output, 'taken'), left_out: listed(output, 'ignored') }),
  },
  'settings.confirm': { action: 'settings-confirmed' },
  'settings.setSecret': { action: 'secret-changed', detail: named('name') },
  'backups.renewFolder': { action: 'settings-changed', detail: () => ({ settings: 'backup.folder' }) },
  'backups.create': { action: 'backup-made', detail: named('format', 'encryption') },
  'backups.drill': { action: 'backup-drilled' },
  'backups.file': { action: 'backup-downloaded', detail: named('id') },
  'backups.remove': { action: 'backup-removed', detail: named('id') },
  'backups.prune': { action: 'backups-pruned', detail: named('dry_run') },
  'restore.apply': { action: 'restore-applied', detail: named('mode') },
  'restore.discard': { action: 'restore-discarded', detail: named('upload') },
  'restore.undo': { action: 'restore-undone' },
  'exports.download': { action: 'export-made', detail: named('format') },
  'exports.save': {
    action: 'export-made',
    detail: named('format'),
    result: (output) => (output === null ? undefined : {}),
  },
  'chats.remove': { action: 'chat-removed' },
  'bots.remove': { action: 'bot-removed', detail: named('name') },
  'data.applyRetention': { action: 'texts-forgotten' },
  'data.reset': { action: 'data-reset' },
  'host.pickDataFolder': { action: 'data-moved', result: picked() },
  'host.pickBackupFolder': { action: 'settings-changed', result: picked({ settings: 'backup.folder' }) },
  'host.changeUpdateFeed': {
    action: 'settings-changed',
    result: (output) => (isUnchanged(output) ? undefined : { settings: 'desktop.update_feed' }),
  },
  'auth.endSession': { action: 'session-ended', detail: named('id') },
  'auth.endSessions': { action: 'session-ended', detail: named('others_only') },
  'session.logout': { action: 'account-unlinked' },
}

/** For a native dialog: nothing was done where it was cancelled. */
function picked(detail: AuditEntry['detail'] = {}) {
  return (output: unknown) =>
    typeof output === 'object' && output !== null && Reflect.get(output, 'path') === null ? undefined : detail
}

const isUnchanged = (output: unknown) =>
  typeof output === 'object' && output !== null && Reflect.get(output, 'changed') === false

/** Names in a list of the answer. */
function listed(output: unknown, name: string): string {
  const names: unknown = typeof output === 'object' && output !== null ? Reflect.get(output, name) : undefined
  return Array.isArray(names) ? names.join(', ') : ''
}

/** Runs a call and records what became of it, where the audit log wants to know. */
export async function audited<T extends { output: unknown }>(
  call: { path: readonly string[]; input: unknown; context: RpcContext },
  run: () => Promise<T>,
): Promise<T> {
  const entry = AUDITED[call.path.join('.')]
  if (!entry) return run()
  const { program, caller } = call.context
  const record = (outcome: AuditEntry['outcome'], more: AuditEntry['detail'] = {}) =>
    program.audit.record({
      action: entry.action,
      outcome,
      by: caller.by,
      address: caller.address ?? null,
      detail: { ...entry.detail?.(call.input), ...more },
    })
  try {
    const result = await run()
    const more = entry.result?.(result.output)
    if (entry.result === undefined || more !== undefined) record('done', more)
    return result
  } catch (error) {
    const failure = error instanceof ORPCError ? error : undefined
    const refused = failure !== undefined && failure.status < 500
    record(refused ? 'refused' : 'failed', { code: failure?.code ?? 'UNEXPECTED' })
    throw error
  }
}

/** Names of the leaves of a patch: `model.base_url`. */
function pathsOf(value: unknown, path = '', depth = 0): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > 3) return [path]
  return Object.entries(value)
    .slice(0, 20)
    .flatMap(([key, part]) => pathsOf(part, path === '' ? key : `${path}.${key}`, depth + 1))
}
