import type Database from 'better-sqlite3'
import type { Meaning, Meanings } from './meanings.ts'

interface Column {
  name: string
  type: string
  notnull: number
  pk: number
  dflt_value: string | null
}
interface ForeignKey {
  from: string
  table: string
  to: string | null
  on_delete: string
}
export interface Table {
  name: string
  columns: Column[]
  foreignKeys: ForeignKey[]
}

/** The tables of a database without the parts that SQLite and FTS5 make for themselves. */
export function tablesOf(db: Database.Database): Table[] {
  const names = db
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .pluck()
    .all()
  const columns = db.prepare<[string], Column>('SELECT name, type, "notnull", pk, dflt_value FROM pragma_table_info(?)')
  const keys = db.prepare<[string], ForeignKey>(
    'SELECT "from", "table", "to", on_delete FROM pragma_foreign_key_list(?) ORDER BY "from"',
  )
  return names.map((name) => ({ name, columns: columns.all(name), foreignKeys: keys.all(name) }))
}

const meaningOf = (meanings: Meanings, table: string, column: string): Meaning | undefined => {
  const meaning = meanings[table]?.columns[column]
  return typeof meaning === 'string' ? { means: meaning } : meaning
}

/** A column that holds a time by its name or its type. */
const isTime = ({ name, type }: Column) => /(^|_)at$|_time$/.test(name) || type === 'TIMESTAMP'

/** A sentence for each table and column without a meaning, each time without a unit or clock, and each meaning without its column. */
export function meaningProblems(database: string, tables: readonly Table[], meanings: Meanings): string[] {
  const problems: string[] = []
  for (const table of tables) {
    if (!meanings[table.name]) problems.push(`${database}: the table ${table.name} has no meaning.`)
    for (const column of table.columns) {
      const meaning = meaningOf(meanings, table.name, column.name)
      const at = `${database}: the column ${table.name}.${column.name}`
      if (!meaning) problems.push(`${at} has no meaning.`)
      else if (isTime(column) && !(meaning.unit && meaning.clock))
        problems.push(`${at} is a time without unit or clock.`)
    }
  }
  for (const [name, { columns }] of Object.entries(meanings)) {
    const table = tables.find((one) => one.name === name)
    if (!table) problems.push(`${database}: there is no table ${name}.`)
    const there = new Set(table?.columns.map((column) => column.name))
    for (const column of table ? Object.keys(columns) : []) {
      if (!there.has(column)) problems.push(`${database}: there is no column ${name}.${column}.`)
    }
  }
  return problems
}

const CLOCKS = { server: 'WhatsApp', computer: 'this computer' } as const
const cell = (text: string) => text.replaceAll('|', '\\|')

/** One table of the database as Markdown. */
export function describeTable(table: Table, meanings: Meanings): string {
  const rows = table.columns.map((column) => {
    const meaning = meaningOf(meanings, table.name, column.name) ?? { means: '' }
    const key = table.foreignKeys.find(({ from }) => from === column.name)
    const to = key ? `${key.table}.${key.to ?? 'id'}` : meaning.points
    const means = [meaning.means, ...(to ? [`→ \`${to}\`${key ? onDelete(key) : ''}`] : [])].join(' ')
    const type = [column.type || 'any', column.pk > 0 ? 'key' : '', column.notnull ? 'not null' : '']
    const clock = meaning.clock ? CLOCKS[meaning.clock] : ''
    return `| \`${column.name}\` | ${type.filter(Boolean).join(', ')} | ${cell(means)} | ${meaning.unit ?? ''} | ${clock} |`
  })
  const head = '| column | type | meaning | unit | clock |\n| --- | --- | --- | --- | --- |'
  return `### ${table.name}\n\n${meanings[table.name]?.means ?? ''}\n\n${head}\n${rows.join('\n')}`
}

const onDelete = ({ on_delete }: ForeignKey) =>
  on_delete === 'CASCADE' ? ' (deleted with it)' : on_delete === 'SET NULL' ? ' (null once it is deleted)' : ''

/** A Mermaid diagram of the tables that point to others. Dotted lines have no foreign key. */
export function diagram(tables: readonly Table[], meanings: Meanings): string {
  const lines = tables.flatMap((table) => {
    const keyed = table.foreignKeys.map(({ from, table: to }) => `  ${to} ||--o{ ${table.name} : ${from}`)
    const pointing = table.columns.flatMap(({ name }) => {
      const [to] = meaningOf(meanings, table.name, name)?.points?.split('.') ?? []
      const here = tables.some((one) => one.name === to)
      return to && here && to !== table.name ? [`  ${to} |o..o{ ${table.name} : ${name}`] : []
    })
    return [...keyed, ...pointing]
  })
  const entities = tables.map(({ name, columns }) => {
    const keys = columns.filter(({ pk }) => pk > 0).map((column) => `    ${column.type || 'ANY'} ${column.name} PK`)
    return `  ${name} {\n${keys.join('\n') || '    TEXT text'}\n  }`
  })
  return ['```mermaid', 'erDiagram', ...entities, ...lines, '```'].join('\n')
}
