// A restore as the program does it, in an installation that was just made: from the file that was chosen to the moment at which the bots go on.
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeBackup } from '../../main/backup/make-backup.ts'
import { createRestoreService } from '../../main/backup/restore/service.ts'
import type { Tasks } from '../../main/ports.ts'
import { openStore, type Store } from '../../main/store/index.ts'
import { Settings } from '../../preload/contract/settings.ts'

/** Resolves with the number of messages once the restored database is open. Everything is removed again by `rm(folder)`. */
export async function restoreInto(folder: string, tasks: Tasks, file: string): Promise<number> {
  const backups = join(folder, 'backups')
  mkdirSync(backups, { recursive: true })
  const database = join(folder, 'messages.db')
  let store: Store = openStore({ path: database })
  let answers = true
  const clock = { now: () => Date.now(), monotonic: () => performance.now() }
  const service = createRestoreService({
    database,
    tasks,
    clock,
    serverNow: clock.now,
    async pause() {
      answers = false
    },
    async resume() {
      answers = true
    },
    closeStore: () => store.close(),
    openStore: () => {
      store = openStore({ path: database })
    },
    async backup(reason) {
      const made = await makeBackup(
        {
          database,
          scratch: join(folder, 'scratch'),
          appVersion: '0',
          settings: () => Settings.parse({ version: 1 }),
          secrets: { get: async () => undefined },
          tasks,
          clock,
          installation: { id: '00000000-0000-4000-8000-000000000000' },
        },
        { folder: backups, reason, taken: () => false },
        { signal: new AbortController().signal, onProgress: () => undefined },
        async () => undefined,
      )
      return join(backups, made.id)
    },
    knownBots: () => ['translation'],
    passphrase: async () => undefined,
    log: { info: () => undefined, error: () => undefined },
  })
  try {
    const { upload } = await service.register(file)
    const done = await service.apply(upload, { mode: 'replace', switch_on: true })
    if (!answers) throw new Error('The restore ended, and the bots stand still.')
    return done.tables.messages ?? 0
  } finally {
    store.close()
    await service.dispose()
    rmSync(folder, { recursive: true, force: true })
  }
}
