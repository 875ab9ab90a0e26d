import { readdir, realpath } from 'node:fs/promises'
import { entryOf, REMOVING, removeTree } from '../../files/contained.ts'
import { diskOf } from '../../files/disk.ts'
import { shortId } from '../file-name.ts'
import { type Contents, catalogueName, type EarlierContents } from './contents.ts'
import { isExclusive } from './file-system.ts'
import { type LookOutput, lookTask, makeFolder } from './look-task.ts'
import { readCatalogue, readEarlierCatalogue, setAsideUnreadable } from './read-catalogue.ts'

export interface OpenFolderInput {
  folder: string
  dataDirectory: string
  installation: string
  /** Identities that the data directory had before. */
  previous: readonly string[]
  /** Where the folder's disk was mounted when it was used last; null: it was not used yet. */
  mountedAt: string | null
  diskId?: string | null
}
export interface OpenFolderOutput {
  /** Its real path. */
  real: string
  look: LookOutput
  /** No other installation can work here. */
  exclusive: boolean
  mountedAt: string
  diskId: string | null
  own: { stamp: string | null; contents: Contents | null }
  /** Lists under identities that the data directory had before, and the list that all shared; to be taken over where `own` holds nothing. */
  before: Contents[]
  earlier: EarlierContents | null
}

/** Makes the folder where it is missing, and reads what this installation has there. @throws BackupError NO_FOLDER where its disk is not there */
export async function openFolderTask(input: OpenFolderInput): Promise<OpenFolderOutput> {
  const { folder, installation } = input
  await makeFolder(folder, installation, input)
  const exclusive = await isExclusive(folder, input.dataDirectory)
  await sweep(folder, installation, exclusive)
  const { contents, stamp, unreadable } = await readCatalogue(folder, installation)
  if (unreadable) await setAsideUnreadable(folder, installation)
  const before: Contents[] = []
  if (exclusive) {
    for (const id of input.previous) {
      const { contents } = await readCatalogue(folder, id)
      if (contents !== null) before.push(contents)
    }
  }
  const own = { contents, stamp: unreadable ? null : stamp }
  const disk = diskOf(folder)
  return {
    real: await realpath(folder),
    look: await lookTask({ folder, installation, mountedAt: null, stamp: own.stamp, others: {} }),
    exclusive,
    mountedAt: disk?.mountedAt ?? folder,
    diskId: disk?.id ?? null,
    own,
    before,
    earlier: contents === null ? await readEarlierCatalogue(folder) : null,
  }
}

/** Removes what a killed run of this installation left. Files of others may be in the making. */
async function sweep(folder: string, installation: string, exclusive: boolean): Promise<void> {
  const own = `_${shortId(installation)}`
  const isLeft = (name: string): boolean => {
    if (exclusive && (name.startsWith(REMOVING) || EARLIER_LEFT.test(name))) return true
    if (!/\.(partial|tmp)(-journal|-wal|-shm)?$/.test(name)) return false
    if (name.startsWith(`${catalogueName(installation)}.`)) return true
    return name.startsWith('messages_') && (exclusive || name.includes(own))
  }
  for (const name of (await readdir(folder)).filter(isLeft)) await removeTree(entryOf(folder, name), folder)
}
const EARLIER_LEFT = /^catalogue\.json\..*\.(partial|tmp)$/
