import { accessSync, constants, existsSync, statSync } from 'node:fs'
import type { Finding, Usage } from '../../preload/contract/health.ts'
import type { Session } from '../../preload/contract/session.ts'
import type { ModelStatus, SettingsDoubt } from '../../preload/contract/settings.ts'
import { currentUser } from '../files/ownership.ts'
import { isReadOnly } from '../files/read-only.ts'
import { type BackupsFolder, inspectBackups, repairBackups } from './backups-folder.ts'
import { checkDatabase, type DatabaseExpectation, type DatabaseFacts } from './database-check.ts'
import { checkFiles, type FilePaths, repairFiles } from './file-check.ts'
import { fine, trouble } from './finding.ts'
import { type BackupFacts, checkBackups, checkModel, checkSession } from './program-check.ts'
import { type ReplacedFacts, replacedFindings } from './replaced-check.ts'
import { checkSettings } from './settings-check.ts'
import { createUsage, type UsagePaths } from './usage.ts'

export interface HealthDeps {
  paths: FilePaths & UsagePaths
  /** Which of the ways to name the database won, and why. */
  location: { source: string; why: string }
  /** Who holds the data directory; undefined: nobody. */
  owner(): { pid: number; program: string } | 'unnamed' | undefined
  /** What lies in the folder of the backups, asked where a disk may not answer; undefined: it does not. Default: a look at the disk. */
  backupsFolder?: {
    inspect(): Promise<BackupsFolder | undefined>
    repair(): Promise<string[]>
  }
  /** Looks into the database file, in a task. */
  inspect(): Promise<DatabaseFacts>
  expected: DatabaseExpectation
  /** Undefined while nothing runs (the doctor on the command line). */
  running?: {
    backups(): Promise<BackupFacts> | BackupFacts
    session(): Session
    model(): Promise<ModelStatus> | ModelStatus
    botsNeedModel(): boolean
    /** Moves the write-ahead log into the database. */
    checkpoint(): void
  }
  /** The file was replaced under the running program; null or missing: it was not. */
  replaced?(): ReplacedFacts | null
  /** What is known of the backups while nothing runs. */
  backups?(): Promise<BackupFacts>
  /** Settings that were not valid and went back to their defaults. */
  repairedSettings(): readonly string[]
  /** Settings that could not be read, until the user confirms those in force. */
  settingsDoubt?(): SettingsDoubt | null
  now(): number
}

/** Below this much free space the next backup or restore is likely to be refused. */
const LOW_SPACE_BYTES = 1 << 30
/** A write-ahead log of this size means that checkpoints do not get through. */
const LARGE_WAL_BYTES = 256 << 20

/** The doctor: every finding says what is, why, and what to do now. */
export function createHealth(deps: HealthDeps) {
  const usageNow = createUsage(deps.paths, () => deps.now())
  const backups = deps.backupsFolder ?? {
    inspect: () => inspectBackups({ folder: deps.paths.backups, now: deps.now() }),
    repair: () => repairBackups({ folder: deps.paths.backups, now: deps.now() }),
  }
  /** Of the backups, when their folder answered last. */
  let lastBytes = 0

  const report = async (): Promise<{ at: number; findings: Finding[]; usage: Usage }> => {
    const folder = await backups.inspect()
    lastBytes = folder?.bytes ?? lastBytes
    const usage = await usageNow(lastBytes)
    const replaced = deps.replaced?.() ?? null
    const findings = [
      fine(
        'location',
        `Whatslang uses the database ${deps.paths.database}, because ${deps.location.why}`,
        { source: deps.location.source },
        { path: deps.paths.database, source: deps.location.source },
      ),
      ...checkFiles(deps.paths, deps.now(), folder),
      ...(await readOnly()),
      ...space(usage),
      ...holder(),
      ...replacedFindings(replaced),
      // A look at the new file would read the former one's log into it.
      ...(replaced === null ? await database() : []),
      ...checkSettings(deps.repairedSettings(), deps.settingsDoubt?.() ?? null),
    ]
    const { running } = deps
    if (!running && deps.backups) findings.push(...checkBackups(await deps.backups(), deps.now()))
    if (running) {
      findings.push(
        ...checkBackups(await running.backups(), deps.now()),
        ...checkSession(running.session()),
        ...checkModel(await running.model(), running.botsNeedModel()),
      )
    }
    return { at: deps.now(), findings, usage }
  }

  const readOnly = async (): Promise<Finding[]> => {
    const { dataDirectory: path } = deps.paths
    if (!(await isReadOnly(path))) return []
    return [
      trouble({
        key: 'data-directory.read-only',
        values: { path },
        level: 'error',
        title: `The data directory ${path} is on a disk that can only be read.`,
        cause: 'It is mounted read-only, or the system made it so because the disk reports errors (see dmesg).',
        wayOut:
          'Save a copy of the data directory first. Then check the disk, mount it for writing, and start Whatslang again.',
      }),
    ]
  }

  const holder = (): Finding[] => {
    const owner = deps.owner()
    if (owner === undefined) return [fine('lock.nobody', 'Nobody holds the data directory.')]
    if (owner === 'unnamed') return [fine('lock.unnamed', 'Another program holds the data directory.')]
    return [
      fine(
        'lock.named',
        `${owner.program} (process ${owner.pid}) holds the data directory.`,
        { pid: owner.pid, program: owner.program },
        { pid: owner.pid, program: owner.program },
      ),
    ]
  }

  const database = async (): Promise<Finding[]> => {
    const { database: path } = deps.paths
    // That it is missing is a finding of its own.
    if (!existsSync(path) && !existsSync(`${path}-wal`)) return []
    if (existsSync(path) && !mayRead(path)) {
      const command = `sudo chown ${currentUser() ?? ''} ${path} && chmod 600 ${path}`
      return [
        trouble({
          key: 'owner.forbidden',
          values: { path, command },
          level: 'error',
          title: `This user may not read ${path}.`,
          cause: 'The rights of the file do not allow it. The database itself may be sound.',
          wayOut: command,
        }),
      ]
    }
    try {
      return checkDatabase(await deps.inspect(), deps.expected)
    } catch (error) {
      const cause = error instanceof Error ? error.message : 'It could not be opened.'
      return [
        trouble({
          key: 'integrity.unreadable',
          values: { cause },
          level: 'error',
          title: 'The database cannot be read.',
          cause,
          wayOut: 'Restore the newest verified backup, or save what is readable. Nothing is deleted.',
        }),
      ]
    }
  }

  return {
    report,
    /** The repairs that can do no harm: modes, leftovers, a checkpoint. @returns what was done, a sentence each */
    async repair(): Promise<{ repaired: string[]; findings: Finding[] }> {
      // Where no database is, the folder may be a bare mount point, or belong to another program.
      if (!existsSync(deps.paths.database)) return { repaired: [], findings: (await report()).findings }
      const repaired = [...repairFiles(deps.paths, deps.now()), ...(await backups.repair())]
      const before = statSync(`${deps.paths.database}-wal`, { throwIfNoEntry: false })?.size ?? 0
      if (deps.running && before > LARGE_WAL_BYTES) {
        deps.running.checkpoint()
        repaired.push('The write-ahead log was moved into the database.')
      }
      return { repaired, findings: (await report()).findings }
    },
  }
}
export type Health = ReturnType<typeof createHealth>

function space(usage: Usage): Finding[] {
  const findings: Finding[] = []
  const megabytes = (bytes: number) =>
    bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
  // A file system that does not tell how much is free says zero of everything.
  if (usage.total > 0)
    findings.push(
      usage.free < LOW_SPACE_BYTES
        ? trouble({
            key: 'space.low',
            values: { free: usage.free },
            level: 'warning',
            title: `Only ${megabytes(usage.free)} free on the disk.`,
            cause: 'A backup or a restore needs room for a second copy of the database.',
            wayOut: 'Free some space, move the backups elsewhere, or keep fewer of them.',
            facts: { free: usage.free },
          })
        : fine(
            'space.enough',
            `${megabytes(usage.free)} free on the disk.`,
            { free: usage.free },
            { free: usage.free },
          ),
    )
  if (usage.wal > LARGE_WAL_BYTES) {
    findings.push(
      trouble({
        key: 'wal.large',
        values: { bytes: usage.wal },
        level: 'warning',
        title: `The write-ahead log has ${megabytes(usage.wal)}.`,
        cause: 'Something reads the database for a very long time, so its log cannot be emptied.',
        wayOut: 'Run `whatslang doctor --fix`.',
        repairable: true,
      }),
    )
  }
  return findings
}

function mayRead(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    // Any reason why not is a no; the finding says what to do.
    return false
  }
}
