import { join } from 'node:path'
import type { Settings } from '../../preload/contract/settings.ts'
import type { BackupFacts } from '../health/program-check.ts'
import { readDrills } from './drills.ts'
import { drillOf } from './facts.ts'
import { createFolderMemory } from './folder-memory.ts'
import type { Keepers } from './keeper.ts'
import { type LookDeps, readFolder } from './newest-backup.ts'
import { isAhead, isOverdue, isProven, lastProvenAt } from './status.ts'

export interface GlanceDeps extends Pick<LookDeps, 'folder' | 'dataDirectory' | 'installation' | 'now'> {
  settings: Settings
  keepers: Keepers
}

/** What the doctor asks of the backups while no program runs: from the files that are seen, and without changing any. */
export async function glanceAtBackups(deps: GlanceDeps): Promise<BackupFacts> {
  const { folder, settings } = deps
  const now = deps.now()
  const known = createFolderMemory(join(deps.dataDirectory, 'backup-folders.json')).of(folder)
  const disk = known && { mountedAt: known.mountedAt, diskId: known.diskId ?? null }
  const read = await readFolder({ ...deps, ...(disk && { disk }) }, deps.keepers)
  const own = read?.contents.entries.filter((entry) => entry.claimed !== true) ?? []
  const there = new Set(read?.files)
  const seen = own.filter(({ id }) => there.has(id))
  return {
    lastVerifiedAt: lastProvenAt(seen, now),
    overdue: read !== undefined && isOverdue(seen, settings, now),
    problem: null,
    scheduled: settings.backup.schedule !== null,
    folder,
    undeletable: seen.find(({ stuck }) => stuck !== undefined)?.stuck?.problem ?? null,
    drill: drillOf(readDrills(join(deps.dataDirectory, 'drills.json'))[0] ?? null),
    silent: read === undefined,
    notMounted: read?.notMounted ?? null,
    readOnly: read?.readOnly === true,
    gone: own.filter((entry) => isProven(entry) && !there.has(entry.id)).length,
    ahead: seen.filter((entry) => isAhead(entry, now)).length,
  }
}
