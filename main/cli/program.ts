import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../app/clock.ts'
import { createPlaces } from '../app/places.ts'
import { type App, createApp } from '../app.ts'
import { isDamagedDatabase } from '../backup/restore/recovery.ts'
import { openConfFile } from '../config/conf-file.ts'
import { type Config, resolveConfig } from '../config/config.ts'
import { createLog } from '../config/log.ts'
import { createFileSecrets, withEnvironment } from '../config/secrets.ts'
import { createSettings } from '../config/settings.ts'
import { giveToOwner } from '../files/give-to-owner.ts'
import { keepTemporaryFilesIn } from '../files/scratch.ts'
import type { Notice } from '../ports.ts'
import { OwnedError, ownerOf, StoreError } from '../store/index.ts'
import { forgetSecrets } from '../tasks/environment.ts'
import { type Arguments, dataPolicyOf } from './arguments.ts'
import { warnOfDoubt } from './doubt.ts'
import { wayOutOf } from './recover.ts'
import { requireData } from './require-data.ts'
import type { Surroundings } from './surroundings.ts'
import { echoLog } from './terminal.ts'
import { VERSION } from './version.ts'

/**
 * Where everything is, as the command line and the environment say. @throws ConfigError; StoreError where the verb needs data and none is there, before
 * anything is made
 */
export function locate(
  args: Pick<Arguments, 'verb' | 'dataDirectory' | 'configFile' | 'startNew'>,
  surroundings: Surroundings,
): Config {
  const config = resolveConfig({
    env: process.env,
    cwd: process.cwd(),
    dataDirectory: args.dataDirectory,
    configFile: args.configFile,
    defaultDataDirectory: surroundings.defaultDataDirectory,
    bootstrapFile: surroundings.bootstrapFile,
    packaged: surroundings.packaged,
  })
  if (dataPolicyOf(args.verb) === 'needs') requireData(config)
  if (dataPolicyOf(args.verb) === 'makes' && !args.startNew) createPlaces().require(config)
  keepTemporaryFilesIn(config.scratch)
  forgetSecrets()
  return config
}

/**
 * The program in this process, without a display: takes the data directory and opens it. Connects nowhere yet.
 * @throws OwnedError where another program holds it, StoreError, ConfigError
 */
export async function openProgram(
  config: Config,
  surroundings: Surroundings,
  options: { name: string; echo?: boolean },
) {
  try {
    return await open(config, surroundings, options)
  } catch (error) {
    if (!(error instanceof StoreError) || !isDamagedDatabase(config.database.path)) throw error
    const tasks = surroundings.createTasks()
    try {
      throw new StoreError(error.code, error.path, `${error.message} ${await wayOutOf(config, tasks)}`, {
        cause: error,
      })
    } finally {
      await tasks.dispose()
    }
  }
}

async function open(config: Config, surroundings: Surroundings, options: { name: string; echo?: boolean }) {
  // Before anything is written: the holder's log and settings are the holder's.
  const owner = ownerOf(config.database.path)
  if (owner !== undefined) throw new OwnedError(config.database.path, owner === 'unnamed' ? undefined : owner)
  mkdirSync(config.dataDirectory.path, { recursive: true, mode: 0o700 })
  const programLog = createLog(config.logs, config.logLevel, options.echo ? echoLog : undefined)
  const { logger: log } = programLog
  const settings = createSettings({
    path: config.settings,
    open: openConfFile,
    environment: config.environment,
    now: () => systemClock.now(),
  })
  warnOfDoubt(settings.doubt())
  const secretsFile = join(config.dataDirectory.path, 'secrets.json')
  const secrets = withEnvironment(createFileSecrets(secretsFile), config.environment)
  const tasks = surroundings.createTasks()
  const { path } = config.dataDirectory
  let app: App
  try {
    app = await createApp({
      config,
      ports: { clock: systemClock, secrets, tasks, notify: (notice) => tell(notice, log) },
      settings,
      log,
      recentLog: programLog.recent,
      programName: options.name,
      host: () => ({
        kind: 'headless',
        version: VERSION,
        platform: process.platform,
        demo: config.demo !== undefined,
        data_directory: config.dataDirectory.path,
        database: config.database,
        versions: { node: process.versions.node, sqlite: process.versions.sqlite ?? '' },
        capabilities: [],
        locale: Intl.DateTimeFormat().resolvedOptions().locale,
      }),
    })
  } finally {
    // Also where it did not start: what root made must not keep the owner of the directory out.
    await giveToOwner(path)
  }
  createPlaces().keep(config)
  return {
    app,
    log,
    async close() {
      try {
        await app.stop()
      } finally {
        await giveToOwner(path)
      }
    },
  }
}

/** Nobody sits in front of this host: what somebody must act on goes to the log, where monitors look. */
function tell({ code, title }: Notice, log: { warn(facts: object, message: string): void }): void {
  log.warn({ notice: code }, title)
}
