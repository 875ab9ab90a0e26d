import { AUDIT_ACTIONS, type AuditEntry } from '../../preload/contract/audit.ts'
import { createAuditLog } from '../audit/audit-log.ts'
import { type Arguments, UsageError } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { locate } from './program.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'
import { moment, oneOf } from './words.ts'

const MAX_ENTRIES = 1000

/** `whatslang audit`: what was done to the program and its data, newest first. Reads the file itself, whoever holds the data directory. */
export function auditCommand(args: Arguments, terminal: Terminal, surroundings: Surroundings): ExitCode {
  const limit = limitOf(args.limit)
  const action = oneOf('action', args.action, AUDIT_ACTIONS)
  const { audit } = locate(args, surroundings)
  const log = createAuditLog({ path: audit, now: Date.now, log: { error: () => undefined } })
  const entries = log.list({ limit, action })
  const none = action === undefined ? `There are no entries in ${audit} yet.` : `There are no entries of ${action}.`
  terminal.result({ file: audit, entries }, entries.length === 0 ? none : entries.map(lineOf))
  return EXIT.done
}

function limitOf(text = '50'): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_ENTRIES) return limit
  throw new UsageError(`--limit takes a number from 1 to ${MAX_ENTRIES}, not "${text}".`)
}

function lineOf({ at, action, outcome, by, address, detail }: AuditEntry): string {
  const more = Object.entries(detail).map(([name, value]) => `${name}: ${value}`)
  return [
    moment(at),
    outcome === 'done' ? action : `${action} (${outcome})`,
    address === null ? by : `${by} ${address}`,
    ...more,
  ].join('  ')
}
