import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'

/** More of them than anyone uses at a time; a new one ends the one that was quiet for longest. */
export const MAX_SIGN_INS = 50
const MAX_BYTES = 256 * 1024
const KEY_BYTES = 32

export const SignIn = z.object({
  id: z.uuid(),
  /** SHA-256 of the cookie's secret. The secret itself is in the browser alone. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: z.number().int().nonnegative(),
  last_used_at: z.number().int().nonnegative(),
  browser: z.string().max(40).nullable(),
  system: z.string().max(40).nullable(),
  address: z.string().max(45),
})
export type SignIn = z.infer<typeof SignIn>

const Stored = z.object({
  version: z.literal(1),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  token: z.string().regex(/^[0-9a-f]{64}$/),
  sessions: z.array(SignIn).max(MAX_SIGN_INS),
})

export type Found =
  | { kind: 'none' }
  | { kind: 'damaged'; cause: unknown }
  | { kind: 'other-token' }
  | { kind: 'kept'; signIns: SignIn[] }

/**
 * `signed-in.json` in the data directory, mode 0600: who is signed in to the page, bound to the token by a slow hash, so that another token ends
 * them all and the file does not help to guess it.
 */
export function createSignInFile(path: string, token: string) {
  let bound: { salt: string; token: string } | undefined
  const bind = (salt: string) => ({ salt, token: scryptSync(token, salt, KEY_BYTES).toString('hex') })

  return {
    path,
    /** Reads it once, at start. Never throws: what cannot be read is damaged. */
    read(): Found {
      try {
        const stored = Stored.parse(JSON.parse(readBounded(path)))
        const own = bind(stored.salt)
        if (!timingSafeEqual(Buffer.from(own.token, 'hex'), Buffer.from(stored.token, 'hex')))
          return { kind: 'other-token' }
        bound = own
        return { kind: 'kept', signIns: stored.sessions }
      } catch (cause) {
        return codeOf(cause) === 'ENOENT' ? { kind: 'none' } : { kind: 'damaged', cause }
      }
    },
    /** Replaces it atomically, and is on the disk when it returns. Throws what the disk says. */
    write(sessions: readonly SignIn[]): void {
      bound ??= bind(randomBytes(16).toString('hex'))
      const beside = `${path}.tmp`
      rmSync(beside, { force: true })
      const descriptor = openSync(beside, 'wx', 0o600)
      try {
        writeSync(descriptor, `${JSON.stringify({ version: 1, ...bound, sessions })}\n`)
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
      renameSync(beside, path)
      syncFolder(dirname(path))
    },
  }
}
export type SignInFile = ReturnType<typeof createSignInFile>

/** A link, a pipe or a device in its place is not opened, or not waited for. */
function readBounded(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = fstatSync(descriptor)
    if (!facts.isFile() || facts.size > MAX_BYTES) throw new Error(`${path} is no file of signed-in devices.`)
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/** An ended sign-in must not come back after a power cut. Windows has no such call; some file systems refuse it. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } catch (cause) {
    if (!['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM'].includes(codeOf(cause))) throw cause
  } finally {
    closeSync(descriptor)
  }
}

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : '')
