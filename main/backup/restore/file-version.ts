import type Database from 'better-sqlite3'
import { APPLICATION_ID, SCHEMA_VERSION } from '../../store/schema.ts'
import { RefusalError } from './refusal.ts'
import type { Source } from './source.ts'

/** The database version of a file of ours; null where it is not ours. @throws RefusalError for a newer one */
export function versionOf(db: Database.Database, source: Source): number | null {
  const has = (table: string): boolean =>
    db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined
  const application =
    source.manifest?.header.application_id ??
    source.report?.applicationId ??
    Number(db.pragma('application_id', { simple: true }))
  // `.dump` writes neither number: then the tables tell.
  if (application !== APPLICATION_ID && !(has('accounts') && has('outbox') && has('processed_messages'))) return null
  const said =
    source.manifest?.header.user_version ??
    source.report?.userVersion ??
    Number(db.pragma('user_version', { simple: true }))
  if (said > SCHEMA_VERSION) {
    const by = source.manifest?.header.app_version ?? writtenBy(db)
    throw new RefusalError(
      'newer-version',
      `The file was written by a newer Whatslang (${by === undefined ? '' : `version ${by}, `}database version ${said}; this one knows ${SCHEMA_VERSION}). Install that version or a newer one, then restore.`,
    )
  }
  return said >= 1 ? said : SCHEMA_VERSION
}
function writtenBy(db: Database.Database): string | undefined {
  try {
    const value = db.prepare("SELECT value FROM meta WHERE key = 'written_by'").pluck().get()
    return typeof value === 'string' ? value.slice(0, 40) : undefined
  } catch {
    return undefined // no such table: the message does without
  }
}
