import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import { readOwnFile, readRegularFile } from '../files/read-file.ts'
import { ConfigError, orRefuse } from './config-error.ts'
import { refuseUnexpanded } from './plain-path.ts'

/** What of a config.yaml concerns us; the Python service's other keys are let be. */
const ConfigFile = z
  .object({ bot_settings: z.object({ db_path: z.string().trim().min(1).optional() }).nullish() })
  .nullish()

export interface ConfigFileFacts {
  path: string
  /** Absolute: relative paths in the file are meant from the file's own folder. */
  databasePath: string | undefined
}

/** The Python service's own has a few hundred bytes; a parser takes much memory for much nesting. */
const MAX_BYTES = 64 * 1024

export interface ConfigFilePlaces {
  /** What --config names. The user chose it, so it may be anybody's. */
  named: string | undefined
  dataDirectory: string
  cwd: string
}

/**
 * The first config.yaml among the one that was named, the data directory's, and the working directory's. The latter two are found without being
 * named, so they must not be other users' work.
 * @throws ConfigError where the named one is missing, or the one that was found cannot be read or belongs to a stranger
 */
export function findConfigFile({ named, dataDirectory, cwd }: ConfigFilePlaces): ConfigFileFacts | undefined {
  const found = named === undefined ? (foundIn(dataDirectory, dataDirectory) ?? foundIn(cwd)) : readNamed(named)
  if (found === undefined) return undefined
  const { path, text } = found
  let content: unknown
  try {
    content = parse(text)
  } catch (cause) {
    throw new ConfigError('invalid-config-file', `${path} is not valid YAML. Mend it or move it away.`, { cause })
  }
  const parsed = ConfigFile.safeParse(content)
  if (!parsed.success) {
    throw new ConfigError('invalid-config-file', `bot_settings.db_path in ${path} must be the path of a file.`)
  }
  const databasePath = parsed.data?.bot_settings?.db_path
  refuseUnexpanded(`bot_settings.db_path in ${path}`, databasePath, 'invalid-config-file')
  return { path: resolve(path), databasePath: databasePath && resolve(dirname(resolve(path)), databasePath) }
}

interface Found {
  path: string
  text: string
}

function readNamed(path: string): Found {
  const bytes = orRefuse(
    () => readRegularFile(path, MAX_BYTES),
    'Name another one with --config.',
    'refused-config-file',
  )
  if (bytes === undefined) {
    throw new ConfigError('missing-config-file', `There is no file ${path}, which --config names.`)
  }
  return { path, text: bytes.toString('utf8') }
}

function foundIn(folder: string, owner?: string): Found | undefined {
  const path = join(folder, 'config.yaml')
  const bytes = orRefuse(
    () => readOwnFile(path, MAX_BYTES, owner === undefined ? {} : { folder: owner }),
    'Move it away, or name it with --config if you trust it.',
    'refused-config-file',
  )
  return bytes && { path, text: bytes.toString('utf8') }
}
