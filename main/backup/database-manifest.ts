import Database from 'better-sqlite3'
import { BackupError } from './backup-error.ts'
import { MANIFEST_TABLE, type Manifest, ManifestEnd, ManifestHeader } from './manifest.ts'

/** Puts the manifest into a copy of the database, and the copy into the journal mode in which one file is the whole. */
export function writeManifest(path: string, manifest: Manifest): void {
  const db = new Database(path)
  try {
    db.pragma('journal_mode = DELETE')
    db.transaction(() => {
      db.exec(`CREATE TABLE ${MANIFEST_TABLE} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`)
      const insert = db.prepare(`INSERT INTO ${MANIFEST_TABLE} VALUES (?, ?)`)
      for (const key of ['header', 'settings', 'end'] as const) insert.run(key, JSON.stringify(manifest[key] ?? null))
    })()
  } finally {
    db.close()
  }
}

/** Undefined: no manifest in there. Throws ALTERED where there is one that cannot be read. */
export function readManifest(db: Database.Database, path: string): Manifest | undefined {
  const there = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(MANIFEST_TABLE)
  if (there === undefined) return undefined
  const value = db.prepare<[string], string>(`SELECT value FROM ${MANIFEST_TABLE} WHERE key = ?`).pluck()
  const read = (key: string): unknown => JSON.parse(value.get(key) ?? '')
  try {
    return {
      header: ManifestHeader.parse(read('header')),
      settings: read('settings'),
      end: ManifestEnd.parse(read('end')),
    }
  } catch (error) {
    throw new BackupError(
      'ALTERED',
      `The manifest inside ${path} cannot be read. Use another backup.`,
      {},
      { cause: error },
    )
  }
}
