import { join } from 'node:path'
import Database from 'better-sqlite3'
import { pino } from 'pino'
import { createApp } from '../../main/app.ts'
import { resolveConfig } from '../../main/config/config.ts'
import { createFileSecrets } from '../../main/config/secrets.ts'
import { createSettings } from '../../main/config/settings.ts'
import type { Tasks } from '../../main/ports.ts'
import { handlers } from '../../main/tasks/handlers.ts'

/** Every run has the same clock, so that the new state has one digest. */
export const NOW = Date.UTC(2026, 5, 1, 12)

const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
/** The tasks' own code in this process: one kill takes everything with it, and one trace holds everything. */
const tasksHere: Tasks = {
  run: async (name, input) => await (await handlers[name]())(input, context),
  dispose: async () => undefined,
}
const KEEP_ONE = { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0, days: 0 }

/** The whole program on a data directory, as a user starts it, with its start-up recovery; only its schedule and WhatsApp stay off. */
export async function startProgram(folder: string, { keepOne = false, tasks = tasksHere } = {}) {
  const config = resolveConfig({
    env: {},
    cwd: folder,
    dataDirectory: folder,
    defaultDataDirectory: folder,
    packaged: true,
  })
  const clock = { now: () => NOW, monotonic: () => performance.now() }
  const file = { store: keepOne ? { backup: { keep: KEEP_ONE } } : {} }
  return await createApp({
    config,
    ports: { clock, secrets: createFileSecrets(join(folder, 'secrets.json')), tasks, notify: () => undefined },
    settings: createSettings({ path: config.settings, open: () => file, environment: {}, now: clock.now }),
    log: pino({ level: 'silent' }),
    recentLog: () => [],
    programName: 'soak',
    host: () => ({
      kind: 'headless',
      version: '0',
      platform: process.platform,
      demo: false,
      data_directory: folder,
      database: config.database,
      versions: {},
      capabilities: [],
      locale: 'en',
    }),
  })
}
export type StartedProgram = Awaited<ReturnType<typeof startProgram>>['program']

/** A program that looks at the database from outside: while it reads, the newest commits cannot leave the `-wal`. */
export function readFromOutside(database: string): () => void {
  const db = new Database(database, { readonly: true })
  db.exec('BEGIN')
  db.prepare('SELECT count(*) FROM messages').get()
  return () => db.close()
}
