import { entryOf } from '../files/contained.ts'
import type { TaskOptions } from '../ports.ts'
import { neededSecrets } from './age/needed-secrets.ts'
import type { Entry } from './catalogue.ts'
import type { MakeDeps } from './make-backup.ts'
import { readLimits } from './restore/room.ts'
import type { Shelf } from './shelf.ts'

/** What opens an encrypted file, where somebody gives it for this once. */
export interface GivenSecrets {
  passphrase?: string
  identity?: string
}

/** Reads a file of the shelf to its end, restores it into a scratch database, and tells what it is and whose. @throws what is wrong with it */
export async function proveFile(
  deps: Pick<MakeDeps, 'tasks' | 'secrets' | 'scratch' | 'clock'>,
  shelf: Shelf,
  id: string,
  given: GivenSecrets,
  watch: TaskOptions,
): Promise<{ entry: Entry; installation: string | null }> {
  const known = shelf.catalogue.find(id)
  const path = entryOf(shelf.place(), id)
  const secrets = await neededSecrets(path, {
    passphrase: () => given.passphrase ?? deps.secrets.get('backup_passphrase'),
    identity: given.identity,
  })
  const limits = await readLimits(path, deps.scratch)
  const proof = await deps.tasks.run(
    'backup.verify',
    {
      path,
      secrets,
      scratch: deps.scratch,
      ...(known?.end != null && { expected: known.end }),
    },
    { ...watch, priority: 'idle', limits: { ...limits, milliseconds: 2 * 60 * 60_000 } },
  )
  const { header, end } = proof.manifest
  const entry: Entry = {
    id,
    format: proof.format,
    encryption: proof.encryption,
    created_at: Date.parse(header.created_at),
    bytes: proof.bytes,
    sha256: proof.sha256,
    reason: header.reason,
    verification: 'verified',
    verified_at: deps.clock.now(),
    problem: null,
    pinned: known?.pinned ?? false,
    ...(known?.lived !== undefined && { lived: known.lived }),
    ...(known?.stuck !== undefined && { stuck: known.stuck }),
    app_version: header.app_version,
    end,
  }
  return { entry, installation: proof.installation }
}
