import { join } from 'node:path'
import * as z from 'zod'
import { readRegularFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'

/** What became of a database file that was replaced under the running program, until the next start has dealt with it. */
const Replaced = z.object({
  version: z.literal(1),
  at: z.number().int(),
  path: z.string(),
  how: z.enum(['replaced', 'gone', 'overwritten', 'emptied', 'log-gone']),
  /** `saving`: the program ended before it was through, or is still at it. */
  state: z.enum(['saving', 'saved', 'unsaved']),
  /** Where what was there is kept. */
  saved: z.string().nullable(),
  problem: z.string().nullable(),
})
export type Replaced = z.infer<typeof Replaced>

const MAX_BYTES = 64 * 1024
export const replacedFile = (dataDirectory: string): string => join(dataDirectory, 'replaced.json')

/** Null: nothing of the kind happened, or the note cannot be read. */
export function readReplaced(dataDirectory: string): Replaced | null {
  const bytes = readRegularFile(replacedFile(dataDirectory), MAX_BYTES)
  if (bytes === undefined) return null
  try {
    return Replaced.parse(JSON.parse(bytes.toString('utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}

export const writeReplaced = (dataDirectory: string, replaced: Replaced): void =>
  replaceFileNow(replacedFile(dataDirectory), JSON.stringify(replaced))
