import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { lookAtInstallation } from '../app/installation.ts'
import { neededSecrets } from '../backup/age/needed-secrets.ts'
import { publish } from '../backup/durable-file.ts'
import { readBackupName, shortId } from '../backup/file-name.ts'
import type { Entry } from '../backup/folder/contents.ts'
import { readLimits } from '../backup/restore/room.ts'
import type { Config } from '../config/config.ts'
import { createFileSecrets } from '../config/secrets.ts'
import { removeTree } from '../files/contained.ts'
import { syncFolder } from '../files/replace-file.ts'
import { makeGuestFolder } from '../files/scratch.ts'
import { copyPrivately, unfinished } from '../files/unfinished.ts'
import type { Tasks } from '../ports.ts'
import { OutError } from './out.ts'

export interface CopyDeps {
  config: Config
  tasks: Tasks
  /** Where backups are made. */
  folder: string
  passphrase: string | undefined
}

/** A file that the copy takes the place of. */
export interface Replaced {
  path: string
  chats: number
  stamp: string
}

/** What this installation knows of its backups, which tells a copy of one by its contents alone. */
export async function ownEntries({ config, tasks, folder }: CopyDeps): Promise<Entry[]> {
  const installation = lookAtInstallation(config.dataDirectory.path)
  if (installation === undefined) return []
  const read = await tasks.run('folder.read', {
    folder,
    dataDirectory: config.dataDirectory.path,
    installation: installation.id,
    previous: [],
  })
  return read.contents.entries.filter(({ id, claimed }) => {
    const named = readBackupName(id)?.installation
    return claimed !== true && (named === undefined || named === shortId(installation.id))
  })
}

/**
 * What lies where a copy is to go; undefined: nothing. Only a whole backup of this installation may be replaced. @throws OutError that names the
 * file and what it is
 */
export async function lookAtReplaced(path: string, deps: CopyDeps): Promise<Replaced | undefined> {
  const stamp = await stampOf(path)
  if (stamp === undefined) return undefined
  if (dirname(path) === deps.folder && readBackupName(basename(path)) !== undefined)
    throw refused(path, 'is itself one of the backups in their folder')
  const sha256 = await digestOf(path)
  const known = (await ownEntries(deps)).find((entry) => entry.sha256 === sha256)
  if (known !== undefined) return { path, chats: known.end?.tables.chats?.rows ?? 1, stamp }
  const { installation, manifest } = await prove(path, deps)
  const id = lookAtInstallation(deps.config.dataDirectory.path)?.id
  if (installation === null) throw refused(path, 'does not say which installation made it')
  if (installation !== id) throw refused(path, `is a backup of another installation (${shortId(installation)})`)
  return { path, chats: manifest.end.tables.chats?.rows ?? 0, stamp }
}

async function prove(path: string, { config, tasks, passphrase }: CopyDeps) {
  const scratch = await makeGuestFolder(config.scratch)
  try {
    const secrets = await neededSecrets(path, {
      passphrase: async () =>
        passphrase ??
        config.environment.WHATSLANG_BACKUP_PASSPHRASE ??
        (await createFileSecrets(join(config.dataDirectory.path, 'secrets.json')).get('backup_passphrase')),
    })
    return await tasks.run('backup.verify', { path, secrets, scratch }, { limits: await readLimits(path, scratch) })
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw refused(path, 'cannot be shown to be a backup of this installation', why, error)
  } finally {
    await removeTree(scratch, config.scratch)
  }
}

/** @throws OutError where chats would give way to none */
export function requireChats(replaced: Replaced | undefined, chats: number, kept: string): void {
  if (replaced === undefined || replaced.chats === 0 || chats > 0) return
  throw new OutError(
    'out-holds-chats',
    `${replaced.path} was not replaced: it holds ${replaced.chats} chats, and the new backup holds none. The new one is ${kept}. Is this the right data directory? Add --allow-empty if you mean it.`,
  )
}

/** Whole, proven by its digest and on the disk before it takes the name; what took the name meanwhile stays. */
export async function placeCopy(
  source: string,
  target: string,
  replaced: Replaced | undefined,
  sha256: string | undefined,
): Promise<void> {
  const partial = unfinished(target)
  try {
    await copyPrivately(source, partial)
    const wanted = sha256 ?? (await digestOf(source))
    if ((await digestOf(partial)) !== wanted)
      throw new OutError(
        'out-not-proven',
        `The copy at ${target} is not what was read from ${source}. It was removed. Look at the disks.`,
      )
    if (replaced === undefined) return await publish(partial, target)
    if ((await stampOf(target)) !== replaced.stamp) throw refused(target, 'was changed by another program meanwhile')
    await rename(partial, target)
    await syncFolder(dirname(target))
  } finally {
    await rm(partial, { force: true })
  }
}

/** Changes whenever the file is written or replaced; undefined: there is none. */
async function stampOf(path: string): Promise<string | undefined> {
  const facts = await stat(path, { bigint: true }).catch(() => undefined)
  return facts && `${facts.dev}-${facts.ino}-${facts.size}-${facts.mtimeNs}`
}

export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash)
  return hash.digest('hex')
}

const refused = (path: string, what: string, why = '', cause?: unknown): OutError =>
  new OutError(
    'out-taken',
    `${path} ${what}, so it was not replaced. Move it away, or choose another name.${why === '' ? '' : ` ${why}`}`,
    { cause },
  )
