// The one place where whole folders are removed, and where a name from outside becomes a path.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readdir, readlink, realpath, rmdir, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { isCode } from './codes.ts'
import { move } from './move.ts'

/** A path that leads out of its folder, or to the folder itself. A mistake of ours or an attack: nothing was touched. */
export class ContainmentError extends Error {
  readonly code = 'outside-folder'
  constructor(path: string, folder: string) {
    super(`${path} does not lie in ${folder}. Nothing was changed.`)
    this.name = 'ContainmentError'
  }
}

/** What a removal is called while it runs. The next sweep of the folder removes it again where a crash left it. */
export const REMOVING = '.removing-'

/**
 * The path of an entry of `folder`, by one plain name from outside: no separator, no `..`, nothing that a file system would read otherwise.
 * @throws ContainmentError
 */
export function entryOf(folder: string, name: string): string {
  const plain = /^[^/\\\0]{1,255}$/.test(name) && name !== '.' && name !== '..'
  const path = join(folder, name)
  if (!plain || dirname(path) !== resolve(folder)) throw new ContainmentError(name, folder)
  return path
}

/**
 * Removes `path`, a folder with all that is in it or a file, from a folder of ours. Follows no link: a link is removed, and what it points to
 * stays. First it moves aside under an unguessable name, so that a folder that is swapped for a link meanwhile is removed as a link.
 * False: there is nothing of that name.
 * @throws ContainmentError where the real path of its folder does not lie in `within`, or it is `within` itself
 */
export async function removeTree(path: string, within: string): Promise<boolean> {
  const holder = await holderOf(path, within)
  if (holder === undefined) return false
  try {
    const aside = REMOVING + randomUUID()
    try {
      await move(holder.at(basename(resolve(path))), holder.at(aside))
    } catch (error) {
      if (isCode(error, 'ENOENT')) return false
      throw error
    }
    await discard(holder, aside)
    return true
  } finally {
    await holder.close()
  }
}

/** Removes one file or link of a folder of ours, never a folder. False: there is none. @throws ContainmentError as `removeTree` */
export async function removeFile(path: string, within: string): Promise<boolean> {
  const holder = await holderOf(path, within)
  if (holder === undefined) return false
  try {
    await unlink(holder.at(basename(resolve(path))))
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw error
  } finally {
    await holder.close()
  }
}

/**
 * Removes all entries of a folder of ours but those to keep. What cannot be removed stays, and the others go all the same.
 * @returns what could not be removed, with the reason
 */
export async function emptyFolder(
  folder: string,
  keep: (name: string) => boolean = () => false,
): Promise<{ name: string; error: unknown }[]> {
  const failed: { name: string; error: unknown }[] = []
  const holder = await hold(folder)
  if (holder === undefined) return failed
  try {
    for (const name of await readdir(holder.at('.'))) {
      if (keep(name)) continue
      try {
        await removeTree(join(folder, name), folder)
      } catch (error) {
        failed.push({ name, error })
      }
    }
  } finally {
    await holder.close()
  }
  return failed
}

/** A folder that stays the same one whatever happens to its name. */
interface Holder {
  /** Where it lies now, as far as the system tells. */
  real?: string
  /** The path of an entry. */
  at(name: string): string
  close(): Promise<void>
}

/** The folder of `path`, proven to lie in `within`. Undefined: there is no such folder. */
async function holderOf(path: string, within: string): Promise<Holder | undefined> {
  const target = resolve(path)
  const root = await realOr(within)
  const folder = await realOr(dirname(target))
  // A name without a folder of ours above it is refused also where there is nothing to remove.
  if (root === undefined || folder === undefined) {
    if (!target.startsWith(resolve(within) + sep)) throw new ContainmentError(path, within)
    return undefined
  }
  if (folder !== root && !folder.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new ContainmentError(path, within)
  }
  const holder = await hold(folder)
  // Between the look at its path and its opening a folder above it may have been swapped.
  if (holder?.real !== undefined && holder.real !== folder) {
    await holder.close()
    throw new ContainmentError(path, within)
  }
  return holder
}

async function realOr(path: string): Promise<string | undefined> {
  try {
    return await realpath(path)
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/**
 * Opens a folder, and never through a link. Where the system can name an open folder (/proc), entries are reached through the open folder, as with
 * openat(2); elsewhere by its path. Undefined: it is no folder.
 */
export async function hold(folder: string): Promise<Holder | undefined> {
  if (process.platform === 'win32') return (await isFolder(folder)) ? byPath(folder) : undefined
  let handle: FileHandle
  try {
    handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (error) {
    if (isCode(error, 'ENOTDIR', 'ELOOP', 'ENOENT')) return undefined
    throw error
  }
  const own = `/proc/self/fd/${handle.fd}`
  const close = () => handle.close()
  // Without /proc, in a bare chroot for example, it is reached by its path.
  const real = process.platform === 'linux' ? await readlink(own).catch(() => undefined) : undefined
  return real === undefined ? { ...byPath(folder), close } : { ...byPath(own), close, real }
}
const byPath = (folder: string): Holder => ({
  at: (name) => (name === '.' ? `${folder}${sep}` : `${folder}${sep}${name}`),
  close: async () => undefined,
})
const isFolder = async (path: string): Promise<boolean> =>
  (await lstat(path).catch(() => undefined))?.isDirectory() === true

/**
 * Removes an entry of the held folder. Folders inside it move up into the held one under unguessable names before they are looked into: no path is
 * longer than two names, and each is opened without following a link.
 */
async function discard(holder: Holder, entry: string): Promise<void> {
  const going = [entry]
  for (let name = going.pop(); name !== undefined; name = going.pop()) {
    const inner = await hold(holder.at(name))
    if (inner === undefined) {
      await unlink(holder.at(name))
      continue
    }
    try {
      for (const child of await readdir(inner.at('.'), { withFileTypes: true })) {
        if (!child.isDirectory()) {
          await unlink(inner.at(child.name))
          continue
        }
        const aside = REMOVING + randomUUID()
        await move(inner.at(child.name), holder.at(aside))
        going.push(aside)
      }
    } finally {
      await inner.close()
    }
    await rmdir(holder.at(name))
  }
}
