import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { SignedIn } from '../../preload/contract/auth.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { SignedInDevices } from '../rpc/signed-in.ts'
import { type Device, deviceName } from './device.ts'
import { HostError } from './host-error.ts'
import { MAX_SIGN_INS, type SignIn, type SignInFile } from './sign-in-file.ts'

const DAY_MS = 24 * 60 * 60_000
export const IDLE_MS = 30 * DAY_MS
export const LONGEST_MS = 180 * DAY_MS
/** How exactly the last use is known, and how exactly after a crash. */
const USE_MS = 60_000
const KEPT_USE_MS = 15 * 60_000
const SWEEP_MS = 60_000
const MAX_ENDED = 200

export interface SignInsDeps {
  file: SignInFile
  audit: Pick<AuditLog, 'record'>
  log: Logger
  now(): number
  /** The list changed. */
  onChange(): void
}

/**
 * Who is signed in to the page. A browser holds a random secret of 256 bits in its cookie; here only its hash is kept. A sign-in ends when it was not
 * used for 30 days, after 180 days, with its token, or when the user ends it.
 */
export function createSignIns(deps: SignInsDeps) {
  const { file, audit, log, now } = deps
  const signIns = new Map<string, SignIn>()
  /** Hashes of ended ones: their browsers ask once more, and are not guessing. */
  const ended = new Set<string>()
  const listeners = new Set<(id: string, graceMs: number) => void>()
  /** What the file holds, by id; it is older than the map until the next write. */
  let keptUse = new Map<string, number>()
  let dirty = false

  const found = file.read()
  if (found.kind === 'kept') {
    for (const signIn of found.signIns) {
      // A clock that was ahead must not make one last longer.
      const created_at = Math.min(signIn.created_at, now())
      signIns.set(signIn.hash, { ...signIn, created_at, last_used_at: Math.min(signIn.last_used_at, now()) })
    }
  } else if (found.kind === 'damaged') {
    log.warn({ err: found.cause }, `${file.path} was damaged: every browser has to sign in again`)
    audit.record({ action: 'session-ended', detail: { reason: 'damaged file' } })
  } else if (found.kind === 'other-token') {
    log.warn('the access token was changed: every browser has to sign in again')
    audit.record({ action: 'token-changed' })
  }

  const save = (): boolean => {
    try {
      file.write([...signIns.values()])
      keptUse = new Map([...signIns.values()].map(({ id, last_used_at }) => [id, last_used_at]))
      dirty = false
    } catch (cause) {
      if (!dirty)
        log.error({ err: cause }, `${file.path} could not be written: a restart would forget who is signed in`)
      dirty = true
    }
    return !dirty
  }
  const isOver = ({ created_at, last_used_at }: SignIn) => expiry(created_at, last_used_at) <= now()

  /** Takes them out at once, and tells what hangs on them. The caller saves. */
  const remove = (gone: readonly SignIn[], graceMs = 0) => {
    for (const { hash, id } of gone) {
      signIns.delete(hash)
      ended.add(hash)
      const [oldest] = ended
      if (ended.size > MAX_ENDED && oldest !== undefined) ended.delete(oldest)
      for (const listener of [...listeners]) listener(id, graceMs)
    }
    if (gone.length > 0) deps.onChange()
  }
  const removeByProgram = (gone: readonly SignIn[], reason: string) => {
    remove(gone)
    if (gone.length > 0) audit.record({ action: 'session-ended', detail: { reason, count: gone.length } })
  }
  const sweep = () => {
    const before = signIns.size
    removeByProgram([...signIns.values()].filter(isOver), 'expired')
    if (dirty || signIns.size !== before) save()
  }
  sweep()
  if (found.kind !== 'kept') save()
  const sweeping = setInterval(sweep, SWEEP_MS)
  sweeping.unref()

  const use = (signIn: SignIn, address: string) => {
    if (now() - signIn.last_used_at < USE_MS) return
    signIn.last_used_at = now()
    signIn.address = address
    if (now() - (keptUse.get(signIn.id) ?? 0) >= KEPT_USE_MS) save()
  }

  /** @throws HostError where the list could not be written: the device is out, and a crash now would let it in again */
  const endDurably = (gone: readonly SignIn[], graceMs: number): number => {
    remove(gone, graceMs)
    if (gone.length > 0 && !save()) {
      throw new HostError(
        'sign-in-unwritten',
        `The device is signed out, but ${file.path} could not be written. Whatslang tries again each minute; until then a restart would let the device in again. Free some space, or check the folder's permissions.`,
      )
    }
    return gone.length
  }

  const devices: SignedInDevices = {
    list: (current) =>
      [...signIns.values()]
        .filter((signIn) => !isOver(signIn))
        .sort((a, b) => b.last_used_at - a.last_used_at || b.created_at - a.created_at)
        .map((signIn) => asShown(signIn, current)),
    end: (id, graceMs = 0) =>
      endDurably(
        [...signIns.values()].filter((signIn) => signIn.id === id),
        graceMs,
      ) > 0,
    endAll: ({ except, graceMs = 0 }) =>
      endDurably(
        [...signIns.values()].filter(({ id }) => id !== except),
        graceMs,
      ),
  }

  return {
    devices,
    /** A new one, and the secret for its cookie, which is known nowhere else. */
    begin(device: Device, address: string): { id: string; secret: string } {
      const secret = randomBytes(32).toString('base64url')
      const surplus = [...signIns.values()].sort((a, b) => b.last_used_at - a.last_used_at).slice(MAX_SIGN_INS - 1)
      removeByProgram(surplus, 'too many')
      const id = randomUUID()
      const hash = hashOf(secret)
      signIns.set(hash, { id, hash, created_at: now(), last_used_at: now(), ...device, address })
      save()
      deps.onChange()
      return { id, secret }
    },
    /** The browser of this one brought the token again. */
    renew(id: string, device: Device, address: string): void {
      const signIn = [...signIns.values()].find((one) => one.id === id)
      if (!signIn) return
      Object.assign(signIn, { created_at: now(), last_used_at: now(), ...device, address })
      save()
      deps.onChange()
    },
    /** The id behind a cookie, which counts as a use; `ended`: it was one; undefined: it never was one of ours, or long ago. */
    find(secret: string, address: string): { id: string } | 'ended' | undefined {
      const hash = hashOf(secret)
      const signIn = signIns.get(hash)
      if (!signIn) return ended.has(hash) ? 'ended' : undefined
      if (isOver(signIn)) {
        sweep()
        return 'ended'
      }
      use(signIn, address)
      return { id: signIn.id }
    },
    /** Called with the id of each that ends, and with how long its connections may still live. Returns the unsubscriber. */
    onEnd(listener: (id: string, graceMs: number) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** A page that is open is in use. False: it is signed in no longer. */
    seen(id: string, address: string): boolean {
      const signIn = [...signIns.values()].find((one) => one.id === id)
      if (!signIn || isOver(signIn)) return false
      use(signIn, address)
      return true
    },
    dispose(): void {
      clearInterval(sweeping)
      if (dirty || [...signIns.values()].some(({ id, last_used_at }) => keptUse.get(id) !== last_used_at)) save()
    },
  }
}
export type SignIns = ReturnType<typeof createSignIns>

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
const expiry = (created_at: number, last_used_at: number) => Math.min(created_at + LONGEST_MS, last_used_at + IDLE_MS)

function asShown(signIn: SignIn, current: string | undefined): SignedIn {
  const { id, browser, system, address, created_at, last_used_at } = signIn
  return {
    id,
    device: deviceName(signIn),
    browser,
    system,
    address: address || null,
    created_at,
    last_used_at,
    expires_at: expiry(created_at, last_used_at),
    current: id === current,
  }
}
