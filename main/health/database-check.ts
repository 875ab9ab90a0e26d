import type { Finding } from '../../preload/contract/health.ts'
import { fine, trouble } from './finding.ts'

/** What a look into the database file showed; made by the task `health.inspect`, because a check of a large file takes seconds. */
export interface DatabaseFacts {
  /** Empty: SQLite found nothing wrong. */
  problems: string[]
  schemaVersion: number
  applicationId: number
  orphans: number
  sqliteVersion: string
}

export interface DatabaseExpectation {
  schemaVersion: number
  applicationId: number
}

export function checkDatabase(facts: DatabaseFacts, expected: DatabaseExpectation): Finding[] {
  const findings: Finding[] = []
  findings.push(
    facts.problems.length === 0
      ? fine('integrity.sound', 'The database is sound.', { sqlite: facts.sqliteVersion })
      : trouble({
          key: 'integrity.damaged',
          values: { cause: facts.problems.slice(0, 3).join('; ') },
          level: 'error',
          title: 'The database is damaged.',
          cause: facts.problems.slice(0, 3).join('; '),
          wayOut: 'Restore the newest verified backup. Nothing is deleted: the damaged file stays beside it.',
          facts: { problems: facts.problems.length },
        }),
  )
  findings.push(
    facts.schemaVersion === expected.schemaVersion && facts.applicationId === expected.applicationId
      ? fine(
          'schema.same',
          `The database has version ${facts.schemaVersion}, as this program expects.`,
          {},
          { version: facts.schemaVersion },
        )
      : trouble({
          key: facts.schemaVersion > expected.schemaVersion ? 'schema.newer' : 'schema.older',
          values: { version: facts.schemaVersion, expected: expected.schemaVersion },
          level: 'warning',
          title: `The database has version ${facts.schemaVersion}, this program works with ${expected.schemaVersion}.`,
          cause:
            facts.schemaVersion > expected.schemaVersion
              ? 'A newer Whatslang wrote it.'
              : 'It was not opened by this version yet, or it is not a Whatslang database.',
          wayOut:
            facts.schemaVersion > expected.schemaVersion
              ? 'Install the newer Whatslang.'
              : 'Start Whatslang once: it backs up the file and brings it up to date.',
        }),
  )
  if (facts.orphans > 0) {
    findings.push(
      trouble({
        key: 'foreign-keys',
        values: { count: facts.orphans },
        level: 'warning',
        title: `${facts.orphans} rows point to something that is gone.`,
        cause: 'Another program changed the file.',
        wayOut: 'Restore a backup from before that, or leave it: these rows are not used.',
      }),
    )
  }
  return findings
}
