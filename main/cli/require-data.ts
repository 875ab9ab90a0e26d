import { statSync } from 'node:fs'
import type { Config, Located } from '../config/config.ts'
import { ownerOf, StoreError } from '../store/index.ts'
import { inspectFile } from '../store/open-file.ts'

/**
 * For each command that works on data that is there: an empty database made in passing would be backed up, exported and believed. Changes nothing.
 * @throws StoreError `not-found` that names the path and what chose it
 */
export function requireData({ dataDirectory, database }: Config): void {
  if (!isThere(dataDirectory.path)) throw missing(`There is no data directory ${dataDirectory.path}`, dataDirectory)
  if (isThere(database.path)) {
    if (isOfPythonService(database.path))
      throw missing(`${database.path} is of the Python service, and was not taken over yet`, database)
    return
  }
  // The program that holds it is swapping it just now, or knows more of what became of it. Where its newest part is still there, it is damaged, not missing.
  if (ownerOf(database.path) !== undefined || isThere(`${database.path}-wal`)) return
  throw missing(`There is no database ${database.path}`, database)
}

/** False where a restore would begin a new installation. */
export const hasData = ({ dataDirectory, database }: Config): boolean =>
  isThere(dataDirectory.path) && (isThere(database.path) || isThere(`${database.path}-wal`))

/** Links are followed: one that leads nowhere has no file. */
const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined

function isOfPythonService(path: string): boolean {
  try {
    return inspectFile(path).kind === 'python'
  } catch {
    // Damaged, of a newer version, or not ours: the command that opens it says so.
    return false
  }
}

const missing = (what: string, { path, from }: Located): StoreError =>
  new StoreError(
    'not-found',
    path,
    `${what}; the path comes from ${from}. Nothing was made. If data should be there, its disk may not be mounted, or the path is another one: name it with --data-dir, WHATSLANG_DATA_DIR or DB_PATH. To begin with new data, run \`whatslang serve\` or \`whatslang restore FILE\`.`,
  )
