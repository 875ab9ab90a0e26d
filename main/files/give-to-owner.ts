import { constants } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { isCode } from './codes.ts'
import { hold } from './contained.ts'
import { currentUser } from './ownership.ts'

type Owner = { uid: number; gid: number }

/**
 * What root made in a folder of another user, with `sudo` for example, goes to that user, who could not open it otherwise. Done through open files and
 * folders, for the folder's owner may swap names meanwhile: no link is followed, and a file that has a second name somewhere is left alone. Does
 * nothing where this is not root, or the folder is root's own. Returns how many were given.
 */
export async function giveToOwner(folder: string): Promise<number> {
  // Only there can an open folder be named.
  if (process.platform !== 'linux' || currentUser() !== 0) return 0
  const facts = await stat(folder).catch(() => undefined)
  if (facts === undefined || !facts.isDirectory() || facts.uid === 0) return 0
  return await giveWithin(folder, { uid: facts.uid, gid: facts.gid })
}

async function giveWithin(folder: string, owner: Owner): Promise<number> {
  const holder = await hold(folder)
  if (holder?.real === undefined) return 0
  let given = 0
  try {
    for (const entry of await readdir(holder.at('.'), { withFileTypes: true })) {
      if (!entry.isFile() && !entry.isDirectory()) continue
      given += await give(holder.at(entry.name), owner)
      if (entry.isDirectory()) given += await giveWithin(holder.at(entry.name), owner)
    }
  } finally {
    await holder.close()
  }
  return given
}

async function give(path: string, owner: Owner): Promise<number> {
  let file: FileHandle
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    // It went, or became a link.
    if (isCode(error, 'ENOENT', 'ELOOP', 'ENXIO')) return 0
    throw error
  }
  try {
    const facts = await file.stat()
    const ours = facts.uid === 0 && (facts.isDirectory() || (facts.isFile() && facts.nlink === 1))
    if (!ours) return 0
    await file.chown(owner.uid, owner.gid)
    return 1
  } finally {
    await file.close()
  }
}
