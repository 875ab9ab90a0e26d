import type * as z from 'zod'
import type { PruneResult } from '../../preload/contract/backups.ts'
import type { Settings } from '../../preload/contract/settings.ts'
import type { Entry } from './catalogue.ts'
import type { StuckFile } from './results.ts'
import { judgeBackups, type Verdict } from './retention.ts'
import type { Shelf } from './shelf.ts'
import { isAhead, isProven } from './status.ts'

/** What an undo of the last restore needs: names of files, and when that restore was. */
export interface Needed {
  names: ReadonlyMap<string, 'undo' | 'restored-from'>
  restoredAt: number
}
export interface JudgeDeps {
  settings(): Settings
  clock: { now(): number }
  needed(): Needed | undefined
  /** Being read. */
  held(name: string): boolean
  /** Why nothing may be removed because of settings that could not be read. */
  refusal?(act: 'prune'): Error | undefined
}

const DAY = 86_400_000

/** Why each backup of this installation stays; those of others, and what is not known yet, stay anyway. */
export function judge(deps: JudgeDeps, shelf: Shelf): Verdict[] {
  const { keep, undo_days: days } = deps.settings().backup
  const needed = deps.needed()
  const now = deps.clock.now()
  const { catalogue } = shelf
  catalogue.tick(now)
  // The days begin with the restore, which is when its safety backup was made.
  const safety = catalogue.entries().find(({ id }) => needed?.names.get(id) === 'undo')
  const isNeeded = (entry: Entry): boolean => days > 0 && catalogue.ageOf(safety ?? entry) <= days * DAY
  return judgeBackups(
    shelf.present().map((entry) => ({
      id: entry.id,
      at: entry.created_at,
      proven: isProven(entry),
      pinned: entry.pinned,
      ours: entry.claimed !== true,
      ahead: isAhead(entry, now),
      held: deps.held(entry.id),
      needed: isNeeded(entry) ? needed?.names.get(entry.id) : undefined,
    })),
    keep,
  )
}

/** Removes what no rule keeps. Each file is tried: one that cannot be removed stays listed, with the reason. */
export async function prune(
  deps: JudgeDeps,
  shelf: Shelf,
  { dryRun }: { dryRun: boolean },
): Promise<z.infer<typeof PruneResult>> {
  const refused = dryRun ? undefined : deps.refusal?.('prune')
  if (refused) throw refused
  const verdicts = judge(deps, shelf)
  const kept = verdicts.filter(({ reasons }) => reasons.length > 0)
  const going = verdicts.filter(({ reasons }) => reasons.length === 0)
  const removed: string[] = []
  const failed: StuckFile[] = []
  for (const { id } of going) {
    if (!dryRun) {
      // A restore may have begun to read it since it was judged.
      if (deps.held(id)) continue
      const outcome = await shelf.remove(id)
      if (!outcome.removed) {
        failed.push({ id, ...outcome.stuck })
        await mark(shelf, id, outcome.stuck)
        continue
      }
      await shelf.catalogue.forget(id)
    }
    removed.push(id)
  }
  return {
    kept,
    removed: removed.map((id) => ({ id, reason: 'no rule keeps it' })),
    failed: failed.map(({ id, code, problem }) => ({ id, problem, problem_code: code })),
    dry_run: dryRun,
  }
}

async function mark(shelf: Shelf, id: string, stuck: NonNullable<Entry['stuck']>): Promise<void> {
  const entry = shelf.catalogue.find(id)
  if (entry !== undefined && entry.stuck?.problem !== stuck.problem) await shelf.catalogue.put({ ...entry, stuck })
}
