import { access, constants, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { type Backup, BackupFormat } from '../../preload/contract/backups.ts'
import { checkRecipients } from '../backup/age/key.ts'
import { neededSecrets } from '../backup/age/needed-secrets.ts'
import { readLimits } from '../backup/restore/room.ts'
import type { Config } from '../config/config.ts'
import { removeTree } from '../files/contained.ts'
import { keepTemporaryFilesIn, makeGuestFolder } from '../files/scratch.ts'
import { copyPrivately, unfinished } from '../files/unfinished.ts'
import { TaskError } from '../tasks/task-error.ts'
import type { Arguments } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { findOwner, type Owner } from './owner.ts'
import { locate } from './program.ts'
import { withProgress } from './progress.ts'
import { readPassphrase, readSecrets } from './secret-files.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'
import { megabytes, moment, oneOf } from './words.ts'

/** `backup`, `backups`, `prune` and `verify`. */
export async function backupCommand(
  args: Arguments,
  terminal: Terminal,
  surroundings: Surroundings,
): Promise<ExitCode> {
  if (args.verb === 'verify') return verify(args, terminal, surroundings)
  const format = oneOf('format', args.format, BackupFormat.options)
  checkRecipients(args.recipients)
  const passphrase = await readPassphrase(args.passphraseFile)
  const owner = await findOwner(locate(args, surroundings), surroundings)
  try {
    if (args.verb === 'backups') return await list(owner, terminal)
    if (args.verb === 'prune') return await prune(owner, args, terminal)
    return await create(owner, { ...args, passphrase, backupFormat: format }, terminal)
  } finally {
    await owner.dispose()
  }
}

async function create(
  owner: Owner,
  args: Arguments & { passphrase: string | undefined; backupFormat: BackupFormat | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  const made = await withProgress(owner, terminal, () =>
    owner.client.backups.create({
      ...(args.backupFormat === undefined ? {} : { format: args.backupFormat }),
      ...(args.recipients.length === 0 ? {} : { recipients: args.recipients }),
      ...(args.passphrase === undefined ? {} : { passphrase: args.passphrase }),
    }),
  )
  const { folder, making, proving, pruning } = await owner.client.backups.status()
  const kept = join(folder, made.id)
  const file = args.out === undefined ? kept : await copyTo(kept, resolve(args.out))
  if (pruning.state === 'failed') terminal.note(`The backup is made. Old ones stay: ${pruning.problem}`)
  terminal.result({ ...made, file, making, proving, pruning }, `${file}: ${megabytes(made.bytes)}, ${sentenceOf(made)}`)
  return EXIT.done
}

async function list(owner: Owner, terminal: Terminal): Promise<ExitCode> {
  const backups = await owner.client.backups.list()
  const status = await owner.client.backups.status()
  if (status.silent_since !== null)
    terminal.note(`The folder ${status.folder} does not answer. What is listed is what was seen last.`)
  const lines = backups.map(
    (backup) =>
      `${moment(backup.created_at)}  ${backup.id}  ${megabytes(backup.bytes)}  ${[sentenceOf(backup), ...marksOf(backup)].join(', ')}`,
  )
  const text = lines.length === 0 ? `There are no backups in ${status.folder} yet.` : lines
  terminal.result({ folder: status.folder, backups, status }, text)
  return EXIT.done
}

async function prune(owner: Owner, args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const result = await owner.client.backups.prune({ dry_run: args.dryRun })
  const verb = args.dryRun ? 'would be removed' : 'removed'
  const lines = [
    ...result.removed.map(({ id, reason }) => `${verb}: ${id} (${reason})`),
    ...result.failed.map(({ problem }) => `stays: ${problem}`),
    ...result.kept.map(({ id, reasons }) => `kept: ${id} (${reasons.join(', ')})`),
  ]
  terminal.result(result, lines.length === 0 ? 'There are no backups to judge.' : lines)
  return result.failed.length === 0 ? EXIT.done : EXIT.failed
}

/** Needs nobody's leave: it only reads the file, in a process of its own, and restores it into a scratch database. */
async function verify(args: Arguments, terminal: Terminal, surroundings: Surroundings): Promise<ExitCode> {
  const config = locate(args, surroundings)
  const path = await findFile(args.file ?? '', config.backups)
  const given = await readSecrets(args)
  const secrets = await neededSecrets(path, {
    passphrase: () => given.passphrase ?? config.environment.WHATSLANG_BACKUP_PASSPHRASE,
    identity: given.identity,
  })
  const place = await scratchFor(config)
  const tasks = surroundings.createTasks()
  try {
    const { scratch } = place
    keepTemporaryFilesIn(scratch)
    const limits = await readLimits(path, scratch)
    const proof = await tasks.run('backup.verify', { path, secrets, scratch }, { limits }).catch(asRefusal)
    const rows = Object.values(proof.manifest.end.tables).reduce((sum, table) => sum + table.rows, 0)
    terminal.result(
      {
        file: path,
        verified: true,
        format: proof.format,
        encryption: proof.encryption,
        bytes: proof.bytes,
        sha256: proof.sha256,
        created_at: proof.manifest.header.created_at,
        tables: Object.fromEntries(
          Object.entries(proof.manifest.end.tables).map(([name, table]) => [name, table.rows]),
        ),
      },
      `${path} is whole: restored into a scratch database, ${rows} rows in ${Object.keys(proof.manifest.end.tables).length} tables agree with its manifest.`,
    )
    return EXIT.done
  } finally {
    await tasks.dispose()
    await removeTree(place.scratch, place.within)
  }
}

/** In the data directory where there is one; a backup can also be verified on a machine that has none. */
async function scratchFor(config: Config): Promise<{ scratch: string; within: string }> {
  try {
    await access(config.dataDirectory.path, constants.W_OK)
    return { scratch: await makeGuestFolder(config.scratch), within: config.scratch }
  } catch {
    // None, another user's, or on a medium that is only read: then where the system has its own.
    const scratch = await mkdtemp(join(tmpdir(), 'whatslang-'))
    return { scratch, within: dirname(scratch) }
  }
}

/** Without the passphrase this file is refused, as with a wrong one. */
function asRefusal(error: unknown): never {
  if (error instanceof TaskError && error.code === 'NO_SECRET') throw new TaskError('passphrase-needed', error.message)
  throw error
}

/** A path, or the name of a backup of the list. */
async function findFile(file: string, backups: string): Promise<string> {
  const path = resolve(file)
  if (basename(file) !== file) return path
  const here = await stat(path).catch(() => undefined)
  return here ? path : join(backups, file)
}

/** Whole or not at all, and durable: a copy beside the target takes its name at the end. */
async function copyTo(source: string, out: string): Promise<string> {
  const facts = await stat(out).catch(() => undefined)
  const target = facts?.isDirectory() ? join(out, basename(source)) : out
  const partial = unfinished(target)
  try {
    await copyPrivately(source, partial)
    await rename(partial, target)
    return target
  } finally {
    await rm(partial, { force: true })
  }
}

/** What is to be known of it beside its proof. */
function marksOf(backup: Backup): string[] {
  const { installation, needed_until: until, undeletable } = backup
  return [
    ...(backup.pinned ? ['pinned'] : []),
    ...(backup.owner === 'other'
      ? [`of another installation${installation === null ? '' : ` (${installation})`}`]
      : []),
    ...(backup.owner === 'unknown' ? ['not known yet'] : []),
    ...(backup.dated_ahead ? ['dated ahead of the clock'] : []),
    ...(until === null ? [] : [`kept for the undo until ${moment(until)}`]),
    ...(undeletable === null ? [] : ['cannot be deleted']),
  ]
}

function sentenceOf(backup: Backup): string {
  switch (backup.verification) {
    case 'verified':
      return 'verified'
    case 'drilled':
      return 'proven before it was encrypted to its recipients'
    case 'unverified':
      return 'not verified yet'
    case 'failed':
      return `damaged: ${backup.problem ?? 'it could not be restored'}`
    case 'missing':
      return 'missing: the file is gone'
  }
}
