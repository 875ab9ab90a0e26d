import * as z from 'zod'
import { readRegularFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'

const Known = z.object({
  folder: z.string(),
  /** Where the folder's disk was mounted. */
  mountedAt: z.string(),
  /** Tells the disk from another one at that place; see files/disk.ts. */
  diskId: z.string().nullable().optional(),
  /** Of the list of this installation there: the last two, for a crash may have kept the newest from being written. */
  marks: z.array(z.string()).max(2),
})
type Known = z.infer<typeof Known>
const MOST = 50
const MOST_BYTES = 1024 * 1024

/** What the data directory remembers of the folders that were used for backups. `path`: its file; losing it costs nothing but a question. */
export function createFolderMemory(path: string) {
  let known = read(path)
  return {
    /** Undefined: it was never used. */
    of: (folder: string): Known | undefined => known.find((one) => one.folder === folder),
    keep(folder: string, facts: { mountedAt: string; diskId: string | null; mark?: string }): void {
      const before = known.find((one) => one.folder === folder)
      const marks =
        facts.mark === undefined ? (before?.marks ?? []) : [facts.mark, ...(before?.marks ?? [])].slice(0, 2)
      known = [
        { folder, mountedAt: facts.mountedAt, diskId: facts.diskId, marks },
        ...known.filter((one) => one.folder !== folder),
      ].slice(0, MOST)
      replaceFileNow(path, JSON.stringify(known))
    },
    /** The user says that the folder is a new one. */
    forget(folder: string): void {
      known = known.filter((one) => one.folder !== folder)
      replaceFileNow(path, JSON.stringify(known))
    },
  }
}
export type FolderMemory = ReturnType<typeof createFolderMemory>

function read(path: string): Known[] {
  const bytes = readRegularFile(path, MOST_BYTES)
  if (bytes === undefined) return []
  try {
    return z.array(Known).parse(JSON.parse(bytes.toString('utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return []
    throw error
  }
}
