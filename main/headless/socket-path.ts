import { closeSync, constants, openSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** macOS takes 104 bytes with the zero at the end, Linux 108. */
const MAX_BYTES = 103

export interface SocketPath {
  /** What is bound or connected to. */
  path: string
  release(): void
}

/** A path that fits: of a longer one, on Linux, its folder as an open descriptor of this process. Undefined: it cannot be made to fit. */
export function fitting(path: string): SocketPath | undefined {
  if (Buffer.byteLength(path) <= MAX_BYTES) return { path, release: () => undefined }
  if (process.platform !== 'linux') return undefined
  const descriptor = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  const short = join(`/proc/self/fd/${descriptor}`, basename(path))
  if (Buffer.byteLength(short) <= MAX_BYTES) return { path: short, release: () => closeSync(descriptor) }
  closeSync(descriptor)
  return undefined
}
