import { randomUUID } from 'node:crypto'
import { lstat, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { isCode } from '../../files/codes.ts'
import { readPlainFile } from '../../files/plain-file.ts'
import { Contents, catalogueName, EARLIER_CATALOGUE, EarlierContents, type OtherCatalogue } from './contents.ts'

/** Ten years of daily backups fit into a tenth of it. */
const MOST_BYTES = 16 * 1024 * 1024

/** Changes whenever the file is replaced or written. Null: there is none. */
export async function stampOf(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs } = await lstat(path, { bigint: true })
    return `${ino}-${size}-${mtimeNs}`
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

async function read<T>(path: string, schema: z.ZodType<T>): Promise<T | 'none' | 'unreadable'> {
  const text = await readPlainFile(path, MOST_BYTES)
  if (text === undefined) return (await stampOf(path)) === null ? 'none' : 'unreadable'
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return 'unreadable'
    throw error
  }
}

/** The list of an installation, with the stamp that it had before it was read. */
export async function readCatalogue(folder: string, installation: string) {
  const path = join(folder, catalogueName(installation))
  const stamp = await stampOf(path)
  const contents = await read(path, Contents)
  return {
    stamp,
    contents: contents === 'none' || contents === 'unreadable' ? null : contents,
    unreadable: contents === 'unreadable',
  }
}

/** A list that cannot be read is not written over: it gets a name of its own. */
export async function setAsideUnreadable(folder: string, installation: string): Promise<void> {
  const path = join(folder, catalogueName(installation))
  await rename(path, path.replace(/\.json$/, `.unreadable-${randomUUID().slice(0, 8)}.json`))
}

export async function readEarlierCatalogue(folder: string): Promise<EarlierContents | null> {
  const contents = await read(join(folder, EARLIER_CATALOGUE), EarlierContents)
  return contents === 'none' || contents === 'unreadable' ? null : contents
}

/** Null: it says nothing that can be used. */
export async function readOther(folder: string, installation: string, stamp: string): Promise<OtherCatalogue | null> {
  try {
    const { contents } = await readCatalogue(folder, installation)
    if (contents === null || contents.installation !== installation) return null
    return { installation, label: contents.label, stamp, entries: contents.entries.filter((entry) => !entry.claimed) }
  } catch (error) {
    // Another user of the machine may keep it to himself.
    if (isCode(error, 'EACCES', 'EPERM')) return null
    throw error
  }
}
