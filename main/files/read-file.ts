// The one way in which files that steer the program are read: settings, keys, tokens, passphrases, a config.yaml. A pipe or a device in their place
// would hold up the whole process, signals included, and a file of another user could say where data goes.
import { closeSync, constants, createReadStream, fstatSync, lstatSync, openSync, readSync, statSync } from 'node:fs'
import { modeOf, trustedOwners, writableByOthers } from './ownership.ts'

export type FileRefusalCode = 'not-a-file' | 'too-large' | 'unreadable' | 'foreign-owner' | 'writable-by-others'

/** A file that is there and is not read. The message is a sentence that names the file and the reason. */
export class FileRefusal extends Error {
  readonly code: FileRefusalCode
  constructor(code: FileRefusalCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FileRefusal'
    this.code = code
  }
}

export interface OwnerRules {
  /** The owner of this folder is believed as well: the data directory's, which may not be the user who runs the program. */
  folder?: string
}

/**
 * The whole of a regular file, of `maxBytes` at most; undefined: there is none. Never waits for another program.
 * @throws FileRefusal
 */
export function readRegularFile(path: string, maxBytes: number): Buffer | undefined {
  return read(path, maxBytes, () => undefined)
}

/**
 * As `readRegularFile`, for what decides where data lies or is a secret: neither the file nor a link in its place may belong to a stranger, and
 * others must not be able to write it.
 * @throws FileRefusal
 */
export function readOwnFile(path: string, maxBytes: number, rules: OwnerRules = {}): Buffer | undefined {
  const owners = trustedOwners(rules.folder)
  const check = (facts: { uid: number; mode: number }) => {
    if (owners === undefined) return
    if (!owners.has(facts.uid)) {
      throw new FileRefusal('foreign-owner', `${path} belongs to another user (${facts.uid}), so it is not used.`)
    }
    if (writableByOthers(path, facts)) {
      throw new FileRefusal(
        'writable-by-others',
        `${path} can be written by other users (mode ${modeOf(facts)}), so it is not used.`,
      )
    }
  }
  const there = lstatSync(path, { throwIfNoEntry: false })
  // A link's own mode means nothing, but its owner chose where it points.
  if (there?.isSymbolicLink()) check({ uid: there.uid, mode: 0 })
  return read(path, maxBytes, check)
}

/**
 * As `readRegularFile`, for a file that the user named on the command line. Takes a pipe as well where it is this process's own, as a shell's `<(...)`
 * and `/dev/stdin` are: no other user can put one there, and reading it does not hold up signals.
 * @throws FileRefusal
 */
export async function readNamedFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
  if (!/^\/(dev\/stdin|(dev|proc\/self)\/fd\/\d+)$/.test(path)) return readRegularFile(path, maxBytes)
  const facts = statSync(path, { throwIfNoEntry: false })
  if (facts === undefined || !(facts.isFIFO() || facts.isSocket())) return readRegularFile(path, maxBytes)
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of createReadStream(path)) {
    parts.push(part as Buffer)
    bytes += (part as Buffer).length
    if (bytes > maxBytes) throw tooLarge(path, maxBytes)
  }
  return Buffer.concat(parts)
}

function read(
  path: string,
  maxBytes: number,
  check: (facts: { uid: number; mode: number }) => void,
): Buffer | undefined {
  try {
    const before = statSync(path, { throwIfNoEntry: false })
    if (before === undefined) return undefined
    // Opening a device can do something by itself.
    if (!before.isFile()) throw notAFile(path, before)
    const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0))
    try {
      // What was opened may be another file than what was looked at.
      const facts = fstatSync(descriptor)
      if (!facts.isFile()) throw notAFile(path, facts)
      check(facts)
      return whole(descriptor, path, maxBytes)
    } finally {
      closeSync(descriptor)
    }
  } catch (cause) {
    if (cause instanceof FileRefusal) throw cause
    if (isMissing(cause)) return undefined
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    throw new FileRefusal('unreadable', `${path} cannot be read${code}.`, { cause })
  }
}

function whole(descriptor: number, path: string, maxBytes: number): Buffer {
  // One byte more than allowed tells a file that is too large, also one that grows while it is read.
  const buffer = Buffer.alloc(maxBytes + 1)
  let bytes = 0
  for (;;) {
    const more = readSync(descriptor, buffer, bytes, buffer.length - bytes, null)
    bytes += more
    if (bytes > maxBytes) throw tooLarge(path, maxBytes)
    if (more === 0) return Buffer.from(buffer.subarray(0, bytes))
  }
}

const tooLarge = (path: string, maxBytes: number) =>
  new FileRefusal(
    'too-large',
    `${path} is larger than ${Math.ceil(maxBytes / 1024)} kB, more than such a file can hold.`,
  )

function notAFile(
  path: string,
  facts: { isDirectory(): boolean; isFIFO(): boolean; isSocket(): boolean },
): FileRefusal {
  const what = facts.isDirectory() ? 'a folder' : facts.isFIFO() ? 'a pipe' : facts.isSocket() ? 'a socket' : 'a device'
  return new FileRefusal('not-a-file', `${path} is ${what}, not a file.`)
}

const isMissing = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
