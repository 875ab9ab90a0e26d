import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'

/** What a refused call must leave as it was: the settings, the secrets, and every row of the database. One digest for each. */
export function fingerprint(dataDirectory: string): Record<string, string> {
  const marks: Record<string, string> = {}
  for (const name of ['settings.json', 'secrets.json', 'token']) {
    const path = join(dataDirectory, name)
    marks[name] = existsSync(path) ? digest(readFileSync(path)) : 'none'
  }
  const db = new Database(join(dataDirectory, 'messages.db'), { readonly: true })
  try {
    const tables = db
      .prepare<[], string>(
        // A call to the model is counted before it is made, also where the endpoint then refuses it.
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'model_use' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY 1",
      )
      .pluck()
      .all()
    for (const table of tables) {
      const rows = db.prepare(`SELECT * FROM "${table}"`).safeIntegers().raw().all()
      marks[table] = digest(rows.map((row) => JSON.stringify(row, plain)).join('\n'))
    }
  } finally {
    db.close()
  }
  return marks
}

const digest = (content: string | Buffer) => createHash('sha256').update(content).digest('hex').slice(0, 16)
const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)
