import { createHash } from 'node:crypto'
import type Database from 'better-sqlite3'
import {
  END_MARK,
  HEADER_MARK,
  line,
  type ManifestEnd,
  type ManifestHeader,
  SETTINGS_MARK,
  type TableDigest,
} from '../manifest.ts'
import { sequenceLines } from './digest.ts'
import { quoteText, writeName } from './names.ts'
import { type DumpPlan, planDump } from './plan.ts'
import { pages, prepareText } from './rows.ts'

/** Takes bytes in order. `write` resolves when it is ready for more. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>
  /** After the last byte; resolves when everything went on. */
  close(): Promise<void>
}

export interface DumpOptions {
  header: Omit<ManifestHeader, 'tables' | 'user_version' | 'application_id' | 'sqlite_version' | 'version'>
  settings: unknown
  /** Called after each page with the number of its rows: reports progress, throws to stop. */
  between(rows: number): void
}

/**
 * Writes the whole database as SQL that `sqlite3 new.db < file` loads. The caller holds the read transaction, which is the
 * snapshot. Loading restores rows with their rowids, counters, versions, and the search index by building it anew.
 */
export async function dumpDatabase(db: Database.Database, sink: Sink, options: DumpOptions): Promise<ManifestEnd> {
  const plan = planDump(db)
  prepareText(db)
  const header = headerOf(db, plan, options.header)
  await text(sink, line(HEADER_MARK, header) + line(SETTINGS_MARK, options.settings ?? null))
  await text(sink, 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n')
  const tables: Record<string, TableDigest> = {}
  for (const [index, table] of plan.tables.entries()) {
    await text(sink, `${plan.createTables[index]};\n`)
    const hash = createHash('sha256')
    let rows = 0
    for (const page of pages(db, table)) {
      hash.update(page.bytes)
      rows += page.rows
      await sink.write(page.bytes)
      options.between(page.rows)
    }
    tables[table.name] = { rows, sha256: hash.digest('hex') }
  }
  if (plan.sequence) {
    const { text: lines, rows } = sequenceLines(db)
    tables.sqlite_sequence = { rows, sha256: createHash('sha256').update(lines).digest('hex') }
    await text(sink, `DELETE FROM sqlite_sequence;\n${lines}`)
  }
  await text(sink, plan.createIndexes.map((sql) => `${sql};\n`).join(''))
  for (const { name, sql, fill } of plan.virtualTables) {
    await text(sink, `${sql};\n`)
    if (fill === 'rebuild') {
      await text(sink, `INSERT INTO ${writeName(name)}(${writeName(name)}) VALUES(${quoteText('rebuild')});\n`)
    }
  }
  await text(sink, plan.createLast.map((sql) => `${sql};\n`).join(''))
  await text(
    sink,
    `PRAGMA application_id=${header.application_id};\nPRAGMA user_version=${header.user_version};\nCOMMIT;\n`,
  )
  const end = { rows: Object.values(tables).reduce((sum, table) => sum + table.rows, 0), tables }
  await text(sink, line(END_MARK, end))
  return end
}

export function headerOf(db: Database.Database, plan: DumpPlan, given: DumpOptions['header']): ManifestHeader {
  return {
    version: 1,
    ...given,
    application_id: Number(db.pragma('application_id', { simple: true })),
    user_version: Number(db.pragma('user_version', { simple: true })),
    sqlite_version: String(db.prepare('SELECT sqlite_version()').pluck().get()),
    tables: plan.tables.map((table) => table.name),
  }
}

const text = (sink: Sink, value: string): Promise<void> => sink.write(Buffer.from(value))
