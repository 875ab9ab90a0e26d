import { readdir } from 'node:fs/promises'
import { isCode } from '../../files/codes.ts'
import { isReadOnly } from '../../files/read-only.ts'
import { BackupError } from '../backup-error.ts'
import { takeOver } from '../catalogue.ts'
import { isBackupName } from '../file-name.ts'
import { type Contents, installationOf } from './contents.ts'
import { isExclusive, type KnownDisk, requireDisk } from './file-system.ts'
import { readCatalogue, readEarlierCatalogue, readOther } from './read-catalogue.ts'

export interface ReadFolderInput {
  folder: string
  dataDirectory: string
  /** Null: the data directory has none yet. */
  installation: string | null
  previous: readonly string[]
  /** What is remembered of its disk. */
  disk?: KnownDisk
}
export interface ReadFolderOutput {
  /** Names of backups, whoever made them; null: the folder is not there. */
  files: string[] | null
  /** What this installation knows of them; where it has no list, what it would begin with. */
  contents: Contents
  /** Nothing can be written there. */
  readOnly: boolean
  /** Why its disk is not the one where it lay; missing: it is. */
  notMounted?: string
}

/** What a program that does not run could say of a folder. Changes nothing. */
export async function readFolderTask(input: ReadFolderInput): Promise<ReadFolderOutput> {
  const { folder, installation, disk } = input
  const isOurs = async () => installation !== null && (await readCatalogue(folder, installation)).contents !== null
  try {
    if (disk !== undefined) await requireDisk(folder, disk, isOurs)
    return await readFiles(input)
  } catch (error) {
    if (!(error instanceof BackupError && error.code === 'NOT_MOUNTED')) throw error
    const contents = takeOver(installation ?? '', { before: [], earlier: null }, true, new Set())
    return { files: null, contents, readOnly: false, notMounted: error.message }
  }
}

async function readFiles(input: ReadFolderInput): Promise<ReadFolderOutput> {
  const { folder, installation } = input
  const id = installation ?? ''
  let names: string[]
  try {
    const all = await readdir(folder, { withFileTypes: true })
    names = all.filter((file) => file.isFile()).map(({ name }) => name)
  } catch (error) {
    if (!isCode(error, 'ENOENT', 'ENOTDIR')) throw error
    return { files: null, contents: takeOver(id, { before: [], earlier: null }, true, new Set()), readOnly: false }
  }
  const files = names.filter(isBackupName)
  const readOnly = await isReadOnly(folder)
  const own = installation === null ? null : (await readCatalogue(folder, installation)).contents
  if (own !== null) return { files, contents: own, readOnly }
  const exclusive = await isExclusive(folder, input.dataDirectory)
  const before: Contents[] = []
  if (exclusive) {
    for (const one of input.previous) {
      const { contents } = await readCatalogue(folder, one)
      if (contents !== null) before.push(contents)
    }
  }
  const others = await Promise.all(
    names.flatMap((name) => installationOf(name) ?? []).map((other) => readOther(folder, other, '')),
  )
  const theirs = new Set(others.flatMap((other) => other?.entries.map((entry) => entry.id) ?? []))
  const earlier = await readEarlierCatalogue(folder)
  return { files, contents: takeOver(id, { before, earlier }, exclusive, theirs), readOnly }
}
