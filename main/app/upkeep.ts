import { rm } from 'node:fs/promises'
import { languageOf } from '../../preload/contract/languages.ts'
import { exportName } from '../backup/export/export-name.ts'
import type { BackupService } from '../backup/service.ts'
import type { Ports } from '../ports.ts'
import type { Program } from '../rpc/program.ts'
import type { TaskBoard, Watch } from '../tasks/board.ts'
import type { DataHolder } from './data-holder.ts'
import type { Housekeeping } from './housekeeping.ts'
import type { Restoring } from './restoring.ts'

export interface UpkeepDeps {
  database: string
  appVersion(): string
  /** A language tag: the one that the user chose, or the system's. */
  locale(): string
  ports: Pick<Ports, 'clock' | 'tasks'>
  board: TaskBoard
  backups: BackupService
  holder: DataHolder
  restoring: Restoring
  housekeeping: Housekeeping
  /** Does nothing where no account is linked. */
  unlink(): Promise<void>
}

/** What a user does to the database as a whole: export it, make it smaller, forget old texts, start over. */
export function createUpkeep(
  deps: UpkeepDeps,
): Pick<Program, 'export' | 'vacuum' | 'applyRetention' | 'finishRemovals' | 'reset'> {
  const { database, ports, board } = deps
  return {
    export: (format, chat, out, signal) => {
      const write = async (watch: Watch) => {
        deps.holder.opened()
        const name = exportName(format, ports.clock.now())
        watch.onFile(name)
        const language = languageOf(deps.locale())
        const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
        const input = { database, out, format, appVersion: deps.appVersion(), language, timeZone }
        const made = await ports.tasks.run('export', chat === undefined ? input : { ...input, chat }, watch)
        return { ...made, name }
      }
      return board.run('export', format, write, signal)
    },
    vacuum: () =>
      board.run('vacuum', 'vacuum', async (watch) => {
        deps.holder.opened()
        const { bytesBefore, bytesAfter } = await ports.tasks.run('vacuum', { database }, watch)
        return { before: bytesBefore, after: bytesAfter }
      }),
    finishRemovals: () => deps.housekeeping.finishRemovals(),
    applyRetention: () => board.run('retention', 'retention', () => deps.housekeeping.applyRetention()),
    async reset() {
      deps.holder.opened()
      const { id } = await deps.backups.create({ reason: 'before-reset' })
      await deps.restoring.makeWay()
      try {
        deps.holder.close()
        // The proven backup holds what goes here.
        for (const end of ['', '-wal', '-shm']) await rm(database + end, { force: true })
      } finally {
        deps.restoring.comeBack()
      }
      await deps.unlink()
      return { safety_backup: id }
    },
  }
}
