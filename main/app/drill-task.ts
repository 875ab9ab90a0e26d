import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { pino } from 'pino'
import { createApp } from '../app.ts'
import { resolveConfig } from '../config/config.ts'
import { createSettings } from '../config/settings.ts'
import { removeTree } from '../files/contained.ts'
import { makeOwnFolder } from '../files/own-folder.ts'
import type { Tasks } from '../ports.ts'
import type { handlers } from '../tasks/handlers.ts'
import type { TaskContext } from '../tasks/protocol.ts'
import { systemClock } from './clock.ts'

export interface DrillInput {
  /** The backup. */
  path: string
  passphrase?: string | undefined
  identity?: string | undefined
  /** A folder of ours for the data directory of the other machine. */
  scratch: string
  /** The database of today, to compare with. */
  live: string
  appVersion: string
}
export interface DrillOutput {
  /** Rows in the restored database once the program ran on it, and in today's. */
  restored: Record<string, number>
  today: Record<string, number>
}

/** What a user would miss first. */
const TABLES = ['accounts', 'chats', 'messages', 'bot_chat_assignments', 'processed_messages', 'bots'] as const

/**
 * Restores a backup as another machine would: into an empty data directory, by the program itself; then starts the program on it. It has no linked
 * account, no model and no environment, so that nothing is connected, asked or sent. @throws what is wrong with the file, or with what it restores to
 */
export const createDrillTask =
  (tasks: typeof handlers) =>
  (input: DrillInput, context: TaskContext): Promise<DrillOutput> =>
    drill(tasks, input, context)

async function drill(tasks: typeof handlers, input: DrillInput, context: TaskContext): Promise<DrillOutput> {
  await makeOwnFolder(input.scratch)
  const work = await mkdtemp(join(input.scratch, 'drill-'))
  context.temporary(work)
  try {
    const data = join(work, 'data')
    await mkdir(data, { mode: 0o700 })
    const first = await openProgram(tasks, data, input.appVersion, context)
    try {
      const { upload } = await first.program.restore.register(input.path)
      const secrets = {
        ...(input.passphrase !== undefined && { passphrase: input.passphrase }),
        ...(input.identity !== undefined && { identity: input.identity }),
      }
      const options = { mode: 'replace', switch_on: false, ...secrets } as const
      await first.program.restore.preview(upload, options)
      await first.program.restore.apply(upload, options)
    } finally {
      await first.stop()
    }
    context.progress({ step: 'start', done: 0, total: null })
    const second = await openProgram(tasks, data, input.appVersion, context)
    try {
      await second.start()
    } finally {
      await second.stop()
    }
    return { restored: countRows(join(data, 'messages.db')), today: countRows(input.live) }
  } finally {
    await removeTree(work, input.scratch)
  }
}

async function openProgram(all: typeof handlers, data: string, version: string, context: TaskContext) {
  const config = resolveConfig({ env: {}, cwd: data, dataDirectory: data, defaultDataDirectory: data, packaged: true })
  // The tasks of that program run here: this is a task's process already.
  const tasks: Tasks = {
    run: async (name, input) => await (await all[name]())(input, { ...context, temporary: () => undefined }),
    dispose: async () => undefined,
  }
  const file = { store: { backup: { schedule: null, drill_days: null } } }
  return await createApp({
    config,
    ports: {
      clock: systemClock,
      secrets: {
        backend: 'file',
        get: async () => undefined,
        set: async () => undefined,
        delete: async () => undefined,
      },
      tasks,
      notify: () => undefined,
    },
    settings: createSettings({ path: config.settings, open: () => file, environment: {}, now: systemClock.now }),
    log: pino({ level: 'silent' }),
    recentLog: () => [],
    programName: 'a recovery drill',
    host: () => ({
      kind: 'headless',
      version,
      platform: process.platform,
      demo: false,
      data_directory: data,
      database: config.database,
      versions: {},
      capabilities: [],
      locale: 'en',
    }),
  })
}

function countRows(path: string): Record<string, number> {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    return Object.fromEntries(
      TABLES.map((table) => [table, Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())]),
    )
  } finally {
    db.close()
  }
}
