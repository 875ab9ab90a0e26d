import { randomUUID } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { move } from './move.ts'
import { syncHandle, syncNow } from './sync.ts'

/** Beside the file, for it takes its name; unguessable and made anew, so that nobody else's file or link is written through. */
const beside = (path: string): string => `${path}.${randomUUID()}.tmp`

/** Gives a file of ours new contents, mode 0600: the old or the new ones, whole, whatever happens. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = beside(path)
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await syncHandle(file)
    } finally {
      await file.close()
    }
    await move(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** The same where nothing can be waited for. */
export function replaceFileNow(path: string, text: string): void {
  const temporary = beside(path)
  try {
    const descriptor = openSync(temporary, 'wx', 0o600)
    try {
      writeFileSync(descriptor, text)
      syncNow(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  syncFolderNow(dirname(path))
}

/** Makes what was renamed or removed in a folder durable. Windows has no such call; some file systems refuse it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await syncHandle(handle)
  } finally {
    await handle.close()
  }
}

function syncFolderNow(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    syncNow(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
