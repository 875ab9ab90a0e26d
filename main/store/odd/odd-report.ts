import { showOddValue, type Value } from './value.ts'

/**
 * replaced: the program reads another value; the original is kept for the way back. left-out: the row cannot be taken. unchanged: it stands as it is,
 * and is shown as far as it can be read.
 */
export type OddOutcome = 'replaced' | 'left-out' | 'unchanged'

export interface OddColumn {
  table: string
  column: string
  outcome: OddOutcome
  /** What the column must hold. */
  must: string
  total: number
  examples: { row: string; value: string }[]
}

const EXAMPLES = 3

/** Values that the program cannot read as what their column holds, counted by column, with the first few of each. */
export function createOddReport() {
  const columns = new Map<string, OddColumn>()
  return {
    add(found: { table: string; column: string; outcome: OddOutcome; must: string; row: string; value: Value }): void {
      const { table, column, outcome, must } = found
      const key = `${table} ${column} ${outcome}`
      const entry = columns.get(key) ?? { table, column, outcome, must, total: 0, examples: [] }
      columns.set(key, entry)
      entry.total++
      if (entry.examples.length < EXAMPLES) entry.examples.push({ row: found.row, value: showOddValue(found.value) })
    },
    list: (): OddColumn[] => [...columns.values()],
  }
}
export type OddReport = ReturnType<typeof createOddReport>
