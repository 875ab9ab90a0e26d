import { type BackupFolderDeps, checkBackupFolder } from '../backup-folder.ts'
import { requireDisk } from './file-system.ts'
import { readCatalogue } from './read-catalogue.ts'

export interface CheckFolderInput extends BackupFolderDeps {
  folder: string
  installation: string
  mountedAt: string | null
  diskId?: string | null
}

/** @throws BackupError NO_FOLDER that says why backups cannot be made there */
export async function checkFolderTask({
  folder,
  installation,
  mountedAt,
  diskId = null,
  ...deps
}: CheckFolderInput): Promise<undefined> {
  await requireDisk(
    folder,
    { mountedAt, diskId },
    async () => (await readCatalogue(folder, installation)).contents !== null,
  )
  await checkBackupFolder(folder, deps)
}
