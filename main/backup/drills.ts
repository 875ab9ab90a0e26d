import type * as z from 'zod'
import { DrillReport } from '../../preload/contract/backups.ts'
import type { Settings } from '../../preload/contract/settings.ts'
import { readRegularFile } from '../files/read-file.ts'
import { replaceFile } from '../files/replace-file.ts'
import type { Clock, Secrets, Tasks } from '../ports.ts'
import type { TaskBoard } from '../tasks/board.ts'
import { readIdentities } from './age/identity.ts'
import type { NewestBackup } from './newest-backup.ts'
import type { GivenSecrets } from './prove-file.ts'
import { codeOf } from './results.ts'

type Report = z.infer<typeof DrillReport>
type Place = Report['places'][number]

export interface DrillDeps {
  /** Where the reports are kept. */
  path: string
  database: string
  scratch: string
  appVersion: string
  tasks: Tasks
  secrets: Pick<Secrets, 'get'>
  board: Pick<TaskBoard, 'run'>
  clock: Pick<Clock, 'now'>
  settings(): Settings
  /** The newest backup of each folder that holds some; null: one that holds none, or does not answer. */
  newest(): Promise<{ folder: string; backup: NewestBackup | null }[]>
}

const DAY = 86_400_000
const MOST = 24
const MOST_BYTES = 1024 * 1024
/** What says that this machine cannot open a file, and nothing of the file itself. */
const LOCKED = new Set(['KEY_NEEDED', 'NO_SECRET', 'WRONG_KEY', 'key-needed', 'passphrase-needed', 'wrong-key'])

/** Reports of drills, newest first. One file holds them all; where it is damaged, it is as if none was made. */
export function readDrills(path: string): Report[] {
  try {
    const bytes = readRegularFile(path, MOST_BYTES)
    return bytes === undefined ? [] : DrillReport.array().parse(JSON.parse(bytes.toString('utf8')))
  } catch {
    return []
  }
}

/** Recovery drills: whether the newest backup of each place would bring everything back on another machine. */
export function createDrills(deps: DrillDeps) {
  const reports = (): Report[] => readDrills(deps.path)

  async function drillOne(
    folder: string,
    backup: NewestBackup,
    given: GivenSecrets,
    watch: Parameters<Parameters<DrillDeps['board']['run']>[2]>[0],
  ): Promise<Place> {
    const started = performance.now()
    const facts = { folder, backup: backup.id, made_at: backup.created_at }
    watch.onFile(backup.id)
    try {
      const passphrase = given.passphrase ?? (await deps.secrets.get('backup_passphrase'))
      const identity = given.identity === undefined ? undefined : readIdentities(given.identity).join('\n')
      const { restored, today } = await deps.tasks.run(
        'drill',
        {
          path: backup.path,
          passphrase,
          identity,
          scratch: deps.scratch,
          live: deps.database,
          appVersion: deps.appVersion,
        },
        { ...watch, limits: { milliseconds: 4 * 60 * 60_000 } },
      )
      const rows = Object.fromEntries(
        Object.keys(restored).map((table) => [table, { restored: restored[table] ?? 0, today: today[table] ?? 0 }]),
      )
      return { ...facts, outcome: 'proven', problem: null, milliseconds: performance.now() - started, rows }
    } catch (error) {
      if (codeOf(error) === 'CANCELLED') throw error
      const locked = LOCKED.has(codeOf(error))
      const message = error instanceof Error ? error.message : 'It failed.'
      const problem = locked
        ? `Whether it can be restored was not shown: this machine has nothing that opens it. Give the key, or drill it where the key is. ${message}`
        : message
      return {
        ...facts,
        outcome: locked ? 'not-proven' : 'failed',
        problem,
        milliseconds: performance.now() - started,
        rows: {},
      }
    }
  }

  return {
    /** Newest first. */
    reports,
    run: (given: GivenSecrets = {}): Promise<Report> =>
      deps.board.run('drill', 'drill', async (watch) => {
        const started = performance.now()
        const at = deps.clock.now()
        const places: Place[] = []
        for (const { folder, backup } of await deps.newest()) {
          if (backup !== null) places.push(await drillOne(folder, backup, given, watch))
          else
            places.push({
              folder,
              backup: null,
              made_at: null,
              outcome: 'failed',
              problem: `There is no proven backup of this installation in ${folder}, or the folder does not answer. Back up now.`,
              milliseconds: 0,
              rows: {},
            })
        }
        const outcome = places.some((place) => place.outcome === 'failed')
          ? 'failed'
          : places.some((place) => place.outcome === 'not-proven')
            ? 'not-proven'
            : 'proven'
        const report: Report = { at, outcome, milliseconds: performance.now() - started, places }
        await replaceFile(deps.path, JSON.stringify([report, ...reports()].slice(0, MOST)))
        return report
      }),
    /** By the setting; null: never. `last`: when one last began. A clock that was set back makes it due as well. */
    dueAfter(last: number): number | null {
      const days = deps.settings().backup.drill_days
      if (days === null) return null
      const newest = reports()[0]?.at
      return newest === undefined || newest > deps.clock.now() + DAY ? last : newest + days * DAY
    },
    /** When one was made that was due then; null: none was. */
    madeAfter(due: number): number | null {
      const newest = reports()[0]?.at
      return newest !== undefined && newest >= due && newest <= deps.clock.now() + DAY ? newest : null
    },
  }
}
export type Drills = ReturnType<typeof createDrills>
