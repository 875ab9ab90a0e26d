// An installation with a real database, a data directory of its own, and the service that backs it up.
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Settings } from '../../preload/contract/settings.ts'
import { openInstallation } from '../app/installation.ts'
import type { Notice, Tasks } from '../ports.ts'
import { openStore } from '../store/index.ts'
import { createTaskBoard } from '../tasks/board.ts'
import { handlers } from '../tasks/handlers.ts'
import type { Patience } from './keeper.ts'
import type { Needed } from './pruning.ts'
import { type BackupService, createBackupService } from './service.ts'

export const KEEP_NONE = { last: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0, days: 0 }
export const KEEP_ONE = { ...KEEP_NONE, last: 1 }

const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
/** The tasks' own code in this process: a child for each would take most of a test's time. */
export const tasksHere: Tasks = {
  run: async (name, input) => await (await handlers[name]())(input, context),
  dispose: async () => undefined,
}

export interface Home {
  data: string
  database: string
  settings: Settings
  now: number
  notices: Notice[]
  needed: Needed | undefined
  patience?: Patience
  start(): Promise<BackupService>
  /** Ends all that were started. */
  stop(): Promise<void>
  /** Names of the backups in a folder. */
  files(folder?: string): string[]
}

/** `folder`: an empty one, in which the data directory is made. */
export function makeHome(folder: string, settings: object = {}, tasks = tasksHere): Home {
  const data = join(folder, 'data')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const database = join(data, 'messages.db')
  openStore({ path: database }).close()
  const db = new Database(database)
  db.exec("INSERT OR IGNORE INTO accounts (id, jid) VALUES (1, '5511999990001@s.whatsapp.net')")
  db.close()
  const services: BackupService[] = []
  const home: Home = {
    data,
    database,
    settings: Settings.parse(settings),
    now: Date.UTC(2026, 0, 10, 12),
    notices: [],
    needed: undefined,
    async start() {
      const clock = { now: () => home.now, monotonic: () => home.now }
      const service = await createBackupService({
        database,
        scratch: join(data, 'scratch'),
        appVersion: '1.2.3',
        settings: () => home.settings,
        secrets: { get: async () => undefined },
        tasks,
        board: createTaskBoard({ clock, onChange: () => undefined }),
        clock,
        defaultFolder: join(data, 'backups'),
        installation: openInstallation(data, { now: () => home.now }),
        needed: () => home.needed,
        notify: (notice) => home.notices.push(notice),
        onChange: () => undefined,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        ...(home.patience && { patience: home.patience }),
      })
      services.push(service)
      return service
    },
    async stop() {
      for (const service of services.splice(0)) await service.dispose()
    },
    files: (where = home.settings.backup.folder ?? join(data, 'backups')) =>
      readdirSync(where)
        .filter((name) => /^messages_.*(sql|gz|zst|db|age)$/.test(name))
        .sort(),
  }
  return home
}
