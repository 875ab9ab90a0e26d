import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { entryOf, removeTree } from '../../files/contained.ts'
import { makeOwnFolder } from '../../files/own-folder.ts'
import type { Prepared } from './prepare-task.ts'
import { RefusalError } from './refusal.ts'
import type { RestoreDeps } from './service.ts'
import { checkSource } from './source.ts'

export interface Upload {
  path: string
  name: string
  /** It lies in the folder of the backups. */
  shelved: boolean
  /** Removed when it is discarded. */
  owned: boolean
  /** Milliseconds of the monotonic clock. */
  usedAt: number
  /** What was read of it; read once, however often it is looked at. */
  ready?: Prepared
}

/** A file that is not used for this time is forgotten, with what was read of it. */
export const UNUSED_MS = 2 * 3_600_000

/** The files that a user may restore, by a handle that tells nothing of where they lie. */
export function createUploads(
  deps: Pick<RestoreDeps, 'database' | 'clock' | 'isShelved' | 'isOwn' | 'checkFile'> & { folder: string },
) {
  const uploads = new Map<string, Upload>()
  const uploadsOf = {
    /** Where a candidate of this upload is built. */
    work: (handle: string): string => entryOf(deps.folder, handle),
    /** Where an upload may be streamed to before it is registered. */
    async path(): Promise<string> {
      await makeOwnFolder(deps.folder)
      return join(deps.folder, `upload-${randomUUID()}`)
    },
    /** A file by its path; the caller got it from a dialog, the CLI or the list of backups. `owned`: removed when discarded. */
    async register(
      path: string,
      options: { name?: string; owned?: boolean } = {},
    ): Promise<{ upload: string; bytes: number; name: string }> {
      const shelved = (deps.isShelved ?? deps.isOwn)?.(path) === true
      // An upload of ours is on our disk; any other file may lie on a network share.
      const check = options.owned === true ? undefined : deps.checkFile
      const bytes = await (check ?? checkSource)(path, deps.database, shelved)
      const handle = randomUUID()
      const name = options.name ?? basename(path)
      uploads.set(handle, { path, name, shelved, owned: options.owned === true, usedAt: deps.clock.monotonic() })
      return { upload: handle, bytes, name }
    },
    find(handle: string): Upload {
      const upload = uploads.get(handle)
      if (upload === undefined) throw new RefusalError('not-found', 'This file is no longer at hand. Choose it again.')
      upload.usedAt = deps.clock.monotonic()
      return upload
    },
    /** False, and nothing is touched: it is not one of ours. */
    async discard(handle: string): Promise<boolean> {
      const upload = uploads.get(handle)
      if (upload === undefined) return false
      uploads.delete(handle)
      await removeTree(uploadsOf.work(handle), deps.folder)
      if (upload.owned) await rm(upload.path, { force: true })
      return true
    },
    /** Forgets what was not used for two hours: a page that was closed discards nothing. The caller sees to it that none is in use. */
    async sweep(): Promise<void> {
      const oldest = deps.clock.monotonic() - UNUSED_MS
      for (const [handle, { usedAt }] of [...uploads]) if (usedAt < oldest) await uploadsOf.discard(handle)
    },
    async dispose(): Promise<void> {
      for (const handle of [...uploads.keys()]) await uploadsOf.discard(handle)
    },
  }
  return uploadsOf
}
export type Uploads = ReturnType<typeof createUploads>
