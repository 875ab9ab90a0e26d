import { connect } from '../store/sqlite.ts'
import type { DatabaseFacts } from './database-check.ts'

export interface InspectInput {
  path: string
}

/** Looks into the file on a read-only connection of its own. `quick_check` reads every page but not every index entry: minutes less, nearly as much. */
export function inspectDatabaseTask({ path }: InspectInput): Promise<DatabaseFacts> {
  const db = connect(path, { readOnly: true })
  try {
    const lines = db.pragma('quick_check(20)', { simple: false }) as { quick_check: string }[]
    const problems = lines.map((line) => line.quick_check).filter((line) => line !== 'ok')
    const orphans = problems.length > 0 ? 0 : (db.pragma('foreign_key_check') as unknown[]).length
    return Promise.resolve({
      problems,
      orphans,
      schemaVersion: Number(db.pragma('user_version', { simple: true })),
      applicationId: Number(db.pragma('application_id', { simple: true })),
      sqliteVersion: db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '',
    })
  } finally {
    db.close()
  }
}
