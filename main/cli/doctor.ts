import { join } from 'node:path'
import type { Finding } from '../../preload/contract/health.ts'
import { systemClock } from '../app/clock.ts'
import { lookAtInstallation } from '../app/installation.ts'
import { readReplaced } from '../app/replacement.ts'
import { doctorOf } from '../backup/doctor-of.ts'
import { glanceAtBackups } from '../backup/glance.ts'
import { createKeepers } from '../backup/keeper.ts'
import type { Config } from '../config/config.ts'
import { readSettings } from '../config/read-settings.ts'
import { lookForDoubt } from '../config/settings-doubt.ts'
import { createHealth } from '../health/doctor.ts'
import { ownerOf, StoreError } from '../store/index.ts'
import { APPLICATION_ID, SCHEMA_VERSION } from '../store/schema.ts'
import type { Arguments } from './arguments.ts'
import { EXIT, type ExitCode } from './exit-code.ts'
import { findOwner } from './owner.ts'
import { locate } from './program.ts'
import { backupsFolder, wayOutOf } from './recover.ts'
import type { Surroundings } from './surroundings.ts'
import type { Terminal } from './terminal.ts'

interface Doctor {
  report(): Promise<{ at: number; findings: Finding[]; usage: object }>
  repair(): Promise<{ repaired: string[]; findings: Finding[] }>
  dispose(): Promise<void>
}

/** `whatslang doctor`: asks the running program, or looks by itself; a database that cannot be opened is no obstacle. */
export async function doctor(args: Arguments, terminal: Terminal, surroundings: Surroundings): Promise<ExitCode> {
  const config = locate(args, surroundings)
  const who =
    holderOf(config.database.path) === undefined ? alone(config, surroundings) : await running(config, surroundings)
  try {
    const repaired = args.fix ? (await who.repair()).repaired : []
    const report = await who.report()
    const text = [...repaired.map((what) => `repaired: ${what}`), ...report.findings.flatMap(linesOf)]
    terminal.result({ ...report, repaired }, text)
    return report.findings.some(({ level }) => level === 'error') ? EXIT.failed : EXIT.done
  } finally {
    await who.dispose()
  }
}

/** A lock that this user may not open, because root made it for example, is a finding and no obstacle. */
function holderOf(database: string): ReturnType<typeof ownerOf> {
  try {
    return ownerOf(database)
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}

async function running(config: Config, surroundings: Surroundings): Promise<Doctor> {
  const { client, dispose } = await findOwner(config, surroundings)
  return { report: () => client.health.report(), repair: () => client.health.repair(), dispose }
}

function alone(config: Config, surroundings: Surroundings): Doctor {
  const tasks = surroundings.createTasks()
  const keepers = createKeepers({ tasks, onChange: () => undefined, onRetry: () => undefined })
  const health = createHealth({
    paths: {
      dataDirectory: config.dataDirectory.path,
      database: config.database.path,
      session: config.session,
      settings: config.settings,
      backups: config.backups,
      media: config.media,
      logs: config.logs,
      history: join(config.dataDirectory.path, 'usage.json'),
    },
    location: config.database,
    owner: () => holderOf(config.database.path),
    inspect: () => tasks.run('health.inspect', { path: config.database.path }),
    expected: { schemaVersion: SCHEMA_VERSION, applicationId: APPLICATION_ID },
    repairedSettings: () => readSettings(config.settings).invalid,
    settingsDoubt: () => lookForDoubt(config.settings, systemClock.now()),
    now: () => systemClock.now(),
    replaced: () => readReplaced(config.dataDirectory.path),
    backupsFolder: doctorOf(keepers.of(config.backups), systemClock.now),
    backups: () =>
      glanceAtBackups({
        folder: backupsFolder(config),
        dataDirectory: config.dataDirectory.path,
        installation: lookAtInstallation(config.dataDirectory.path),
        settings: readSettings(config.settings).settings,
        keepers,
        now: systemClock.now,
      }),
  })
  return {
    ...health,
    async report() {
      const report = await health.report()
      const damaged = report.findings.filter(({ code, level }) => code === 'integrity' && level === 'error')
      const wayOut = damaged.length > 0 ? await wayOutOf(config, tasks) : ''
      for (const finding of damaged) finding.way_out = wayOut
      return report
    },
    async dispose() {
      keepers.dispose()
      await tasks.dispose()
    },
  }
}

function linesOf({ level, title, cause, way_out }: Finding): string[] {
  const reason = [cause, way_out].filter((part) => part !== null).join(' ')
  return [`${level.padEnd(7)} ${title}`, ...(reason === '' ? [] : [`        ${reason}`])]
}
