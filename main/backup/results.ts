import type { Notice } from '../ports.ts'
import type { Catalogue, Entry } from './catalogue.ts'
import type { Stuck } from './folder/contents.ts'

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

export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

/** What became of one of the three things that a run does. `at`: when (ms); null: not since the program started. */
export interface Result {
  state: 'none' | 'done' | 'failed'
  at: number | null
  problem: string | null
  problem_code: string | null
}
export interface StuckFile extends Stuck {
  id: string
}
export interface ResultsDeps {
  notify(notice: Notice): void
  log: { error(facts: Record<string, unknown>, message: string): void }
  now(): number
}

const NONE: Result = { state: 'none', at: null, problem: null, problem_code: null }
type Part = 'making' | 'proving' | 'pruning' | 'folder' | 'listing'

/**
 * Making a backup, proving it and removing old ones are three results: one that fails says nothing of the others. Beside them, whether the folder can be
 * used, and whether its list can be written. Each is told once when it begins to fail, and shown for as long as it does.
 */
export function createResults(deps: ResultsDeps) {
  const now: Record<Part, Result> = { making: NONE, proving: NONE, pruning: NONE, folder: NONE, listing: NONE }

  function fail(
    part: Part,
    problem: string,
    code: string,
    notice: Omit<Notice, 'body' | 'page'>,
    logged: string,
  ): void {
    const again = now[part].problem === problem
    now[part] = { state: 'failed', at: deps.now(), problem, problem_code: code === '' ? null : code }
    deps.log.error({ code }, logged)
    if (!again) deps.notify({ ...notice, body: problem, page: '/backups' })
  }
  const messageOf = (error: unknown, otherwise: string): string => (error instanceof Error ? error.message : otherwise)
  const end = (part: Part): void => {
    now[part] = { ...NONE, state: 'done', at: deps.now() }
  }

  return {
    of: (part: Part): Result => now[part],
    /** What is wrong with the backups themselves; removing old ones is not among it. */
    problem: (): Result | undefined =>
      [now.making, now.folder, now.proving, now.listing].find(({ state }) => state === 'failed'),
    made: () => end('making'),
    proven: () => end('proving'),
    listed: () => end('listing'),
    notMade(error: unknown): void {
      const code = codeOf(error)
      if (code === 'CANCELLED') return
      const notice =
        code === 'SOURCE_CORRUPT'
          ? ({ code: 'database-corrupt', title: 'The database is damaged' } as const)
          : ({ code: 'backup-failed', title: 'The backup failed' } as const)
      fail('making', messageOf(error, 'The backup failed.'), code, notice, 'a backup could not be made')
    },
    /** `entry`: the file, which is marked where it is damaged. */
    async notProven(error: unknown, entry: Entry, catalogue: Catalogue): Promise<void> {
      const code = codeOf(error)
      if (code === 'CANCELLED') return
      const problem = messageOf(error, 'Its proof failed.')
      if (isDamagedBackup(error)) await catalogue.put({ ...entry, verification: 'failed', problem, problem_code: code })
      const notice = { code: 'backup-unproven', title: 'A backup could not be proven' } as const
      fail(
        'proving',
        `${entry.id} was made, but could not be proven. ${problem}`,
        code,
        notice,
        'a backup could not be proven',
      )
    },
    /** `stuck`: files that could not be removed; none: all went. */
    pruned(stuck: readonly StuckFile[]): void {
      const [first] = stuck
      if (first === undefined) {
        end('pruning')
        return
      }
      const more = stuck.length === 1 ? '' : ` So it is with ${stuck.length} files.`
      const notice = { code: 'backup-stuck', title: 'Old backups cannot be deleted' } as const
      fail('pruning', `${first.problem}${more}`, first.code, notice, 'old backups could not be removed')
    },
    notPruned(error: unknown): void {
      const notice = { code: 'backup-stuck', title: 'Old backups cannot be deleted' } as const
      fail('pruning', messageOf(error, 'Old backups could not be removed.'), codeOf(error), notice, 'pruning failed')
    },
    notListed(error: unknown): void {
      const problem = `The list of the backups cannot be written: ${messageOf(error, '')} The files themselves are there.`
      const notice = { code: 'backup-failed', title: 'The list of the backups cannot be written' } as const
      fail('listing', problem, codeOf(error), notice, 'the list of the backups could not be written')
    },
    folderUsable(): void {
      now.folder = NONE
    },
    folderUnusable(error: unknown, instead: string | null): void {
      const problem = `${messageOf(error, '')}${instead === null ? '' : ` Until then backups are made in ${instead}.`}`
      const notice = { code: 'backup-failed', title: 'The folder of the backups cannot be used' } as const
      fail('folder', problem, codeOf(error), notice, 'the folder of the backups cannot be used')
    },
  }
}
export type Results = ReturnType<typeof createResults>
