import type Database from 'better-sqlite3'
import { COLUMN_RULES, GUIDE_RULES } from './column-rules.ts'
import type { OddOutcome, OddReport } from './odd-report.ts'
import type { Row, Rule, Verdict } from './rule.ts'
import { type Bound, bindValue, isPlainText, selectValue, showOddValue, type Value, valueFrom } from './value.ts'

export interface LeftOut {
  table: string
  row: string
  reason: string
}
export interface SettleOptions {
  report: OddReport
  leftOut: (row: LeftOut) => void
  /** The file is one of the Python service: its originals stand in `imported_values`, and they are what is named. */
  python?: boolean
}

const PAGE = 1000
type Rules = Readonly<Record<string, Rule>>
interface Table {
  name: string
  rules: Rules
  columns: string[]
  /** Columns by which a row is found: `rowid`, or the primary key of a table WITHOUT ROWID. */
  key: string[]
}

/**
 * Makes every value of a database of ours readable, by COLUMN_RULES. For a file that no other part of the program has open, whose rows came from
 * elsewhere. A value that is replaced is kept in `imported_values` as it was; where that has no place for it, its row is left out. Both are reported, unless only
 * the written form changes.
 */
export function settleValues(db: Database.Database, options: SettleOptions): void {
  db.function('wl_odd_text', { deterministic: true, directOnly: true }, (text: unknown) =>
    Buffer.isBuffer(text) && isPlainText(text) ? 0 : 1,
  )
  const list = db.pragma('main.table_list') as { name: string; schema: string; wr: number }[]
  for (const [name, rules] of Object.entries(COLUMN_RULES)) {
    const found = list.find((table) => table.schema === 'main' && table.name === name)
    if (found === undefined) continue
    const all = db.pragma(`main.table_xinfo("${name}")`) as { name: string; pk: number }[]
    // A column of a later version has no rule in this one.
    const columns = all.map((column) => column.name).filter((column) => Object.hasOwn(rules, column))
    const pk = all.filter((column) => column.pk > 0).sort((a, b) => a.pk - b.pk)
    const key = found.wr === 1 ? pk.map((column) => `"${column.name}"`) : ['rowid']
    settleTable(db, { name, rules, columns, key }, options)
  }
  if (options.python) nameOriginals(db, options.report)
}

/** What finds every row with an odd value, and may find others: the rules decide on each one. */
function suspicion(rules: Rules, columns: readonly string[]): string {
  const fine = columns.map((column) => rules[column]?.fine(`"${column}"`) ?? '1')
  const texts = columns.filter((column) => rules[column]?.text)
  // Bytes that are cut in two by the end of a text do not become a character with what stands in the next one.
  const all = texts.map((column) => `COALESCE("${column}", '')`).join(` || '|' || `)
  return `NOT (${fine.join(' AND ')})${texts.length > 0 ? ` OR wl_odd_text(CAST(${all} AS BLOB))` : ''}`
}

function settleTable(db: Database.Database, table: Table, options: SettleOptions): void {
  const { name, key, columns, rules } = table
  db.exec(`DROP TABLE IF EXISTS temp.odd_rows;
    CREATE TEMP TABLE odd_rows AS SELECT ${key.map((column, i) => `${column} AS k${i}`).join(', ')} FROM main."${name}" WHERE ${suspicion(rules, columns)}`)
  const on = key.map((column, i) => `t.${column} IS o.k${i}`).join(' AND ')
  const values = [...key.map((column) => `t.${column}`), ...columns.map((column) => `t."${column}"`)].map(selectValue)
  const read = db
    .prepare(
      `SELECT o.rowid, ${values.join(', ')} FROM temp.odd_rows o CROSS JOIN main."${name}" t ON ${on} WHERE o.rowid > ? ORDER BY o.rowid LIMIT ${PAGE}`,
    )
    .raw()
    .safeIntegers()
  const settle = createRowSettler(db, table, options)
  let last: unknown = 0n
  for (;;) {
    const rows = read.all(last) as unknown[][]
    for (const row of rows) {
      const [keys, found] = [pairs(row.slice(1, 1 + 2 * key.length)), pairs(row.slice(1 + 2 * key.length))]
      settle(keys, new Map(columns.map((column, i) => [column, found[i] ?? { is: 'null' }])))
    }
    if (rows.length < PAGE) break
    last = rows.at(-1)?.[0]
  }
  db.exec('DROP TABLE temp.odd_rows')
}

function pairs(values: readonly unknown[]): Value[] {
  return Array.from({ length: values.length / 2 }, (_, i) => valueFrom(values[2 * i], values[2 * i + 1]))
}

function createRowSettler(db: Database.Database, table: Table, { report, leftOut, python }: SettleOptions) {
  const { name, key, rules } = table
  const statements = new Map<string, Database.Statement>()
  const run = (sql: string, bound: Bound[]): void => {
    const statement = statements.get(sql) ?? db.prepare(sql)
    statements.set(sql, statement)
    statement.run(...bound)
  }
  const where = (keys: readonly Value[]) => {
    const all = keys.map(bindValue)
    return { sql: all.map(({ sql }, i) => `${key[i]} IS ${sql}`).join(' AND '), bound: all.map(({ bound }) => bound) }
  }
  const keep = (keys: readonly Value[], column: string, value: Value): void => {
    const [rowid] = keys
    if (key[0] !== 'rowid' || rowid?.is !== 'integer') return
    const { sql, bound } = bindValue(value)
    run(`INSERT OR IGNORE INTO main.imported_values VALUES ('${name}', ?, '${column}', ${sql})`, [rowid.value, bound])
  }
  const remove = (keys: readonly Value[], shown: string, reason: string): void => {
    const at = where(keys)
    run(`DELETE FROM main."${name}" WHERE ${at.sql}`, at.bound)
    leftOut({ table: name, row: shown, reason })
  }

  return (keys: readonly Value[], row: ReadonlyMap<string, Value>): void => {
    const shown = key[0] === 'rowid' ? `row ${rowNumber(keys[0])}` : `row ${keys.map(showOddValue).join(', ')}`
    const of: Row = (column) => row.get(column)
    const tell = (column: string, value: Value, outcome: OddOutcome): void => {
      if (outcome === 'replaced' && python) return
      report.add({ table: name, column, outcome, must: rules[column]?.must ?? '', row: shown, value })
    }
    const verdicts: [string, Value, Verdict][] = [...row].map(([column, value]) => [
      column,
      value,
      rules[column]?.judge(value, of) ?? 'fine',
    ])
    const lost = verdicts.filter(([, , verdict]) => verdict === 'leave-out')
    for (const [column, value] of lost) tell(column, value, 'left-out')
    const [first] = lost
    if (first) {
      const must = rules[first[0]]?.must ?? 'something else'
      remove(keys, shown, `${first[0]} must be ${must}, and holds ${showOddValue(first[1])}.`)
      return
    }
    for (const [column, value, verdict] of verdicts) {
      if (typeof verdict !== 'object') continue
      const at = where(keys)
      try {
        run(`UPDATE main."${name}" SET "${column}" = ? WHERE ${at.sql}`, [verdict.instead, ...at.bound])
      } catch (error) {
        if (!isClash(error)) throw error
        if (rules[column]?.clash !== 'leave-out') {
          tell(column, value, 'unchanged')
          continue
        }
        tell(column, value, 'left-out')
        remove(keys, shown, `${column} is that of another row, once it is written in one form: ${showOddValue(value)}.`)
        return
      }
      keep(keys, column, value)
      if (!verdict.quiet) tell(column, value, 'replaced')
    }
  }
}
const rowNumber = (value: Value | undefined): string => (value?.is === 'integer' ? String(value.value) : '?')
const isClash = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(String(error.code))

/** Names what a file of the Python service held that cannot be read: its values as they stood, in `imported_values`. */
function nameOriginals(db: Database.Database, report: OddReport): void {
  for (const [table, rules] of Object.entries(GUIDE_RULES)) {
    for (const [column, rule] of Object.entries(rules)) {
      const rows = db
        .prepare<[string, string], unknown[]>(
          `SELECT row_id, ${selectValue('value')} FROM main.imported_values WHERE table_name = ? AND column_name = ? AND (${suspicion({ value: rule }, ['value'])})`,
        )
        .raw()
        .safeIntegers()
      for (const [row, is, found] of rows.iterate(table, column)) {
        const value = valueFrom(is, found)
        const verdict = rule.judge(value, () => undefined)
        if (verdict === 'fine' || (typeof verdict === 'object' && verdict.quiet)) continue
        const outcome = table === 'seen_messages' ? 'unchanged' : 'replaced'
        report.add({ table, column, outcome, must: rule.must, row: `row ${String(row)}`, value })
      }
    }
  }
}
