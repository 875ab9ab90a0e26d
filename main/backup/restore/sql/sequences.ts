import type { Database } from 'better-sqlite3'
import type { Token } from './token.ts'

const MOST = 1000
const LARGEST = 2n ** 63n - 1n

/** The counters of AUTOINCREMENT, held back to the end: Python's iterdump writes them before the tables that they speak of. */
export function createSequences(db: Database) {
  let rows: { name: string; seq: bigint }[] = []
  return {
    /** `INSERT INTO sqlite_sequence VALUES('table',1)`. False: another statement. A string: what is wrong with it. */
    take(tokens: readonly Token[]): boolean | string {
      const words = tokens
        .slice(0, 4)
        .map(({ kind, text }) => (kind === 'word' || kind === 'name' ? text.toLowerCase() : ''))
      if (words[0] !== 'insert' || words[2] !== 'sqlite_sequence') return false
      const [open, name, comma, value, close] = tokens.slice(4)
      const isPlain =
        tokens.length === 9 &&
        words.join(' ') === 'insert into sqlite_sequence values' &&
        [open, comma, close].map((token) => (token?.kind === 'sign' ? token.text : ' ')).join('') === '(,)' &&
        name?.kind === 'string' &&
        value?.kind === 'number' &&
        /^\d{1,19}$/.test(value.text) &&
        // Beyond it SQLite makes a REAL of the number, which counts nothing.
        BigInt(value.text) <= LARGEST
      if (!isPlain || rows.length >= MOST) return 'an INSERT into sqlite_sequence that no dump writes'
      rows.push({ name: name.text, seq: BigInt(value.text) })
      return true
    },
    clear(): void {
      rows = []
    },
    write(): void {
      const made = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() !== undefined
      if (!made || rows.length === 0) return
      db.exec('DELETE FROM sqlite_sequence')
      const put = db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)')
      for (const { name, seq } of rows) put.run(name, seq)
    },
  }
}
