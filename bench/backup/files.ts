// The databases that backups are measured on. They are made once and kept in the system's temporary folder, so that the next run starts at once.
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCHEMA_VERSION } from '../../main/store/schema.ts'
import { seedDatabase } from '../seed.ts'
import { seedImported } from './imported.ts'

export const FILES = {
  /** A year of use: messages with their history, jobs, answers. */
  year: (path: string) => seedDatabase(path, { chats: 2000, messages: 300_000 }),
  /** Answers of the Python service in six scripts, most of their letters beyond ASCII. */
  imported: (path: string) => seedImported(path, 250_000),
  /** So little that starting processes is all. */
  small: (path: string) => seedDatabase(path, { chats: 40, messages: 2000 }),
}
export type FileName = keyof typeof FILES
export const FILE_NAMES = Object.keys(FILES) as FileName[]

/** Where the database of this name is; made now where it is not there yet. Never written to by a run. */
export function fileOf(name: FileName): string {
  const home = join(tmpdir(), 'whatslang-bench-files')
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const path = join(home, `${name}-${stampOf()}.db`)
  if (existsSync(path)) return path
  for (const old of globSync(join(home, `${name}-*.db`))) rmSync(old)
  const folder = mkdtempSync(join(home, 'unfinished-'))
  try {
    const made = join(folder, 'messages.db')
    FILES[name](made)
    renameSync(made, path)
  } finally {
    rmSync(folder, { recursive: true })
  }
  return path
}

/** Another for other seeds or another schema. */
function stampOf(): string {
  const hash = createHash('sha256').update(String(SCHEMA_VERSION))
  for (const source of ['files.ts', 'imported.ts', '../seed.ts', '../prose.ts'])
    hash.update(readFileSync(join(import.meta.dirname, source)))
  return hash.digest('hex').slice(0, 12)
}
