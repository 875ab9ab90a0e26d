import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { isCode } from './codes.ts'

/**
 * The text of a file in a folder that others may write into. Undefined: there is none, or what has the name is a link, a folder, a device, a pipe, or
 * larger than `maxBytes`. Never waits for the other end of a pipe.
 */
export async function readPlainFile(path: string, maxBytes: number): Promise<string | undefined> {
  try {
    // Windows knows neither flag, nor such pipes in folders.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const info = await file.stat()
      return info.isFile() && info.size <= maxBytes ? await file.readFile('utf8') : undefined
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ELOOP', 'EISDIR', 'ENXIO')) return undefined
    throw error
  }
}
