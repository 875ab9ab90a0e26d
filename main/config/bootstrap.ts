import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'

const Bootstrap = z.object({ data_directory: z.string().min(1) })

/** The small file in the desktop's user data directory that says where the data was moved to, and nothing else. Undefined: never moved. */
export function readBootstrap(file: string): string | undefined {
  try {
    return Bootstrap.parse(JSON.parse(readFileSync(file, 'utf8'))).data_directory
  } catch {
    // Not there, or not readable: the default place. `doctor` says which one won.
    return undefined
  }
}

export function writeBootstrap(file: string, dataDirectory: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.tmp`, `${JSON.stringify({ data_directory: dataDirectory })}\n`, { mode: 0o600, flush: true })
  renameSync(`${file}.tmp`, file)
}
