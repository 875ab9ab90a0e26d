import Database from 'better-sqlite3'
import { APPLICATION_ID, SCHEMA_VERSION } from '../../store/schema.ts'
import { referenceSchema } from './reference.ts'
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
  return said >= 1 ? said : versionBySchema(source.path)
}
function writtenBy(db: Database.Database): string | undefined {
  try {
    const value = db.prepare("SELECT value FROM meta WHERE key = 'written_by'").pluck().get()
    return typeof value === 'string' ? value.slice(0, 40) : undefined
  } catch {
    return undefined // no such table: the message does without
  }
}

/** A plain dump names no version: the newest one whose tables are these, word for word; else the file is read as one of today. */
function versionBySchema(path: string): number {
  for (let version = SCHEMA_VERSION; version > 0; version--) if (hasSchema(path, version)) return version
  return SCHEMA_VERSION
}

/** True where every table and index is that of this version, word for word: then the scratch file itself can become the candidate. */
export function hasSchema(path: string, version: number): boolean {
  const list = (db: Database.Database): string[] =>
    db
      .prepare<[], { sql: string }>(
        "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'messages\\_fts%' ESCAPE '\\'",
      )
      .all()
      .map((row) => row.sql)
      .sort()
  const reference = referenceSchema(version)
  const db = new Database(path, { readonly: true })
  try {
    const [ours, theirs] = [list(reference), list(db)]
    return ours.length === theirs.length && ours.every((sql, i) => sql === theirs[i])
  } finally {
    db.close()
    reference.close()
  }
}
