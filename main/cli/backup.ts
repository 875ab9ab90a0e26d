import { access, constants, mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { type Backup, BackupFormat } from '../../preload/contract/backups.ts'
import { neededSecrets } from '../backup/age/needed-secrets.ts'
import { readLimits } from '../backup/restore/room.ts'
import type { Config } from '../config/config.ts'
import { removeTree } from '../files/contained.ts'
import { keepTemporaryFilesIn, makeGuestFolder } from '../files/scratch.ts'
import { realFile } from '../store/owner-lock.ts'
import { TaskError } from '../tasks/task-error.ts'
import { type Arguments, UsageError } from './arguments.ts'
import { type CopyDeps, digestOf, lookAtReplaced, ownEntries, placeCopy, requireChats } from './backup-copy.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { fileOf, type Out, OutError, readOut, writeOut } from './out.ts'
import { findOwner, type Owner } from './owner.ts'
import { locate } from './program.ts'
import { withProgress } from './progress.ts'
import { requireData } from './require-data.ts'
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
  if (args.recipients.length > 0) (await import('../backup/age/key.ts')).checkRecipients(args.recipients)
  const passphrase = await readPassphrase(args.passphraseFile)
  const out = args.out === undefined ? undefined : await readOut(args.out)
  if (out?.kind === 'stdout' && terminal.shown && format !== 'sql')
    throw new UsageError(
      'A compressed backup would only disturb the terminal. Send it into a file or a pipe, or choose --format sql.',
    )
  const config = locate(args, surroundings)
  const owner = await findOwner(config, surroundings)
  try {
    if (args.verb === 'backups') {
      if (args.useAsNew) await owner.client.backups.renewFolder()
      return await list(owner, terminal)
    }
    if (args.verb === 'prune') return await prune(owner, args, terminal)
    const tasks = surroundings.createTasks()
    try {
      const { folder } = await owner.client.backups.status()
      const deps = { config, tasks, folder, passphrase }
      return await create(owner, { ...args, passphrase, backupFormat: format }, { out, deps }, terminal)
    } finally {
      await tasks.dispose()
    }
  } finally {
    await owner.dispose()
  }
}

async function create(
  owner: Owner,
  args: Arguments & { passphrase: string | undefined; backupFormat: BackupFormat | undefined },
  { out, deps }: { out: Out | undefined; deps: CopyDeps },
  terminal: Terminal,
): Promise<ExitCode> {
  // Before the work: what cannot be replaced is told at once.
  const replaced = out?.kind === 'file' ? await lookAtReplaced(out.path, deps) : undefined
  const made = await withProgress(owner, terminal, () =>
    owner.client.backups.create({
      ...(args.backupFormat === undefined ? {} : { format: args.backupFormat }),
      ...(args.recipients.length === 0 ? {} : { recipients: args.recipients }),
      ...(args.passphrase === undefined ? {} : { passphrase: args.passphrase }),
    }),
  )
  const { folder, making, proving, pruning } = await owner.client.backups.status()
  const kept = join(folder, made.id)
  if (pruning.state === 'failed') terminal.note(`The backup is made. Old ones stay: ${pruning.problem}`)
  const sentence = (file: string) => `${file}: ${megabytes(made.bytes)}, ${sentenceOf(made)}`
  if (out === undefined) {
    terminal.result({ ...made, file: kept, making, proving, pruning }, sentence(kept))
    return EXIT.done
  }
  const sha256 = (await ownEntries({ ...deps, folder })).find(({ id }) => id === made.id)?.sha256
  if (out.kind === 'stdout') {
    if (sha256 !== undefined && (await digestOf(kept)) !== sha256)
      throw new OutError(
        'out-not-proven',
        `${kept} changed after it was proven, so it was not written out. Look at its disk.`,
      )
    await writeOut(terminal, kept, `The backup itself is ${kept}.`)
    terminal.result({ ...made, file: kept, making, proving, pruning }, sentence(kept))
    return EXIT.done
  }
  if (!args.allowEmpty) requireChats(replaced, made.rows.chats ?? 0, kept)
  const file = await fileOf(out, made.id)
  if (file !== kept && realFile(file) !== realFile(kept)) await placeCopy(kept, file, replaced, sha256)
  terminal.result({ ...made, file, making, proving, pruning }, sentence(file))
  return EXIT.done
}

async function list(owner: Owner, terminal: Terminal): Promise<ExitCode> {
  const backups = await owner.client.backups.list()
  const status = await owner.client.backups.status()
  if (status.silent_since !== null)
    terminal.note(`The folder ${status.folder} does not answer. What is listed is what was seen last.`)
  if (status.problem_code === 'NOT_MOUNTED' && status.problem !== null) terminal.note(status.problem)
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
  // A file is proven on a machine without data as well, and a backup beside a lost database; else a data directory that was named should be there.
  const alone = config.dataDirectory.source === 'default' || dirname(path) === config.backups
  if (!(alone && (await isFile(path)))) requireData(config)
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

/** For a command without a data directory. */
export const folderElsewhere = (): Promise<string> => mkdtemp(join(tmpdir(), 'whatslang-'))

/** In the data directory where there is one; a backup can also be verified on a machine that has none. */
async function scratchFor(config: Config): Promise<{ scratch: string; within: string }> {
  try {
    await access(config.dataDirectory.path, constants.W_OK)
    await access(config.database.path)
    return { scratch: await makeGuestFolder(config.scratch), within: config.scratch }
  } catch {
    // None, another user's, or on a medium that is only read: then where the system has its own.
    const scratch = await folderElsewhere()
    return { scratch, within: dirname(scratch) }
  }
}

/** Without the passphrase this file is refused, as with a wrong one. */
function asRefusal(error: unknown): never {
  if (error instanceof TaskError && error.code === 'NO_SECRET') throw new TaskError('passphrase-needed', error.message)
  throw error
}

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() === true

/** A path, or the name of a backup of the list. */
async function findFile(file: string, backups: string): Promise<string> {
  const path = resolve(file)
  if (basename(file) !== file) return path
  const here = await stat(path).catch(() => undefined)
  return here ? path : join(backups, file)
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
