import type { Logger } from 'pino'
import { type Config, filesOf } from '../config/config.ts'
import { makePrivate } from '../files/make-private.ts'
import { inspectFile } from '../store/open-file.ts'

/** Before the database is opened, whose companions get its mode. The Python service's own file is imported, and stays as it is. */
export function makeFilesPrivate(config: Config, log: Logger): void {
  const files = filesOf(config).filter(
    (path) => !path.startsWith(config.database.path) || !isPython(config.database.path),
  )
  const made = makePrivate(files)
  if (made.length > 0) log.warn({ files: made }, 'files that other users could read were made private')
}

function isPython(path: string): boolean {
  try {
    return inspectFile(path).kind === 'python'
  } catch {
    // Damaged, or of a newer version: the file is ours, and opening it reports what is wrong.
    return false
  }
}
