import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { readRegularFile } from '../files/read-file.ts'

export const INSTALLATION_FILE = 'installation.json'
const MAX_BYTES = 64 * 1024

const Identity = z.object({
  version: z.literal(1),
  id: z.uuid(),
  /** Identities that this data directory had before, newest first. */
  previous: z.array(z.uuid()).max(100),
  /** When this identity began (ms). */
  since: z.number().int(),
  /** When the file itself was born, in nanoseconds; null: the file system does not tell. A copy was born later than it says. */
  born: z.string().nullable(),
  inode: z.string(),
})
type Identity = z.infer<typeof Identity>

export interface Installation {
  readonly id: string
  readonly previous: readonly string[]
  readonly since: number
  /** Takes a new identity: another program uses the one of now. */
  renew(): void
}

/**
 * The identity of this installation. It lives in the data directory and nowhere else: a database or a backup that is restored here brings none with
 * it. A data directory that was copied, or moved to another disk, is another installation from then on: nothing tells whether the original still runs.
 * `inherited`: the identity of a data directory of an earlier version, asked for where there is no file yet.
 */
export function openInstallation(
  dataDirectory: string,
  options: { now(): number; inherited?(): string | undefined },
): Installation {
  const path = join(dataDirectory, INSTALLATION_FILE)
  let identity = begin(path, options)

  return {
    get id() {
      return identity.id
    },
    get previous() {
      return identity.previous
    },
    get since() {
      return identity.since
    },
    renew() {
      identity = write(path, successor(identity, options.now()))
    },
  }
}

function begin(path: string, options: Parameters<typeof openInstallation>[1]): Identity {
  const known = read(path)
  if (known !== undefined) return isCopied(path, known) ? write(path, successor(known, options.now())) : known
  const inherited = existsSync(path) ? undefined : z.uuid().safeParse(options.inherited?.()).data
  return write(path, { id: inherited ?? randomUUID(), previous: [], since: options.now() })
}

/** The identity of a data directory in which no program runs; undefined: it has none yet. Changes nothing. */
export function lookAtInstallation(dataDirectory: string): Pick<Installation, 'id' | 'previous'> | undefined {
  return read(join(dataDirectory, INSTALLATION_FILE))
}

const successor = ({ id, previous }: Identity, now: number) => ({
  id: randomUUID(),
  previous: [id, ...previous].slice(0, 100),
  since: now,
})

/** Undefined: it is not there, or a crash cut it off. */
function read(path: string): Identity | undefined {
  const bytes = readRegularFile(path, MAX_BYTES)
  if (bytes === undefined) return undefined
  try {
    return Identity.parse(JSON.parse(bytes.toString('utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

function isCopied(path: string, { born, inode }: Identity): boolean {
  const now = birthOf(path)
  return born === null ? now.inode !== inode : now.born !== born
}

function birthOf(path: string): { born: string; inode: string } {
  const { birthtimeNs, ino } = statSync(path, { bigint: true })
  return { born: String(birthtimeNs), inode: String(ino) }
}

/** The file keeps the birth that it records: it is renamed into its place, and a rename makes no new file. */
function write(path: string, facts: Pick<Identity, 'id' | 'previous' | 'since'>): Identity {
  const partial = `${path}.${randomUUID()}.tmp`
  const file = openSync(partial, 'wx', 0o600)
  let identity: Identity
  try {
    const { born, inode } = birthOf(partial)
    identity = { version: 1, ...facts, born, inode }
    writeSync(file, JSON.stringify(identity))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(partial, path)
  if (birthOf(path).born === identity.born) return identity
  // Not a birth but the last change: this file system tells none.
  const plain = { ...identity, born: null }
  const again = openSync(path, 'r+')
  try {
    const text = JSON.stringify(plain)
    writeSync(again, text.padEnd(JSON.stringify(identity).length), 0)
    fsyncSync(again)
  } finally {
    closeSync(again)
  }
  return plain
}
