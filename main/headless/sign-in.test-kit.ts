import { join } from 'node:path'
import { pino } from 'pino'
import type { AuditEvent } from '../audit/audit-log.ts'
import { createSignInFile } from './sign-in-file.ts'
import { createSignIns } from './sign-ins.ts'

/** The sign-ins of a data directory, with a clock that tests move, and what they told. */
export function signInsIn(folder: string, options: { token?: string; at?: number } = {}) {
  const clock = { now: options.at ?? Date.UTC(2026, 0, 1) }
  const audited: AuditEvent[] = []
  const logged: string[] = []
  const path = join(folder, 'signed-in.json')
  const signIns = createSignIns({
    file: createSignInFile(path, options.token ?? 'the-token-of-this-test-0123456789'),
    audit: { record: (event) => void audited.push(event) },
    log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
    now: () => clock.now,
    onChange: () => undefined,
  })
  return { signIns, clock, audited, logged, path }
}
