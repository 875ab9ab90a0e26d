// What a person would type instead: sqlite3 and the tools of the format, for the same tables.
import Database from 'better-sqlite3'
import { planDump } from '../../main/backup/dump/plan.ts'

export const PACKERS = { 'sql.gz': 'gzip -6', 'sql.zst': 'zstd -q -3' } as const

/**
 * `.dump` of the tables that ours writes and of their indexes. The search index stays out, as it does of ours: a restore builds it again. The
 * patterns are those of LIKE, so a name with an underscore would match others, too: none does in our schema.
 */
export function dumpCommand(database: string): string {
  const db = new Database(database, { readonly: true })
  try {
    const plan = planDump(db)
    const indexes = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
      .pluck()
      .all()
    const names = [...plan.tables.map(({ name }) => name), ...(plan.sequence ? ['sqlite_sequence'] : []), ...indexes]
    return `sqlite3 '${database}' '.dump ${names.join(' ')}'`
  } finally {
    db.close()
  }
}

/** Throws where a restored database of the rival lacks rows or an index: then the two sides did not do the same work. */
export function checkRival(database: string, restored: string): void {
  const db = new Database(restored, { readonly: true })
  try {
    db.prepare('ATTACH ? AS original').run(database)
    const count = (sql: string): number => Number(db.prepare(sql).pluck().get())
    const indexes = (schema: string) =>
      count(`SELECT count(*) FROM ${schema}.sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`)
    const same = planDump(db).tables.every(
      ({ name }) => count(`SELECT count(*) FROM main."${name}"`) === count(`SELECT count(*) FROM original."${name}"`),
    )
    if (!same || indexes('main') !== indexes('original')) throw new Error('sqlite3 did not restore the same tables.')
  } finally {
    db.close()
  }
}
