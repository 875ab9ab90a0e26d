import { resolve } from 'node:path'
import type { App } from 'electron'

/** Somebody starts the program again, or opens a file with it. */
export interface Arrival {
  /** What is to be restored, as an absolute path. */
  file?: string
}

const BACKUP = /\.(sql|sql\.gz|sql\.zst|db|age)$/i

/** The backup file among the words of a command line. @param cwd what a relative path starts at */
export function fileAmong(words: readonly string[], cwd: string): string | undefined {
  const file = words.find((word) => !word.startsWith('-') && BACKUP.test(word))
  return file === undefined ? undefined : resolve(cwd, file)
}

/**
 * Hears of second starts and of files to open from the first moment on, and keeps them until somebody listens: macOS tells which file
 * the program was started with before it is ready, and a second start may come while the database is still being opened.
 */
export function createArrivals(app: Pick<App, 'on'>) {
  const waiting: Arrival[] = []
  let listener: ((arrival: Arrival) => unknown) | undefined
  const arrive = (arrival: Arrival) => {
    if (listener) listener(arrival)
    else waiting.push(arrival)
  }
  app.on('second-instance', (_event, argv, cwd) => {
    const file = fileAmong(argv.slice(1), cwd)
    arrive(file === undefined ? {} : { file })
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    arrive({ file: path })
  })
  app.on('activate', () => arrive({}))
  return {
    listen(next: (arrival: Arrival) => unknown): void {
      listener = next
      for (const arrival of waiting.splice(0)) next(arrival)
    },
  }
}
export type Arrivals = ReturnType<typeof createArrivals>
