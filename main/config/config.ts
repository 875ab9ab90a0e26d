import { statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { trustedOwners } from '../files/ownership.ts'
import { readBootstrap } from './bootstrap.ts'
import { ConfigError } from './config-error.ts'
import { findConfigFile } from './config-file.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { refuseUnexpanded } from './plain-path.ts'
import { type TrustedProxies, trustedProxies } from './trusted-proxies.ts'

export interface ConfigInput {
  env: NodeJS.ProcessEnv
  cwd: string
  /** From the command line. */
  dataDirectory?: string | undefined
  configFile?: string | undefined
  /** Where the data lives if nobody says otherwise: <userData>/data, ./data or /data. */
  defaultDataDirectory: string
  /** The desktop's note of a moved data directory. */
  bootstrapFile?: string | undefined
  /** A packaged program ignores the emulator. */
  packaged: boolean
}

export interface Located {
  path: string
  source: 'command-line' | 'environment' | 'config-file' | 'bootstrap' | 'default'
  /** A sentence for the doctor. */
  why: string
  /** What named it, for the middle of a sentence. */
  from: string
}

export interface Config {
  dataDirectory: Located
  database: Located
  session: string
  settings: string
  backups: string
  media: string
  logs: string
  /** The program's temporary files, and SQLite's. */
  scratch: string
  audit: string
  signIns: string
  token: string | undefined
  host: string
  port: number
  allowedHosts: string[]
  trustedProxies: TrustedProxies
  https: boolean
  emulatorUrl: string | undefined
  pacing: 'on' | 'off'
  /** Parts that a crash test switches off to see it go red; only ever together with an emulator. */
  testDisable: ReadonlySet<string>
  /** Set in the demo, which needs an emulator: its model is a phrase book, or the configured one. */
  demo: 'phrase-book' | 'model' | undefined
  logLevel: 'debug' | 'info' | 'warn' | 'error'
  environment: Environment
}

/** The program's own files with data or secrets in them, each with SQLite's companions; not all are there. */
export const filesOf = ({ dataDirectory, database, session, settings, audit }: Config): string[] => [
  ...[database.path, session].flatMap((path) => ['', '-wal', '-shm', '-journal'].map((end) => path + end)),
  settings,
  audit,
  ...['secrets.json', 'token', 'pause.json', 'usage.json'].map((name) => join(dataDirectory.path, name)),
]

/**
 * Where everything is and where each value came from. Precedence: command line, environment, config.yaml, the bootstrap file, the default.
 * @throws ConfigError
 */
export function resolveConfig(input: ConfigInput): Config {
  const environment = readEnvironment(input.env)
  const dataDirectory = locateData(input, environment)
  const database = locateDatabase(input, environment, dataDirectory)
  const emulatorUrl = input.packaged ? undefined : environment.WHATSLANG_EMULATOR_URL
  const inData = (name: string) => join(dataDirectory.path, name)
  return {
    dataDirectory,
    database,
    session: inData('session.db'),
    settings: inData('settings.json'),
    backups: inData('backups'),
    media: inData('media'),
    logs: inData('logs'),
    scratch: inData('scratch'),
    audit: inData('audit.log'),
    signIns: inData('signed-in.json'),
    token: environment.WHATSLANG_TOKEN,
    host: environment.WHATSLANG_HOST ?? '127.0.0.1',
    port: environment.WHATSLANG_PORT ?? 8020,
    allowedHosts: (environment.WHATSLANG_ALLOWED_HOSTS ?? '').split(',').flatMap((name) => name.trim() || []),
    trustedProxies: trustedProxies(environment.WHATSLANG_TRUSTED_PROXIES),
    https: environment.WHATSLANG_HTTPS === 'on',
    emulatorUrl,
    pacing: emulatorUrl ? (environment.WHATSLANG_PACING ?? 'on') : 'on',
    testDisable: new Set(emulatorUrl ? environment.WHATSLANG_TEST_DISABLE?.split(',') : []),
    demo: emulatorUrl ? environment.WHATSLANG_DEMO : undefined,
    logLevel: environment.WHATSLANG_LOG_LEVEL ?? 'info',
    environment,
  }
}

function locateData(input: ConfigInput, environment: Environment): Located {
  if (input.dataDirectory !== undefined) {
    refuseUnexpanded('--data-dir', input.dataDirectory)
    return {
      path: resolve(input.cwd, input.dataDirectory),
      source: 'command-line',
      why: '--data-dir names its directory.',
      from: '--data-dir',
    }
  }
  if (environment.WHATSLANG_DATA_DIR !== undefined) {
    const path = resolve(input.cwd, environment.WHATSLANG_DATA_DIR)
    const from = fromEnvironment('WHATSLANG_DATA_DIR', environment.WHATSLANG_DATA_DIR, input.cwd)
    return { path, source: 'environment', why: `${from} names its directory.`, from }
  }
  const moved = input.bootstrapFile && readBootstrap(input.bootstrapFile)
  if (moved) {
    const why = `you moved its directory there (${input.bootstrapFile}).`
    return { path: moved, source: 'bootstrap', why, from: `your move of the data, noted in ${input.bootstrapFile}` }
  }
  const path = resolve(input.defaultDataDirectory)
  refuseForeign(path)
  return { path, source: 'default', why: 'it is in the default data directory.', from: 'the default' }
}

/** A relative path of the environment counts from the working directory, which a service or cron chooses: that is said. */
const fromEnvironment = (name: string, value: string, cwd: string): string =>
  isAbsolute(value) ? name : `${name} (${value}, from the working directory ${cwd})`

/** Nothing named this directory: in a shared folder such as /tmp, another user could have made it first and would receive the data. */
function refuseForeign(path: string): void {
  const owner = statSync(path, { throwIfNoEntry: false })?.uid
  if (owner === undefined || trustedOwners()?.has(owner) !== false) return
  throw new ConfigError(
    'foreign-data-directory',
    `${path}, the default data directory, belongs to another user (${owner}), so it is not used. Name it with --data-dir or WHATSLANG_DATA_DIR if you trust it.`,
  )
}

function locateDatabase(input: ConfigInput, environment: Environment, data: Located): Located {
  if (environment.DB_PATH !== undefined) {
    const from = fromEnvironment('DB_PATH', environment.DB_PATH, input.cwd)
    return { path: resolve(input.cwd, environment.DB_PATH), source: 'environment', why: `${from} names it.`, from }
  }
  const file = findConfigFile({
    named: input.configFile && resolve(input.cwd, input.configFile),
    dataDirectory: data.path,
    cwd: input.cwd,
  })
  if (file?.databasePath) {
    const from = `bot_settings.db_path in ${file.path}`
    return { path: file.databasePath, source: 'config-file', why: `${from} names it.`, from }
  }
  return { ...data, path: join(data.path, 'messages.db') }
}
