import { lstat, mkdir, readdir, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { isCode } from '../../files/codes.ts'
import { freeBytes } from '../../files/free-space.ts'
import { isReadOnly } from '../../files/read-only.ts'
import { networkFilesystem, syncedFolder } from '../../health/filesystem.ts'
import { isBackupName } from '../file-name.ts'
import { type Contents, catalogueName, installationOf, type OtherCatalogue } from './contents.ts'
import { type KnownDisk, requireDisk } from './file-system.ts'
import { readCatalogue, readOther, stampOf } from './read-catalogue.ts'

/** More lists than this in one folder are no household's. */
const MOST_OTHERS = 100

export interface LookInput {
  folder: string
  installation: string
  /** See requireDisk. */
  mountedAt: string | null
  diskId?: string | null
  /** The list as this installation left it; null: it was not written yet. */
  stamp: string | null
  /** Stamps of the others' lists that are known already. */
  others: Record<string, string>
}
export interface LookOutput {
  files: { name: string; bytes: number }[]
  /** Of everything that lies there, this program's or not. */
  bytes: number
  free: number
  total: number
  /** This installation's list where it is another one than `stamp` says: null where it is gone or cannot be read. */
  changed?: { stamp: string | null; contents: Contents | null }
  /** `known`: as it was. */
  others: (OtherCatalogue | { installation: string; known: true })[]
  /** Nothing can be written there. */
  readOnly: boolean
  network: string | null
  copiedBy: string | null
}

/** What lies in a folder of backups. Makes it where it is missing, and changes nothing else. @throws BackupError NO_FOLDER where its disk is not there */
export async function lookTask(input: LookInput): Promise<LookOutput> {
  const { folder, installation, stamp, others } = input
  await makeFolder(folder, installation, input)
  const all = await readdir(folder, { withFileTypes: true })
  const sized = await Promise.all(
    all.filter((file) => file.isFile()).map(async ({ name }) => ({ name, bytes: await sizeOf(join(folder, name)) })),
  )
  const present = sized.filter((file): file is { name: string; bytes: number } => file.bytes !== undefined)
  const lists = present
    .flatMap(({ name }) => installationOf(name) ?? [])
    .filter((id) => id !== installation)
    .slice(0, MOST_OTHERS)
  const read = await Promise.all(lists.map((id) => other(folder, id, others[id])))
  const now = await stampOf(join(folder, catalogueName(installation)))
  const disk = await statfs(folder)
  return {
    files: present.filter(({ name }) => isBackupName(name)),
    bytes: present.reduce((sum, { bytes }) => sum + bytes, 0),
    free: freeBytes(disk),
    total: disk.blocks * disk.bsize,
    ...(now !== stamp && { changed: { ...(await readCatalogue(folder, installation)) } }),
    others: read.filter((one) => one !== null),
    readOnly: await isReadOnly(folder),
    network: networkFilesystem(folder) ?? null,
    copiedBy: syncedFolder(folder) ?? null,
  }
}

export async function makeFolder(folder: string, installation: string, known: KnownDisk): Promise<void> {
  await requireDisk(folder, known, async () => (await readCatalogue(folder, installation)).contents !== null)
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

async function other(folder: string, id: string, known: string | undefined) {
  const stamp = await stampOf(join(folder, catalogueName(id)))
  if (stamp === null) return null
  return stamp === known ? { installation: id, known: true as const } : await readOther(folder, id, stamp)
}

/** Undefined: it went while the folder was read. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}
