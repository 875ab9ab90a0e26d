import type { Notice } from '../ports.ts'
import type { Catalogue, Entry } from './catalogue.ts'

/** What says something of the file itself, and not of the moment. */
const DAMAGE = new Set([
  'TRUNCATED',
  'ALTERED',
  'NOT_OURS',
  'MISMATCH',
  'statement',
  'schema',
  'row',
  'truncated',
  'damaged',
])

export const isDamagedBackup = (error: unknown): boolean => DAMAGE.has(codeOf(error))

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

export interface TroubleDeps {
  notify(notice: Notice): void
  log: { error(facts: Record<string, unknown>, message: string): void }
}

/** What went wrong last, until something goes right: told once when it happens, and shown as long as it lasts. */
export function createTrouble(deps: TroubleDeps) {
  let now: { problem: string; code: string } | null = null

  function tell(error: unknown, message: string, title: string, logged: string): void {
    const code = codeOf(error)
    const again = now?.problem === message
    now = { problem: message, code }
    deps.log.error({ code }, logged)
    if (again) return
    deps.notify(
      code === 'SOURCE_CORRUPT'
        ? { code: 'database-corrupt', title: 'The database is damaged', body: message, page: '/backups' }
        : { code: 'backup-failed', title, body: message, page: '/backups' },
    )
  }
  return {
    now: () => now,
    over(): void {
      now = null
    },
    /** A backup, or its proof. `entry`: the file in question, which is marked where it is damaged. */
    async failed(error: unknown, entry: Entry | undefined, catalogue: Catalogue): Promise<void> {
      if (codeOf(error) === 'CANCELLED') return
      const problem = error instanceof Error ? error.message : 'The backup failed.'
      if (entry !== undefined && isDamagedBackup(error))
        await catalogue.put({ ...entry, verification: 'failed', problem, problem_code: codeOf(error) })
      tell(error, problem, 'The backup failed', 'a backup or its proof failed')
    },
    folderUsable(): void {
      if (now?.code === 'NO_FOLDER') now = null
    },
    folderUnusable(error: Error, instead: string): void {
      const problem = `${error.message} Until then backups are made in ${instead}.`
      tell(error, problem, 'The folder of the backups cannot be used', 'the folder of the backups cannot be used')
    },
  }
}
