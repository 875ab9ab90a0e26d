import { statfs } from 'node:fs/promises'
import { freeBytes } from '../../files/free-space.ts'
import { BackupError } from '../backup-error.ts'
import { RefusalError } from './refusal.ts'
import { mostPlain, RATIO, RESERVE, SMALL_PLAIN } from './room.ts'

export interface SourceLimits {
  /** Bytes that may come out of the file; default: the greater of 4 GiB and twenty times the running database. */
  plainBytes?: number
  /** Plain bytes for each byte of the file, once more than 64 MiB came out. */
  ratio?: number
  /** Bytes of the disk that stay free whatever happens. */
  reserveBytes?: number
}

/** What comes out of a file of `size` bytes, until it is more than any backup holds. `folder` is on the disk that it is written to. */
export async function* boundedContent(
  source: AsyncIterable<Buffer>,
  size: number,
  folder: string,
  limits: SourceLimits = {},
  onBytes?: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const most = limits.plainBytes ?? mostPlain(0)
  const ratio = limits.ratio ?? RATIO
  const tooLarge = () =>
    new RefusalError(
      'too-large',
      `The file holds more than ${Math.round(most / 2 ** 20)} MB of data. It was not taken.`,
    )
  // Packing adds less than a hundredth. What a file of holes claims to hold is not copied to find that out.
  if (size > most * 1.01) throw tooLarge()
  let bytes = 0
  let checked = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > most) throw tooLarge()
    if (bytes > SMALL_PLAIN && bytes / size > ratio) {
      throw new RefusalError(
        'too-much-compression',
        `The file unpacks to more than ${ratio} times its size, as no backup does. It was not taken.`,
      )
    }
    if (bytes - checked > SMALL_PLAIN) {
      checked = bytes
      const free = freeBytes(await statfs(folder))
      if (free < (limits.reserveBytes ?? RESERVE)) {
        throw new BackupError('NO_SPACE', 'The disk has no room to unpack the file. Free some space and try again.', {
          needed: bytes,
          free,
        })
      }
    }
    onBytes?.(bytes)
    yield chunk
  }
}
