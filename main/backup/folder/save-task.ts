import { join } from 'node:path'
import { replaceFile } from '../../files/replace-file.ts'
import { type Contents, catalogueName } from './contents.ts'
import { stampOf } from './read-catalogue.ts'

export interface SaveInput {
  folder: string
  contents: Contents
}

/** Replaces this installation's list as a whole, durably. @returns its new stamp */
export async function saveTask({ folder, contents }: SaveInput): Promise<{ stamp: string | null }> {
  const path = join(folder, catalogueName(contents.installation))
  await replaceFile(path, JSON.stringify(contents, null, 1))
  return { stamp: await stampOf(path) }
}
