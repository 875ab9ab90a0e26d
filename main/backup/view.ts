import type { Backup, BackupStatus } from '../../preload/contract/backups.ts'
import type { Entry } from './catalogue.ts'
import { readBackupName, shortId } from './file-name.ts'
import type { Shelf, Stranger } from './shelf.ts'
import { isAhead } from './status.ts'

export interface ViewOptions {
  installation: string
  /** Why retention keeps one. */
  reasons: ReadonlyMap<string, string[]>
  /** Until when an undo needs one. */
  neededUntil(name: string): number | null
  now: number
}

/** All that lies in the folder and what this installation misses there: newest first, and at the end what is dated ahead. */
export function viewOf(shelf: Shelf, options: ViewOptions): Backup[] {
  const { now } = options
  const all = [
    ...shelf.catalogue.entries().map((entry) => ofEntry(shelf, entry, options)),
    ...shelf.strangers().map((stranger) => ofStranger(stranger, now)),
    ...shelf.unknown().flatMap((name) => (shelf.catalogue.find(name) === undefined ? ofName(shelf, name, now) : [])),
  ]
  return all.sort((a, b) => Number(a.dated_ahead) - Number(b.dated_ahead) || b.created_at - a.created_at)
}

function ofEntry(shelf: Shelf, entry: Entry, options: ViewOptions): Backup {
  const own = entry.claimed !== true
  return {
    ...backupOf(entry, options.now),
    verification: shelf.has(entry.id) ? entry.verification : 'missing',
    kept_because: options.reasons.get(entry.id) ?? [],
    owner: own ? 'this' : 'unknown',
    installation: own ? shortId(options.installation) : null,
    needed_until: options.neededUntil(entry.id),
    undeletable: entry.stuck === undefined ? null : { problem: entry.stuck.problem, problem_code: entry.stuck.code },
  }
}

/** What another installation says of its file; its words decide nothing here. */
function ofStranger({ name, bytes, installation, label, entry }: Stranger, now: number): Backup {
  const known = entry === undefined ? namedBackup(name, bytes, now) : { ...backupOf(entry, now), bytes, pinned: false }
  return {
    ...known,
    kept_because: ['other'],
    owner: 'other',
    installation,
    machine: label,
  }
}

const ofName = (shelf: Shelf, name: string, now: number): Backup => ({
  ...namedBackup(name, shelf.bytesOf(name), now),
  kept_because: ['foreign'],
})

type Base = Omit<Backup, 'kept_because'>

function backupOf(entry: Entry, now: number): Base {
  const { end, sha256: _, claimed: __, stuck: ___, ...rest } = entry
  const rows = Object.fromEntries(Object.entries(end?.tables ?? {}).map(([name, table]) => [name, table.rows]))
  return { ...rest, rows, ...NOT_OURS, dated_ahead: isAhead(entry, now) }
}

/** A file of which only the name is known: shown, never removed. */
function namedBackup(name: string, bytes: number, now: number): Base {
  const { at = 0, format = 'sql.gz', encryption = 'none' } = readBackupName(name) ?? {}
  return {
    id: name,
    format,
    encryption,
    created_at: at,
    bytes,
    reason: 'manual',
    verified_at: null,
    verification: 'unverified',
    problem: null,
    pinned: false,
    rows: {},
    app_version: null,
    ...NOT_OURS,
    dated_ahead: isAhead({ created_at: at }, now),
  }
}

const NOT_OURS = { owner: 'unknown', installation: null, machine: null, needed_until: null, undeletable: null } as const

/** The other installations of the folder, the largest first. */
export function othersOf(shelf: Shelf): BackupStatus['others'] {
  const all = new Map<string | null, BackupStatus['others'][number]>()
  for (const { installation, label, bytes } of shelf.strangers()) {
    const one = all.get(installation) ?? { installation, machine: label, backups: 0, bytes: 0 }
    all.set(installation, { ...one, machine: one.machine ?? label, backups: one.backups + 1, bytes: one.bytes + bytes })
  }
  return [...all.values()].sort((a, b) => b.bytes - a.bytes)
}
