import { lstat, mkdir, unlink } from 'node:fs/promises'
import { setModeOf } from './modes.ts'

/**
 * Makes a folder that the program fills and empties by itself: mode 0700, also where it was there and wider. A link in its place is removed, and what
 * it points to stays: what lies there is not ours to sweep. Fails with EEXIST where a file has the name.
 */
export async function makeOwnFolder(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isSymbolicLink()) await unlink(path)
  await mkdir(path, { recursive: true, mode: 0o700 })
  const made = await lstat(path)
  if ((made.mode & 0o077) !== 0 && made.uid === process.getuid?.()) await setModeOf(path, 0o700)
}
