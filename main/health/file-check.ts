import { existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../../preload/contract/health.ts'
import { setMode } from '../files/modes.ts'
import { currentUser } from '../files/ownership.ts'
import { type BackupsFolder, isLeftoverName, LEFTOVER_AGE_MS } from './backups-folder.ts'
import { networkFilesystem, syncedFolder } from './filesystem.ts'
import { fine, trouble } from './finding.ts'

export interface FilePaths {
  dataDirectory: string
  database: string
  session: string
  settings: string
  backups: string
}

/** What was seen in the folder of the backups; undefined: it does not answer. */
type Backups = BackupsFolder | undefined

/** Everyone who is not the owner. */
const OTHERS = 0o077

/** `backups`: what was seen in their folder, which may lie on another disk. */
export function checkFiles(paths: FilePaths, now: number, backups: Backups): Finding[] {
  const findings: Finding[] = []
  if (!existsSync(paths.dataDirectory)) {
    return [
      trouble({
        key: 'data-directory.missing',
        values: { path: paths.dataDirectory },
        level: 'error',
        title: `The data directory ${paths.dataDirectory} is not there.`,
        cause: 'It was moved, or a disk is not mounted.',
        wayOut: 'Mount the disk, or name the right directory with WHATSLANG_DATA_DIR or --data-dir.',
      }),
    ]
  }
  findings.push(existence(paths.database))
  findings.push(...modes(paths, backups), ...owners(paths, backups), ...place(paths), ...leftovers(paths, now, backups))
  return findings
}

function existence(path: string): Finding {
  if (existsSync(path))
    return fine('database.there', 'The file of the database is there.', { bytes: statSync(path).size }, { path })
  return trouble({
    key: 'database.missing',
    values: { path },
    level: 'error',
    title: `There is no database ${path}.`,
    cause:
      'Its disk is not mounted, the path is another one, or Whatslang was not started with this data directory yet.',
    wayOut:
      'If data should be there, mount the disk, or see above which path won. Otherwise start Whatslang, or restore a backup.',
  })
}

const POSIX = process.platform !== 'win32'
const secretFiles = (paths: FilePaths) =>
  [
    paths.database,
    `${paths.database}-wal`,
    `${paths.database}-shm`,
    paths.session,
    `${paths.session}-wal`,
    paths.settings,
    join(paths.dataDirectory, 'token'),
  ].filter((path) => existsSync(path))

function openToOthers(paths: FilePaths): { path: string; mode: number; wanted: number }[] {
  if (!POSIX) return []
  return [
    { path: paths.dataDirectory, mode: statSync(paths.dataDirectory).mode & 0o777, wanted: 0o700 },
    ...secretFiles(paths).map((path) => ({ path, mode: statSync(path).mode & 0o777, wanted: 0o600 })),
  ].filter(({ mode }) => isOpen(mode))
}
const isOpen = (mode: number): boolean => (mode & OTHERS) !== 0

function modes(paths: FilePaths, backups: Backups): Finding[] {
  const open: { path: string; mode: number }[] = openToOthers(paths)
  const mode = backups?.mode ?? null
  if (mode !== null && isOpen(mode)) open.push({ path: paths.backups, mode })
  if (open.length === 0) return [fine('modes.private', 'Only you can read the data.')]
  return [
    trouble({
      key: open.length === 1 ? 'modes.open-one' : 'modes.open-many',
      values: {
        path: open[0]?.path ?? '',
        count: open.length,
        cause: open.map(({ path, mode }) => `${path} (${mode.toString(8)})`).join('; '),
      },
      level: 'warning',
      title: `Other users of this machine can read ${open.length === 1 ? open[0]?.path : `${open.length} files or folders`}.`,
      cause: open.map(({ path, mode }) => `${path} has mode ${mode.toString(8)}`).join('; '),
      wayOut: 'Run `whatslang doctor --fix`, or chmod 700 the folders and 600 the files.',
      repairable: true,
    }),
  ]
}

function owners(paths: FilePaths, backups: Backups): Finding[] {
  const user = currentUser()
  if (user === undefined) return []
  // Root can use everything; the directory's owner cannot.
  const uid = user === 0 ? statSync(paths.dataDirectory).uid : user
  const here = [paths.dataDirectory, ...secretFiles(paths), ...entriesIn(paths.dataDirectory, paths.backups)]
  const foreign = [
    ...[...new Set(here)].filter((path) => lstatSync(path, { throwIfNoEntry: false })?.uid !== uid),
    ...(backups?.owners ?? []).flatMap((file) => (file.uid === uid ? [] : [file.path])),
  ]
  if (foreign.length === 0) return []
  const command =
    foreign.length > MOST_NAMED
      ? `sudo chown -R ${uid} ${quoted(paths.dataDirectory)}`
      : `sudo chown ${uid} ${foreign.map(quoted).join(' ')}`
  return [
    trouble({
      key: 'owner.foreign',
      values: { path: foreign[0] ?? '', uid, count: foreign.length, command },
      level: 'error',
      title: `${foreign[0]} belongs to another user.`,
      cause: `${foreign.length} files or folders do not belong to user ${uid}, often after a command as root. Whatslang cannot use them.`,
      wayOut: command,
    }),
  ]
}

const MOST_NAMED = 20
const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)

/** What lies in the data directory, links not followed, but for `but`. A folder that may not be read is named, and not looked into. */
function entriesIn(folder: string, but: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name)
      if (path === but) return []
      return entry.isDirectory() ? [path, ...entriesIn(path, but)] : [path]
    })
  } catch {
    // Another user's: it is among those that are named.
    return []
  }
}

function place(paths: FilePaths): Finding[] {
  const findings: Finding[] = []
  const folder = join(paths.database, '..')
  const network = existsSync(folder) ? networkFilesystem(folder) : undefined
  if (network) {
    findings.push(
      trouble({
        key: 'network-filesystem',
        values: { name: network },
        level: 'error',
        title: `The database lies on ${network}.`,
        cause: 'SQLite cannot lock safely on network filesystems: commits can be lost.',
        wayOut: 'Move the data directory to a local disk. Backups may stay on the network.',
      }),
    )
  }
  const synced = syncedFolder(folder)
  if (synced) {
    findings.push(
      trouble({
        key: 'synced-folder',
        values: { name: synced },
        level: 'warning',
        title: `The database lies in a folder that ${synced} synchronises.`,
        cause: 'It copies the file while it changes: the copies are torn, and two machines can overwrite each other.',
        wayOut: 'Move the data directory out of it. Let only the backups folder be synchronised.',
      }),
    )
  }
  return findings
}

const leftoverFiles = (paths: FilePaths, now: number): string[] =>
  readdirSync(paths.dataDirectory)
    .filter(isLeftoverName)
    .map((name) => join(paths.dataDirectory, name))
    .filter((path) => lstatSync(path).isFile() && now - lstatSync(path).mtimeMs > LEFTOVER_AGE_MS)

function leftovers(paths: FilePaths, now: number, backups: Backups): Finding[] {
  const files = [
    ...leftoverFiles(paths, now).map((path) => ({ path, bytes: lstatSync(path).size })),
    ...(backups?.leftovers ?? []),
  ]
  if (files.length === 0) return []
  return [
    trouble({
      key: 'leftovers',
      values: { count: files.length },
      level: 'info',
      title: `${files.length} unfinished files of earlier runs lie in the data directory.`,
      cause: 'A run was killed before it could tidy up.',
      wayOut: 'Run `whatslang doctor --fix`: they are removed.',
      repairable: true,
      facts: { bytes: files.reduce((sum, file) => sum + file.bytes, 0) },
    }),
  ]
}

/** Modes and leftovers of everything but the backups, the repairs that can do no harm. @returns what was repaired, a sentence each */
export function repairFiles(paths: FilePaths, now: number): string[] {
  const repaired: string[] = []
  for (const { path, wanted } of openToOthers(paths)) {
    if (setMode(path, wanted)) repaired.push(`${path} is now readable by you only.`)
  }
  if (!existsSync(paths.dataDirectory)) return repaired
  for (const file of leftoverFiles(paths, now)) {
    rmSync(file)
    repaired.push(`${file} was removed.`)
  }
  return repaired
}
