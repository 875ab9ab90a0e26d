// The child of `npm run soak -- restore`: does one job on a data directory, in this process, when it is told to; its parent kills it.
import { dirname, join } from 'node:path'
import { createRestoreService } from '../../main/backup/restore/service.ts'
import { createBackupService } from '../../main/backup/service.ts'
import type { Tasks } from '../../main/ports.ts'
import { openStore } from '../../main/store/index.ts'
import { openFile } from '../../main/store/open-file.ts'
import { createTaskBoard } from '../../main/tasks/board.ts'
import { handlers } from '../../main/tasks/handlers.ts'
import { Settings } from '../../preload/contract/settings.ts'

export const JOBS = ['backup', 'verify', 'restore', 'undo', 'import', 'prune', 'vacuum'] as const
export type Job = (typeof JOBS)[number]
/** Every run has the same clock, so that the new state has one digest. */
export const NOW = Date.UTC(2026, 5, 1, 12)

const context = { signal: new AbortController().signal, progress: () => undefined, temporary: () => undefined }
/** The tasks' own code in this process: one kill takes everything with it. */
const tasks: Tasks = {
  run: async (name, input) => await (await handlers[name]())(input, context),
}
const log = { info: () => undefined, error: () => undefined }
const clock = { now: () => NOW, monotonic: () => performance.now() }

export async function openBackups(folder: string, keepOne = false) {
  const settings = Settings.parse({})
  if (keepOne)
    settings.backup.keep = {
      ...settings.backup.keep,
      last: 1,
      daily: 0,
      weekly: 0,
      monthly: 0,
      yearly: 0,
      days: 0,
    }
  return await createBackupService({
    database: join(folder, 'messages.db'),
    scratch: join(folder, 'scratch'),
    defaultFolder: join(folder, 'backups'),
    appVersion: '0',
    settings: () => settings,
    secrets: { get: async () => undefined },
    tasks,
    board: createTaskBoard({ clock, onChange: () => undefined }),
    clock,
    notify: () => undefined,
    onChange: () => undefined,
    log,
  })
}

export async function runJob(job: Job, folder: string): Promise<void> {
  const database = join(folder, 'messages.db')
  if (job === 'import') return openStore({ path: database, clock }).close()
  if (job === 'vacuum') {
    await tasks.run('vacuum', { database })
    return
  }
  const backups = await openBackups(folder, job === 'prune')
  const [oldest] = (await backups.list()).toReversed()
  if (job === 'backup') await backups.create({ reason: 'manual' })
  if (job === 'verify' && oldest) await backups.verify(oldest.id)
  if (job === 'prune') await backups.prune({ dryRun: false })
  if (job === 'restore' || job === 'undo') {
    const restore = createRestoreService({
      database,
      tasks,
      clock,
      serverNow: () => NOW,
      pause: async () => undefined,
      resume: async () => undefined,
      closeStore: () => undefined,
      openStore: () => openFile(database).close(),
      backup: async () => join(dirname(database), 'backups', (await backups.create({ reason: 'before-restore' })).id),
      knownBots: () => [],
      passphrase: async () => undefined,
      log,
    })
    if (job === 'undo') await restore.undo()
    else if (oldest) {
      const { upload } = await restore.register(join(backups.folder, oldest.id))
      await restore.apply(upload, { mode: 'replace', switch_on: false })
    }
    await restore.dispose()
  }
  await backups.dispose()
}

if (import.meta.main) {
  // Everything is loaded before the clock of the kill starts.
  for (const load of Object.values(handlers)) await load()
  process.once('message', (order: { job: Job; folder: string }) => {
    void runJob(order.job, order.folder).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error)
        process.exit(1)
      },
    )
  })
  process.send?.('ready')
}
