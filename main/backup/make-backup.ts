import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Backup, BackupFormat } from '../../preload/contract/backups.ts'
import type { Settings } from '../../preload/contract/settings.ts'
import { travelling } from '../config/setting-rules.ts'
import { isCode } from '../files/codes.ts'
import { removeFile } from '../files/contained.ts'
import { makeOwnFolder } from '../files/own-folder.ts'
import type { Clock, Secrets, TaskOptions, Tasks } from '../ports.ts'
import type { AgeKey } from './age/key.ts'
import { BackupError } from './backup-error.ts'
import type { Entry } from './catalogue.ts'
import { backupName } from './file-name.ts'
import type { BackupReason } from './manifest.ts'

export interface MakeDeps {
  /** The resolved messages.db. */
  database: string
  /** The folder of the program's temporary files: where scratch databases of verifications lie. */
  scratch: string
  appVersion: string
  settings(): Settings
  /** Why something must wait because of settings that could not be read. */
  refusal?(act: 'plain-backup' | 'prune'): Error | undefined
  secrets: Pick<Secrets, 'get'>
  tasks: Tasks
  clock: Pick<Clock, 'now'>
  /** Whose backups these are. */
  installation: { readonly id: string }
}
export interface MakeOptions {
  folder: string
  /** The folder lies in the data directory. */
  besideDatabase?: boolean
  reason: BackupReason
  format?: BackupFormat
  encryption?: Backup['encryption']
  /** For this one, instead of what the settings say. */
  key?: AgeKey
  taken(name: string): boolean
}

/** Past this a backup is stuck, not slow. */
const DEADLINE_MS = 2 * 60 * 60_000
const MEMORY = 1024 * 1024 * 1024
/** Names that are tried before it is given up. */
const MOST_NAMES = 20

type Watch = Required<Pick<TaskOptions, 'signal' | 'onProgress'>>

const limits = (signal: Watch): TaskOptions => ({
  ...signal,
  limits: { milliseconds: DEADLINE_MS, memoryBytes: MEMORY },
})

/**
 * Writes one backup and proves it in another process. `onWritten` gets the entry as soon as the file is durable: what happens
 * to its proof, it is known. Resolves with the proven entry; rejects with what failed (a rejected proof leaves the file).
 */
export async function makeBackup(
  deps: MakeDeps,
  options: MakeOptions,
  watch: Watch,
  onWritten: (entry: Entry) => Promise<void>,
): Promise<Entry> {
  const settings = deps.settings()
  const { tasks, clock, installation, appVersion, scratch } = deps
  const { folder, reason } = options
  const format = options.format ?? settings.backup.format
  const encryption = options.key?.kind ?? options.encryption ?? settings.backup.encryption.kind
  // The database beside it is plain as well, so a plain copy before an upgrade reveals nothing new.
  const refused = encryption === 'none' && options.encryption === undefined && deps.refusal?.('plain-backup')
  if (refused && !(options.reason === 'before-migration' && options.besideDatabase)) throw refused
  const key = options.key ?? (await keyFor(encryption, settings, deps.secrets))
  const now = clock.now()
  const run: TaskOptions = { ...limits(watch), priority: reason === 'scheduled' ? 'idle' : 'normal' }
  const input = {
    database: deps.database,
    scratch,
    format,
    reason,
    appVersion,
    createdAt: new Date(now).toISOString(),
    installation: installation.id,
    settings: travelling(settings),
  }
  const entryOf = (id: string, made: { bytes: number; sha256: string }, end: Entry['end']): Entry => ({
    id,
    format,
    encryption,
    created_at: now,
    bytes: made.bytes,
    sha256: made.sha256,
    reason,
    verification: 'unverified',
    verified_at: null,
    problem: null,
    pinned: false,
    app_version: appVersion,
    end,
  })
  const verify = (path: string, passphrase: string | undefined, expected: NonNullable<Entry['end']>) =>
    tasks.run('backup.verify', { path, secrets: { passphrase }, scratch, expected }, run)
  /** Another program may take a name between the look at the folder and the writing. */
  async function named<T>(write: (target: string) => Promise<T>): Promise<[string, T]> {
    const refused = new Set<string>()
    for (;;) {
      const taken = (name: string) => refused.has(name) || options.taken(name)
      const id = backupName(now, installation.id, format, key !== undefined, taken)
      try {
        return [id, await write(join(folder, id))]
      } catch (error) {
        if (!isCode(error, 'EEXIST') || refused.size >= MOST_NAMES) throw error
        refused.add(id)
      }
    }
  }

  if (key?.kind === 'recipients') {
    // Nobody here can open it later: it is drilled first, then encrypted. The plain one never lies in the folder of the backups.
    await makeOwnFolder(scratch)
    const plain = join(scratch, `${randomUUID()}.${format}`)
    try {
      const made = await tasks.run('backup.create', { ...input, target: plain }, run)
      await verify(plain, undefined, made.end)
      const [id, sealed] = await named((target) => tasks.run('backup.encrypt', { source: plain, target, key }, run))
      const entry = { ...entryOf(id, sealed, made.end), verification: 'drilled' as const, verified_at: clock.now() }
      await onWritten(entry)
      return entry
    } finally {
      await removeFile(plain, scratch)
    }
  }
  const [id, made] = await named((target) =>
    tasks.run('backup.create', { ...input, target, ...(key !== undefined && { key }) }, run),
  )
  const entry = entryOf(id, made, made.end)
  await onWritten(entry)
  const proof = await verify(join(folder, id), key?.passphrase, made.end)
  if (proof.sha256 !== made.sha256) {
    throw new BackupError('ALTERED', `${id} is not on the disk as it was written. Look at the disk's health.`)
  }
  return { ...entry, verification: 'verified', verified_at: clock.now() }
}

/** Configured to be encrypted and no secret at hand: it fails, and never writes in plain. */
async function keyFor(
  encryption: Backup['encryption'],
  settings: Settings,
  secrets: Pick<Secrets, 'get'>,
): Promise<AgeKey | undefined> {
  if (encryption === 'none') return undefined
  if (encryption === 'recipients') {
    const configured = settings.backup.encryption
    if (configured.kind === 'recipients') return { kind: 'recipients', recipients: configured.recipients }
    throw new BackupError('NO_SECRET', 'No recipients are set for encrypted backups. Set them in the settings first.')
  }
  const passphrase = await secrets.get('backup_passphrase')
  if (passphrase !== undefined && passphrase !== '') return { kind: 'passphrase', passphrase }
  throw new BackupError(
    'NO_SECRET',
    'Backups are to be encrypted, and their passphrase is not at hand. No backup was made. Set the passphrase again in the settings.',
  )
}
