import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { HostError } from './host-error.ts'

export interface Token {
  /** True for who knows the token; takes the same time for every wrong one. */
  matches(candidate: string): boolean
  /** What the page's cookie holds instead of the token: browsers send cookies to every port of a host name. */
  readonly cookie: string
  matchesCookie(candidate: string): boolean
  readonly value: string
  /** True where the user chose it (WHATSLANG_TOKEN); false where we made it. */
  readonly own: boolean
}

/** The token of WHATSLANG_TOKEN, or the one that was made once and is kept in the data directory with mode 0600. */
export function loadToken(dataDirectory: string, configured: string | undefined): Token {
  if (configured !== undefined && configured !== '') return createToken(configured, true)
  return createToken(keptToken(join(dataDirectory, 'token')), false)
}

export function createToken(value: string, own: boolean): Token {
  const key = randomBytes(32)
  const digest = (text: string) => createHmac('sha256', key).update(text).digest()
  const cookie = createHmac('sha256', value).update('whatslang page').digest('base64url')
  const expected = digest(value)
  const expectedCookie = digest(cookie)
  return {
    value,
    own,
    cookie,
    matches: (candidate) => timingSafeEqual(digest(candidate), expected),
    matchesCookie: (candidate) => timingSafeEqual(digest(candidate), expectedCookie),
  }
}

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
  chmodSync(file, 0o600)
  const kept = readFileSync(file, 'utf8').trim()
  if (kept.length < 32) {
    throw new HostError(
      'token-damaged',
      `The file with the access token, ${file}, is damaged. Delete it and start again: a new token is made.`,
    )
  }
  return kept
}
