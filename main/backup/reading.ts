import { randomUUID } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { makeOwnFolder } from '../files/own-folder.ts'
import type { Tasks } from '../ports.ts'
import { type Folders, isFolderError } from './folders.ts'

/** Files of the folder of the backups, and files beside it, for those that read them: restores and downloads. */
export function createReading({ folders, scratch, tasks }: { folders: Folders; scratch: string; tasks: Tasks }) {
  /** How many restores read the file of that name. */
  const held = new Map<string, number>()
  return {
    isHeld: (name: string): boolean => held.has(name),
    /** Where a backup can be read for as long as that takes: a second name of it, or a copy. The caller removes it. */
    async checkout(id: string): Promise<string | undefined> {
      const shelf = folders.now()
      await folders.glance()
      const path = shelf.pathOf(id)
      if (path === undefined) return undefined
      await makeOwnFolder(scratch)
      const target = join(scratch, `out-${randomUUID()}`)
      await shelf.keeper.during(new AbortController().signal, (signal) =>
        tasks.run('folder.checkout', { path, target }, { signal }),
      )
      return target
    },
    /** Whether a file can be restored, asked of a disk that may not answer. @throws RefusalError, BackupError NO_ANSWER */
    async checkSource(path: string, live: string, shelved: boolean): Promise<number> {
      const { bytes } = await folders.keeperOf(dirname(path)).ask('folder.source', { path, live, shelved })
      return bytes
    },
    /** False where a backup is surely not there. A folder that does not answer says nothing against it. */
    async isThere(path: string): Promise<boolean> {
      const name = folders.nameOf(path)
      if (name !== undefined) {
        await folders.glance()
        return folders.now().seen() === undefined || folders.now().has(name)
      }
      const keeper = folders.keeperOf(dirname(path))
      try {
        return (await keeper.ask('folder.has', { path }, keeper.patience.slow)).there
      } catch (error) {
        if (isFolderError(error)) return true
        throw error
      }
    },
    /** True for a file in the folder of the backups, of any installation. */
    isShelved: (path: string): boolean => folders.nameOf(path) !== undefined,
    /** Keeps a file of the folder from being removed until what is returned is called. */
    hold(path: string): () => void {
      const name = basename(path)
      if (folders.nameOf(path) === undefined) return () => undefined
      held.set(name, (held.get(name) ?? 0) + 1)
      return () => {
        const count = (held.get(name) ?? 1) - 1
        if (count === 0) held.delete(name)
        else held.set(name, count)
      }
    },
  }
}
