import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { readOwnFile } from '../files/read-file.ts'
import { replaceFileNow } from '../files/replace-file.ts'
import { ConfigError, orRefuse } from './config-error.ts'

const Bootstrap = z.object({ data_directory: z.string().min(1) })

const MAX_BYTES = 64 * 1024

/**
 * The small file in the desktop's user data directory that says where the data was moved to, and nothing else. Undefined: never moved.
 * @throws ConfigError where it is there and cannot be believed: the default place would look as if all data were lost
 */
export function readBootstrap(file: string): string | undefined {
  const wayOut = 'It says where your data was moved to. Mend it, or delete it to use the default data directory.'
  const bytes = orRefuse(() => readOwnFile(file, MAX_BYTES, { folder: dirname(file) }), wayOut)
  if (bytes === undefined) return undefined
  try {
    return Bootstrap.parse(JSON.parse(bytes.toString('utf8'))).data_directory
  } catch (cause) {
    throw new ConfigError('refused-file', `${file} is damaged. ${wayOut}`, { cause })
  }
}

export function writeBootstrap(file: string, dataDirectory: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  replaceFileNow(file, `${JSON.stringify({ data_directory: dataDirectory })}\n`)
}
