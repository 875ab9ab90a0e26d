import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { FileRefusal, readRegularFile } from '../../files/read-file.ts'
import type { Needed } from '../pruning.ts'

export const UndoRecord = z.object({
  safety_backup: z.string(),
  restored_at: z.number(),
  floor: z.number(),
  /** The backup that was restored, where it is one of the list: who restores the wrong one comes back to it. */
  restored_from: z.string().optional(),
  /** Settings that were taken with it. */
  settings: z.array(z.object({ key: z.string(), before: z.unknown(), after: z.unknown() })).optional(),
})
const MAX_BYTES = 1024 * 1024
export type UndoRecord = z.infer<typeof UndoRecord>

export const undoFile = (database: string): string => join(dirname(database), 'restore', 'undo.json')

/** Undefined: no restore was made, or none that can be undone. @throws SyntaxError, ZodError, FileRefusal where it cannot be read */
export function readUndoRecord(database: string): UndoRecord | undefined {
  const bytes = readRegularFile(undoFile(database), MAX_BYTES)
  return bytes === undefined ? undefined : UndoRecord.parse(JSON.parse(bytes.toString('utf8')))
}

/** What the undo of the last restore needs, by the names of the files. */
export function neededForUndo(database: string): Needed | undefined {
  let undo: UndoRecord | undefined
  try {
    undo = readUndoRecord(database)
  } catch (error) {
    // One that cannot be read is told of where it is asked for: it cannot name a file.
    if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof FileRefusal) return undefined
    throw error
  }
  if (undo === undefined) return undefined
  const names = new Map<string, 'undo' | 'restored-from'>()
  if (undo.restored_from !== undefined) names.set(basename(undo.restored_from), 'restored-from')
  names.set(basename(undo.safety_backup), 'undo')
  return { names, restoredAt: undo.restored_at }
}
