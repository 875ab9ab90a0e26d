// `npm run docs:schema`: writes docs/schema.md from the migrations and from the meanings in build/schema/meanings.ts. With `--check`, as part of
// `npm run lint`, it changes nothing and fails where a column has no meaning or the file is stale.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { migrations } from '../main/store/migrations/index.ts'
import { openSessionDatabase } from '../main/whatsapp/session-db.ts'
import { describeTable, diagram, meaningProblems, type Table, tablesOf } from './schema/describe.ts'
import { type Meanings, messagesDatabase, sessionDatabase } from './schema/meanings.ts'

const path = join(import.meta.dirname, '../docs/schema.md')

function messagesTables(): Table[] {
  const db = new Database(':memory:')
  try {
    for (const { sql } of migrations) db.exec(sql)
    return tablesOf(db)
  } finally {
    db.close()
  }
}

function sessionTables(): { tables: Table[]; version: number } {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'))
  const session = openSessionDatabase(join(folder, 'session.db'))
  try {
    return { tables: tablesOf(session.db), version: Number(session.db.pragma('user_version', { simple: true })) }
  } finally {
    session.close()
    rmSync(folder, { recursive: true })
  }
}

const part = (tables: readonly Table[], meanings: Meanings) =>
  [diagram(tables, meanings), ...tables.map((table) => describeTable(table, meanings))].join('\n\n')

/** The document, and what is wrong with the meanings. */
export function schemaDocument(): { text: string; problems: string[] } {
  const messages = messagesTables()
  const session = sessionTables()
  const applied = migrations.map(({ version, name }) => `${version} (${name})`).join(', ')
  const text = `# The databases

This file is made by \`npm run docs:schema\` from \`main/store/migrations/\`, \`main/whatsapp/session-db.ts\` and \`build/schema/meanings.ts\`. Change those, not this file.

Most times are whole milliseconds since 1970. The clock says whose time it is. "WhatsApp" is the server's time as the program reckons it
from the last login; before the first one it is the computer's. Columns that the Python service's files had keep what those files held, in any storage class. \`npm run demo\`
makes a data directory to look into; [data.md](data.md) says where yours is. Do not write into a database while the program runs.

## messages.db

Versions of the schema (\`PRAGMA user_version\`): ${applied}. A program refuses a file of a newer version and leaves it as it is.

${part(messages, messagesDatabase)}

## session.db

Version ${session.version} of the schema. The file holds the secret keys of the linked device. It is in no backup, and never leaves the machine.

${part(session.tables, sessionDatabase)}
`
  const problems = [
    ...meaningProblems('messages.db', messages, messagesDatabase),
    ...meaningProblems('session.db', session.tables, sessionDatabase),
  ]
  return { text, problems }
}

if (import.meta.main) {
  const { text, problems } = schemaDocument()
  if (process.argv.includes('--check')) {
    if (readFileSync(path, 'utf8') !== text) problems.push('docs/schema.md is stale: run `npm run docs:schema`.')
  } else writeFileSync(path, text)
  for (const problem of problems) console.error(problem)
  console.log(
    `schema: ${text.split('\n').filter((line) => line.startsWith('| `')).length} columns, ${problems.length} problems`,
  )
  process.exitCode = problems.length > 0 ? 1 : 0
}
