import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { ConfigError } from './config-error.ts'

/** What of a config.yaml concerns us; the Python service's other keys are let be. */
const ConfigFile = z
  .object({ bot_settings: z.object({ db_path: z.string().trim().min(1).optional() }).nullish() })
  .nullish()

export interface ConfigFileFacts {
  path: string
  /** Absolute: relative paths in the file are meant from the file's own folder. */
  databasePath: string | undefined
}

/**
 * The first config.yaml among the one that was named, the data directory's, and the working directory's.
 * @throws ConfigError where the named one is missing, or the one that was found cannot be read
 */
export function findConfigFile(named: string | undefined, folders: readonly string[]): ConfigFileFacts | undefined {
  if (named !== undefined && !existsSync(named)) {
    throw new ConfigError('missing-config-file', `There is no file ${named}, which --config names.`)
  }
  const path = named ?? folders.map((folder) => join(folder, 'config.yaml')).find((file) => existsSync(file))
  if (path === undefined) return undefined
  let content: unknown
  try {
    content = parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new ConfigError(
      'invalid-config-file',
      `${path} is not valid YAML, or cannot be read. Mend it or move it away.`,
      { cause },
    )
  }
  const parsed = ConfigFile.safeParse(content)
  if (!parsed.success) {
    throw new ConfigError('invalid-config-file', `bot_settings.db_path in ${path} must be the path of a file.`)
  }
  const databasePath = parsed.data?.bot_settings?.db_path
  return { path: resolve(path), databasePath: databasePath && resolve(dirname(resolve(path)), databasePath) }
}
