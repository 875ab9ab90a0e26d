import { closeSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from 'node:fs'

const handled = (path: string, flags: string): void => {
  const handle = openSync(path, flags)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Brings a finished file's contents to the disk. Not for a database that is open: closing the handle would drop its locks. */
export const syncFile = (path: string): void => handled(path, 'r+')

/** Makes the rename or the new name of a file survive a power cut. Windows cannot open a folder for that, and needs no help. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') handled(folder, 'r')
}

/** A second name for the same file. False: this file system (exFAT, some network drives) knows no hard links. */
export function nameAlso(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST' || code === 'ENOSPC' || statSync(to, { throwIfNoEntry: false })) throw error
    return false
  }
}

/** Gives a finished file its name, and never overwrites what has that name. */
export function placeFile(from: string, to: string): void {
  if (nameAlso(from, to)) rmSync(from)
  else renameSync(from, to)
}
