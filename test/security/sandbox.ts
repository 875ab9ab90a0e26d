import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/**
 * Room for one program: its home, temporary folder, working directory and data directory lie side by side, so that one listing shows
 * every file that it makes outside of its data directory.
 */
export function createSandbox(name: string) {
  const folder = mkdtempSync(join(tmpdir(), `whatslang-${name}-`))
  const place = (...parts: string[]) => join(folder, ...parts)
  for (const own of ['home', 'tmp', 'run', 'cwd', 'around']) mkdirSync(place(own), { mode: 0o700 })
  // What an attack that leaves the data directory would read, replace or remove.
  for (const bait of [['bait.txt'], ['around', 'bait.db'], ['home', 'bait.txt'], ['cwd', 'bait.txt']]) {
    writeFileSync(place(...bait), BAIT)
  }
  const data = place('around', 'data')
  return {
    folder,
    data,
    cwd: place('cwd'),
    tmp: place('tmp'),
    env: {
      HOME: place('home'),
      TMPDIR: place('tmp'),
      XDG_RUNTIME_DIR: place('run'),
      XDG_CONFIG_HOME: place('home', 'config'),
    },
    /** Every file and folder outside the data directory, with what it holds; without what the stand-in for Electron keeps. */
    outside: () =>
      listing(folder, [data, place('user'), place('home', 'config')]).filter(
        (line) => !/^tmp\/(playwright|\.?org\.chromium)/.test(line),
      ),
    /** The same of the data directory; without logs, the files of open databases, and what only tells of the running program. */
    inside: () =>
      listing(data, [
        join(data, 'logs'),
        ...['messages.db', 'session.db'].flatMap((db) =>
          [db, `${db}-wal`, `${db}-shm`].map((file) => join(data, file)),
        ),
        ...[0, 1, 2, 3].map((n) => join(data, n === 0 ? 'audit.log' : `audit.log.${n}`)),
      ]),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
export type Sandbox = ReturnType<typeof createSandbox>

export const BAIT = 'nobody-may-read-or-change-this-bait'

/** Names that would lead elsewhere if a name of ours were joined to a folder. The sandbox has something at most of these places. */
export const NO_IDS = [
  '..',
  '.',
  '../..',
  '../../bait.txt',
  '../settings.json',
  '..%2Fsettings.json',
  '%2e%2e%2ftoken',
  '..\\messages.db',
  '/etc/passwd',
  'catalogue.json',
  'x\0.sql',
  '.whatslang',
  '',
] as const

/** Larger files are known by their size: a digest of a sparse terabyte takes hours. */
const LARGE = 64 * 1024 * 1024
const digestOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** The path and a digest of each file, sorted. A link is not followed. */
export function listing(folder: string, without: readonly string[]): string[] {
  const lines: string[] = []
  const walk = (at: string) => {
    for (const name of readdirSync(at).sort()) {
      const path = join(at, name)
      if (without.includes(path)) continue
      const facts = lstatSync(path, { throwIfNoEntry: false })
      // It was removed since the folder was read.
      if (!facts) continue
      const own = relative(folder, path)
      if (facts.isDirectory()) {
        lines.push(`${own}/`)
        walk(path)
      } else if (facts.isSymbolicLink()) lines.push(`${own} -> ${readlinkSync(path)}`)
      else if (facts.isFile()) lines.push(`${own} ${facts.size > LARGE ? facts.size : digestOf(path)}`)
      else lines.push(`${own} (special)`)
    }
  }
  walk(folder)
  return lines
}
