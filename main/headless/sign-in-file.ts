import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { dirname } from 'node:path'
import * as z from 'zod'
import { readOwnFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'

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
        const bytes = readOwnFile(path, MAX_BYTES, { folder: dirname(path) })
        if (bytes === undefined) return { kind: 'none' }
        const stored = Stored.parse(JSON.parse(bytes.toString('utf8')))
        const own = bind(stored.salt)
        if (!timingSafeEqual(Buffer.from(own.token, 'hex'), Buffer.from(stored.token, 'hex')))
          return { kind: 'other-token' }
        bound = own
        return { kind: 'kept', signIns: stored.sessions }
      } catch (cause) {
        return { kind: 'damaged', cause }
      }
    },
    /** Replaces it atomically, and is on the disk when it returns. Throws what the disk says. */
    write(sessions: readonly SignIn[]): void {
      bound ??= bind(randomBytes(16).toString('hex'))
      replaceFileNow(path, `${JSON.stringify({ version: 1, ...bound, sessions })}\n`)
    },
  }
}
export type SignInFile = ReturnType<typeof createSignInFile>
