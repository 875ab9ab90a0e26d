import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { FileRefusal, readOwnFile } from '../files/read-file.ts'
import { HostError } from './host-error.ts'

export interface Token {
  /** True for who knows the token; takes the same time for every wrong one. */
  matches(candidate: string): boolean
  readonly value: string
  /** True where the user chose it (WHATSLANG_TOKEN); false where we made it. */
  readonly own: boolean
}

/** Where a token that was made is kept. */
export const tokenFileIn = (dataDirectory: string): string => join(dataDirectory, 'token')

/** The token of WHATSLANG_TOKEN, or the one that was made once and is kept in the data directory with mode 0600. */
export function loadToken(dataDirectory: string, configured: string | undefined): Token {
  if (configured !== undefined && configured !== '') return createToken(configured, true)
  return createToken(keptToken(tokenFileIn(dataDirectory)), false)
}

export function createToken(value: string, own: boolean): Token {
  const key = randomBytes(32)
  const digest = (text: string) => createHmac('sha256', key).update(text).digest()
  const expected = digest(value)
  return {
    value,
    own,
    matches: (candidate) => timingSafeEqual(digest(candidate), expected),
  }
}

const MAX_BYTES = 4096

function keptToken(file: string): string {
  const made = randomBytes(32).toString('base64url')
  try {
    const descriptor = openSync(file, 'wx', 0o600)
    try {
      writeSync(descriptor, `${made}\n`)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    return made
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause
  }
  const wayOut = 'It holds the access token. Delete it and start again: a new token is made.'
  const kept = readKept(file, wayOut).trim()
  if (kept.length < 32) {
    throw new HostError(
      'token-damaged',
      `The file with the access token, ${file}, is damaged. Delete it and start again: a new token is made.`,
    )
  }
  return kept
}

/** @throws HostError where others may have written it, or it is no file */
function readKept(file: string, wayOut: string): string {
  try {
    const bytes = readOwnFile(file, MAX_BYTES, { folder: dirname(file) })
    if (bytes === undefined) return ''
    makePrivate(file)
    return bytes.toString('utf8')
  } catch (cause) {
    if (!(cause instanceof FileRefusal)) throw cause
    throw new HostError('token-damaged', `${cause.message} ${wayOut}`, { cause })
  }
}

function makePrivate(file: string): void {
  try {
    chmodSync(file, 0o600)
  } catch {
    // Not ours to change, or a file system without modes: the doctor names a file that others can read.
  }
}
