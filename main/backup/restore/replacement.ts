import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { RestoreOptions } from '../../../preload/contract/restore.ts'
import { removeTree } from '../../files/contained.ts'
import { makeOwnFolder } from '../../files/own-folder.ts'
import type { TaskOptions } from '../../ports.ts'
import { type DamagedFiles, isDamage, keepDamaged, shareInstallation } from './damaged.ts'
import { copyLimits } from './room.ts'
import type { SalvageOutput } from './salvage.ts'
import type { RestoreDeps, RestoreDone } from './service.ts'
import { swapDatabase } from './swap.ts'
import type { UndoRecord } from './undo-record.ts'

export type ReplaceOptions = Pick<RestoreOptions, 'mode' | 'switch_on' | 'only'>
export interface ReplaceHow {
  /** What came since the restore that is taken back. */
  undo?: { afterMessage: number; since: number }
  /** The candidate is a backup of this installation, which the damaged database may not be able to say. */
  own?: boolean
  /** Identities whose files are of this installation. */
  identities?: readonly string[]
  /** The candidate is what could be read of the damaged database. */
  salvaged?: true
  /** The backup of the list that is restored. */
  from?: string
  /** Settings that are taken with it, for the undo. */
  settings?: UndoRecord['settings']
  /** The new database is in place, and nobody works with it yet. */
  beforeResume?(): void
  watch?: TaskOptions
}

/** What is selected; nothing where everything is. */
export function selectionOf({ only }: Pick<RestoreOptions, 'only'>): {
  only?: { assignments?: boolean; chats?: string[] }
} {
  const assignments = only?.assignments === true
  const chats = only?.chats
  if (!assignments && chats === undefined) return {}
  return { only: { ...(assignments && { assignments }), ...(chats !== undefined && { chats }) } }
}

/** Puts a candidate in the place of the running database: safety backup, pause, carry over, swap, resume. Any failure leaves all as it was. */
export function createReplacement(deps: RestoreDeps, folder: string) {
  async function replace(candidate: string, options: ReplaceOptions, how: ReplaceHow = {}): Promise<RestoreDone> {
    const next = join(dirname(deps.database), `${basename(deps.database)}.restored`)
    const scratch = join(folder, `salvage-${randomUUID()}`)
    await deps.pause()
    let open = true
    let kept: DamagedFiles | undefined
    let release: () => void = () => undefined
    let done: RestoreDone
    try {
      const safety = how.salvaged === true ? undefined : await safetyBackup()
      // Until the undo is written down, nothing else says that it is needed.
      if (safety !== undefined) release = deps.hold?.(safety) ?? release
      deps.closeStore()
      open = false
      let live = deps.database
      if (how.salvaged === true) live = candidate
      else if (safety === undefined) {
        // What was answered is carried over as far as it can be read; the floor answers for the rest.
        await makeScratch(scratch)
        live = join(scratch, 'live.db')
        await salvage(live, join(scratch, 'damaged.db'))
        if (how.own === true) shareInstallation(candidate, live)
      }
      if (safety === undefined) kept = await keepDamaged(deps.database, deps.clock.now())
      const finished = await deps.tasks.run(
        'restore.finish',
        {
          candidate,
          live,
          out: next,
          mode: options.mode,
          switchOn: options.switch_on,
          ...selectionOf(options),
          now: deps.serverNow(),
          own: how.identities ?? [],
          ...(how.undo !== undefined && { undo: how.undo }),
        },
        { ...how.watch, limits: await copyLimits([candidate, live], next) },
      )
      const restoredAt = deps.clock.now()
      const undo =
        safety === undefined ? null : { safety_backup: safety, restored_at: restoredAt, floor: finished.floor }
      await swapDatabase(
        deps.database,
        next,
        async () => {
          deps.openStore()
          open = true
        },
        () => {
          if (open) deps.closeStore()
          open = false
        },
        undo === null
          ? null
          : {
              ...undo,
              ...(how.from !== undefined && { restored_from: how.from }),
              ...(how.settings !== undefined && { settings: how.settings }),
            },
      )
      deps.log.info({ tables: finished.tables }, 'restored')
      done = {
        restored_at: restoredAt,
        safety_backup: basename(safety ?? kept?.path ?? ''),
        tables: finished.tables,
        switched_off: finished.switchedOff,
      }
    } catch (error) {
      await kept?.forget()
      await goOn(open)
      throw error
    } finally {
      release()
      await rm(next, { force: true })
      await removeTree(scratch, folder)
    }
    how.beforeResume?.()
    await deps.resume()
    return done
  }

  async function makeScratch(scratch: string): Promise<void> {
    await makeOwnFolder(folder)
    await mkdir(scratch, { mode: 0o700 })
  }

  /** Never hides why the restore failed. */
  async function goOn(open: boolean): Promise<void> {
    try {
      if (!open) deps.openStore()
      await deps.resume()
    } catch (error) {
      deps.log.error({ err: error }, 'the database could not be opened again')
    }
  }

  /** Undefined: the running database is damaged, so that no backup of it can be made; its files are set aside instead. */
  async function safetyBackup(): Promise<string | undefined> {
    try {
      return await deps.backup('before-restore')
    } catch (error) {
      if (!isDamage(error)) throw error
      return undefined
    }
  }

  async function salvage(out: string, scratch: string): Promise<SalvageOutput> {
    const limits = await copyLimits([deps.database], dirname(scratch))
    return await deps.tasks.run('restore.salvage', { damaged: deps.database, scratch, out }, { limits })
  }

  return {
    replace,
    salvage,
    async inScratch<T>(run: (scratch: string) => Promise<T>): Promise<T> {
      const scratch = join(folder, `salvage-${randomUUID()}`)
      await makeScratch(scratch)
      try {
        return await run(scratch)
      } finally {
        await removeTree(scratch, folder)
      }
    },
  }
}
