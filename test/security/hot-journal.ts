import { writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'

const MAGIC = Buffer.from('d9d505f920a163d7', 'hex')
const SECTOR = 512
const PAGE = 4096
/** The page that holds SQLite's locks; a record with its number is the name of a super-journal (https://sqlite.org/atomiccommit.html, section 5). */
const LOCK_PAGE = 0x40000000 / PAGE + 1

/**
 * A database whose journal says that a transaction across several files was cut off, and names a super-journal. An SQLite that opens the database
 * for writing rolls back and deletes both. Older versions delete whatever file the journal names. Returns the files that must stay.
 */
export function writeHotJournal(database: string): string[] {
  const superJournal = `${database}-mj012345967`
  const db = new Database(database)
  db.exec(
    `PRAGMA page_size = ${PAGE}; PRAGMA journal_mode = DELETE; CREATE TABLE notes (a); INSERT INTO notes VALUES ('x')`,
  )
  const pages = db.pragma('page_count', { simple: true })
  db.close()
  const header = Buffer.alloc(SECTOR)
  MAGIC.copy(header)
  header.writeUInt32BE(0, 8) // records of pages
  header.writeUInt32BE(1, 12) // the seed of their checksums
  header.writeUInt32BE(Number(pages), 16)
  header.writeUInt32BE(SECTOR, 20)
  header.writeUInt32BE(PAGE, 24)
  const name = Buffer.from(superJournal)
  const tail = Buffer.alloc(8)
  tail.writeUInt32BE(name.length, 0)
  tail.writeUInt32BE(
    name.reduce((sum, byte) => (sum + ((byte << 24) >> 24)) >>> 0, 0),
    4,
  )
  const lock = Buffer.alloc(4)
  lock.writeUInt32BE(LOCK_PAGE)
  writeFileSync(`${database}-journal`, Buffer.concat([header, lock, name, tail, MAGIC]))
  writeFileSync(superJournal, `${database}-journal\0`)
  return [database, `${database}-journal`, superJournal]
}
