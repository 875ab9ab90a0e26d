import { statSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import Database from 'better-sqlite3'
import { createPrivateFile } from '../../files/unfinished.ts'
import { finishRemovals } from '../../store/chat-removal.ts'
import { countMessages, keepImportedCounts } from '../../store/message-count.ts'
import { createOddReport, type OddColumn } from '../../store/odd/odd-report.ts'
import { settleValues } from '../../store/odd/settle-values.ts'
import { showOddValue } from '../../store/odd/value.ts'
import { copyPython } from '../../store/python/copy.ts'
import { generationOf } from '../../store/python/generation.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../../store/schema.ts'
import { copyRows, refuse } from './copy-rows.ts'
import { hasSchema, versionOf } from './file-version.ts'
import { checkObjects, openChecked } from './hostile.ts'
import { bring, quoteName, referenceSchema } from './reference.ts'
import { RefusalError } from './refusal.ts'
import { BUILT, limitGrowth, tooLarge } from './room.ts'
import { quick, type Source } from './source.ts'

export interface RefusedRow {
  table: string
  row: string
  reason: string
}
export interface Candidate {
  path: string
  kind: 'whatslang-backup' | 'whatslang-database' | 'python-database' | 'sql-dump'
  generation: number | null
  schemaVersion: number | null
  unknownTables: string[]
  unknownColumns: string[]
  orphans: number
  refusedRows: RefusedRow[]
  refusedRowsTotal: number
  /** Values that cannot be read as what their column holds. */
  odd: OddColumn[]
  warnings: string[]
}
const HIGHEST_ID = Number.MAX_SAFE_INTEGER / 2

/**
 * Builds a database of ours beside the scratch one: its schema is written by us, and only rows come from the file. `asIs`: it is the proven safety backup
 * of this database, and an undo brings back every byte of it; what cannot be read was here before.
 */
export async function buildCandidate(source: Source, path: string, asIs = false): Promise<Candidate> {
  const looked = openChecked(source.path)
  let version: number | null
  let generation: number | null
  try {
    version = versionOf(looked, source)
    generation = version === null ? generationOf(looked) : null
    if (version === null && generation === null) {
      throw new RefusalError(
        'unknown-kind',
        'The file is readable, but it holds neither the data of Whatslang nor of the Python service. Choose another file.',
      )
    }
    checkObjects(looked, version)
  } finally {
    looked.close()
  }
  const result: Candidate = {
    path,
    kind:
      generation !== null
        ? 'python-database'
        : source.proven
          ? 'whatslang-backup'
          : source.form === 'sql'
            ? 'sql-dump'
            : 'whatslang-database',
    generation,
    schemaVersion: version,
    unknownTables: [],
    unknownColumns: [],
    orphans: 0,
    refusedRows: (source.report?.refusedRows ?? []).map((row) => ({
      table: row.table,
      row: `line ${row.line}`,
      reason: row.reason,
    })),
    refusedRowsTotal: source.report?.refusedRowsTotal ?? 0,
    odd: [],
    warnings:
      source.proven || generation !== null
        ? []
        : ['The file carries no manifest of Whatslang: whether rows are missing from it cannot be told.'],
  }
  const start = version ?? SCHEMA_VERSION
  const adopted = source.form === 'sql' && version !== null && hasSchema(source.path, version)
  if (adopted) await rename(source.path, path)
  else createPrivateFile(path)
  const db = new Database(path)
  try {
    quick(db)
    limitGrowth(db, source.bytes, BUILT)
    if (adopted) addSearch(db, start)
    else bring(db, 0, start)
    // Nothing is indexed while rows come and migrations change them.
    db.exec('DELETE FROM search_gap; INSERT INTO search_gap VALUES (1, -9223372036854775808, 9223372036854775807)')
    if (generation !== null) takePython(db, source, result)
    else if (!adopted) copyRows(db, source, result)
    bring(db, start, SCHEMA_VERSION)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    const settled = !(asIs && source.proven)
    if (settled) readable(db, result)
    // A chat that was being deleted when the file was written must not come back in half.
    finishRemovals(db)
    settle(db, result)
    if (settled) {
      keepImportedCounts(db)
      countMessages(db)
    }
    return result
  } catch (error) {
    throw tooLarge(error, db) ?? error
  } finally {
    db.close()
  }
}

/** The search index is made empty: it is filled after the swap, in the background. */
function addSearch(db: Database.Database, version: number): void {
  const reference = referenceSchema(version)
  const objects = reference
    .prepare<[], string>(
      "SELECT sql FROM sqlite_schema WHERE type = 'trigger' OR sql LIKE 'CREATE VIRTUAL%' ORDER BY type = 'trigger'",
    )
    .pluck()
    .all()
  reference.close()
  for (const sql of objects) db.exec(sql)
}

function takePython(db: Database.Database, source: Source, result: Candidate): void {
  const from = new Database(source.path, { readonly: true })
  try {
    from.pragma('trusted_schema = OFF')
    const report = copyPython(from, db)
    result.orphans = report.orphans
    result.unknownTables = report.unknownTables
    result.unknownColumns = report.unknownColumns
    for (const row of report.refused) refuse(result, row)
  } finally {
    from.close()
  }
}

/** Every value becomes one that the program can read; the file's own is kept, or its row is named. */
function readable(db: Database.Database, result: Candidate): void {
  const report = createOddReport()
  settleValues(db, { report, leftOut: (row) => refuse(result, row), python: result.generation !== null })
  result.odd = report.list()
}

/** What must hold of every candidate: no dangling reference, no counter that is about to overflow. */
function settle(db: Database.Database, result: Candidate): void {
  const highest = Number(
    db
      .prepare(
        'SELECT max(m) FROM (SELECT max(seq) AS m FROM sqlite_sequence UNION ALL SELECT max(id) FROM messages UNION ALL SELECT max(id) FROM bot_chat_assignments UNION ALL SELECT max(id) FROM processed_messages)',
      )
      .pluck()
      .get() ?? 0,
  )
  if (highest > HIGHEST_ID)
    throw new RefusalError(
      'damaged',
      'A counter in the file stands at its end: nothing could be added after it. The file was not taken.',
    )
  dropAliases(db, result)
  for (let round = 0; round < 5; round++) {
    const broken = db.pragma('foreign_key_check') as { table: string; rowid: number | null; parent: string }[]
    if (broken.length === 0) break
    for (const row of broken) {
      if (row.rowid === null) {
        throw new RefusalError('damaged', `Rows of "${row.table}" point to nothing. The file was not taken.`)
      }
      db.prepare(`DELETE FROM ${quoteName(row.table)} WHERE rowid = ?`).run(row.rowid)
      result.orphans++
      refuse(result, {
        table: row.table,
        row: `row ${row.rowid}`,
        reason: `It points to a row of ${row.parent} that is not in the file.`,
      })
    }
  }
  const last = Number(db.prepare('SELECT COALESCE(max(id), 0) FROM messages').pluck().get())
  db.exec('DELETE FROM search_gap')
  db.prepare('INSERT INTO search_gap VALUES (1, 1, ?)').run(last)
  if (statSync(db.name).size === 0) throw new RefusalError('empty', 'The file holds nothing.')
}

/** The one table of ours WITHOUT ROWID that points to others: `foreign_key_check` cannot say which row. */
function dropAliases(db: Database.Database, result: Candidate): void {
  const lost = db
    .prepare<[], string>(
      `DELETE FROM chat_aliases WHERE chat_id NOT IN (SELECT id FROM chats) OR account_id NOT IN (SELECT id FROM accounts)
       RETURNING CAST(jid AS TEXT)`,
    )
    .pluck()
    .all()
  result.orphans += lost.length
  for (const jid of lost) {
    const row = showOddValue({ is: 'text', bytes: Buffer.from(jid) })
    refuse(result, { table: 'chat_aliases', row, reason: 'It points to a chat or an account that is not in the file.' })
  }
}
