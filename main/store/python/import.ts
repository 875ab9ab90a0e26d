import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { createFile } from '../create-file.ts'
import { asStoreError, StoreError } from '../errors.ts'
import { createOddReport, type OddColumn } from '../odd/odd-report.ts'
import { settleValues } from '../odd/settle-values.ts'
import { realFile } from '../owner-lock.ts'
import { nameAlso, syncFolder } from '../place-file.ts'
import { type CopyReport, copyPython } from './copy.ts'

export interface ImportReport extends CopyReport {
  /** Where the Python service's own file is now. */
  original: string
  /** Values that cannot be read as what their column holds. */
  odd: OddColumn[]
}

/** The new file, whole and on the disk, until it takes the place of the old one. */
const finishedPath = (path: string) => `${path}.imported`
const SIDE_FILES = ['-wal', '-shm', '-journal'] as const

const pad = (value: number) => String(value).padStart(2, '0')
function originalPath(path: string, now: number): string {
  const date = new Date(now)
  const day = `${date.getFullYear()}${pad(date.getMonth() + 1)}${pad(date.getDate())}`
  const stamp = `${day}_${pad(date.getHours())}${pad(date.getMinutes())}${pad(date.getSeconds())}`
  const stem = join(dirname(path), `${basename(path).replace(/\.db$/, '')}.python-${stamp}`)
  for (let counter = 1; ; counter += 1) {
    const candidate = `${stem}${counter === 1 ? '' : `-${counter}`}.db`
    if (!existsSync(candidate)) return candidate
  }
}
/** The second name that an interrupted import already gave the original. */
function namedBefore(path: string): string | undefined {
  const { ino, dev } = statSync(path)
  if (ino === 0) return undefined
  const prefix = `${basename(path).replace(/\.db$/, '')}.python-`
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix) && name.endsWith('.db'))
    .map((name) => join(dirname(path), name))
    .find((other) => {
      const info = statSync(other)
      return info.ino === ino && info.dev === dev
    })
}

/**
 * Ends what a crash interrupted. Only where hard links are unknown is there a moment without a file at `path`: then the new one, which was whole before
 * the old one moved, takes its place. In every other state the import simply starts over.
 */
export function finishImport(path: string): void {
  const real = realFile(path)
  const finished = finishedPath(real)
  if (!existsSync(finished)) return
  if (existsSync(real)) rmSync(finished)
  else {
    renameSync(finished, real)
    syncFolder(dirname(real))
  }
}

/**
 * Builds a file of ours beside the Python service's, and lets the two change places at the end. Crash-safe at every step: until the last rename `path` is
 * the untouched original, after it ours. The original stays beside as `<name>.python-YYYYMMDD_HHMMSS.db`. The caller holds the owner lock.
 */
export function importPython(
  path: string,
  options: { now?: number; onStep?: (step: string) => void } = {},
): ImportReport {
  const real = realFile(path)
  const { now = Date.now(), onStep } = options
  const folder = dirname(real)
  const finished = finishedPath(real)
  let source: Database.Database | undefined
  try {
    finishImport(real)
    source = new Database(real, { fileMustExist: true, timeout: 2000 })
    source.pragma('trusted_schema = OFF')
    source.pragma('cell_size_check = ON')
    stopIfUsed(source, real)
    const version = () => source?.pragma('data_version', { simple: true })
    const before = version()
    const from = source
    const reports: Omit<ImportReport, 'original'>[] = []
    createFile(finished, (db) => {
      limitGrowth(db, from)
      const report = copyPython(from, db)
      const odd = createOddReport()
      settleValues(db, { report: odd, leftOut: (row) => report.refused.push(row), python: true })
      reports.push({ ...report, odd: odd.list() })
    })
    const [report] = reports
    if (!report) throw new StoreError('import-failed', real, `${real} was not imported and is unchanged. Start again.`)
    onStep?.('built')
    if (version() !== before) throw changed(real)
    stopIfUsed(source, real)
    // The last connection to close carries a WAL into its file and removes it.
    source.close()
    source = undefined
    for (const end of SIDE_FILES) {
      const side = statSync(real + end, { throwIfNoEntry: false })
      if (side && side.size > 0 && end !== '-shm') throw changed(real)
      rmSync(real + end, { force: true })
    }
    const original = namedBefore(real) ?? originalPath(real, now)
    const linked = existsSync(original) || nameAlso(real, original)
    if (!linked) renameSync(real, original)
    syncFolder(folder)
    onStep?.('kept')
    renameSync(finished, real)
    syncFolder(folder)
    onStep?.('placed')
    return { ...report, original }
  } catch (error) {
    source?.close()
    // Where the original has moved away already, the finished file is what the next start needs.
    if (existsSync(real)) rmSync(finished, { force: true })
    throw asStoreError(error, real)
  }
}

/** Rows of ours with their indexes, and the values that they had before, are a few times as large. Past this SQLite says that the disk is full. */
function limitGrowth(db: Database.Database, source: Database.Database): void {
  const size = (name: 'page_count' | 'page_size', of: Database.Database): number =>
    Number(of.pragma(name, { simple: true }))
  const most = 64 * 2 ** 20 + 12 * size('page_count', source) * size('page_size', source)
  db.pragma(`max_page_count = ${Math.ceil(most / size('page_size', db))}`)
}

const changed = (path: string) =>
  new StoreError(
    'busy',
    path,
    `${path} is still being written by the Python service. Nothing was changed. Stop that service, then start Whatslang again.`,
  )

function stopIfUsed(source: Database.Database, path: string): void {
  try {
    source.exec('BEGIN EXCLUSIVE; ROLLBACK')
  } catch (error) {
    const typed = asStoreError(error, path)
    throw typed instanceof StoreError && typed.code === 'busy' ? changed(path) : typed
  }
}
