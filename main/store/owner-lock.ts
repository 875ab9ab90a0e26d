import { closeSync, existsSync, lstatSync, openSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import * as z from 'zod'
import { readRegularFile } from '../files/read-file.ts'
import { asStoreError, StoreError } from './errors.ts'

const Owner = z.object({ pid: z.number().int(), program: z.string(), started: z.number() })
export type Owner = z.infer<typeof Owner>

const MAX_ABOUT = 64 * 1024

/** Somebody else holds the file. `owner` is what that program wrote about itself, where it could be read. */
export class OwnedError extends StoreError {
  readonly owner: Owner | undefined
  /** `objections`: sentences that say why this process does not speak with that program. */
  constructor(path: string, owner: Owner | undefined, objections: readonly string[] = []) {
    const who = owner ? `${owner.program} (process ${owner.pid})` : 'another program'
    const outcome =
      objections.length === 0
        ? 'Nothing was changed.'
        : `Its socket cannot be trusted, so nothing was sent and nothing was changed. ${objections.join(' ')}`
    super('locked', path, `${path} is in use by ${who}. ${outcome} Use that one, or quit it and try again.`)
    this.name = 'OwnedError'
    this.owner = owner
  }
}

/** Linux follows forty links and no more. */
const MAX_LINKS = 40

/**
 * The file behind symbolic links, also behind one that points to nothing yet: what is made takes the place that the link names, and the link stays. Of a
 * file that does not exist, its folder's real path with its name.
 */
export function realFile(path: string, links = MAX_LINKS): string {
  try {
    return realpathSync(path)
  } catch {
    // Not there yet: a link, or else its folder, decides.
    const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
    if (link && links > 0) return realFile(resolve(dirname(path), readlinkSync(path)), links - 1)
    const folder = dirname(path)
    return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path
  }
}

const lockPath = (path: string) => `${realFile(path)}.lock`
const aboutPath = (path: string) => `${realFile(path)}.lock.json`

/** Who holds the file, as written by the holder; undefined where nobody wrote anything. Proves nothing: the lock itself does. */
export function readOwner(path: string): Owner | undefined {
  try {
    const bytes = readRegularFile(aboutPath(path), MAX_ABOUT)
    const owner = Owner.safeParse(bytes && JSON.parse(bytes.toString('utf8')))
    return owner.success ? owner.data : undefined
  } catch {
    // Missing or half-written: nobody can be named.
    return undefined
  }
}

export interface OwnerLock {
  readonly path: string
  readonly owner: Owner
  release(): void
}

/**
 * Takes the file for this process: `BEGIN EXCLUSIVE`, held open on a small database of its own beside the real file. The operating system frees it
 * the moment its holder dies, so it is never stale and never stolen. Throws `OwnedError` where somebody else holds it.
 */
export function takeOwnerLock(path: string, program: string, options: { now?: number } = {}): OwnerLock {
  const lock = lockPath(path)
  let db: Database.Database
  try {
    closeSync(openSync(lock, 'a', 0o600))
    db = new Database(lock, { timeout: 0 })
  } catch (error) {
    throw asStoreError(error, lock)
  }
  try {
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    const typed = asStoreError(error, lock)
    if (typed instanceof StoreError && typed.code === 'busy') throw new OwnedError(realFile(path), readOwner(path))
    throw typed
  }
  const owner: Owner = { pid: process.pid, program, started: options.now ?? Date.now() }
  try {
    writeFileSync(aboutPath(path), JSON.stringify(owner), { mode: 0o600 })
  } catch (error) {
    db.close()
    throw asStoreError(error, aboutPath(path))
  }
  let held = true
  return {
    path: realFile(path),
    owner,
    release() {
      if (!held) return
      held = false
      // The sidecar first: once the lock is free, another holder may have written its own.
      rmSync(aboutPath(path), { force: true })
      db.exec('ROLLBACK')
      db.close()
    },
  }
}

/** Undefined: free at this moment. */
export function ownerOf(path: string): Owner | 'unnamed' | undefined {
  if (!existsSync(lockPath(path))) return undefined
  try {
    const db = new Database(lockPath(path), { timeout: 0, fileMustExist: true })
    try {
      db.exec('BEGIN EXCLUSIVE; ROLLBACK')
      return undefined
    } finally {
      db.close()
    }
  } catch (error) {
    const typed = asStoreError(error, path)
    if (typed instanceof StoreError && typed.code === 'busy') return readOwner(path) ?? 'unnamed'
    throw typed
  }
}
