import * as z from 'zod'
import { Instant, Jid, procedure } from './common.ts'

export const BackupFormat = z.enum(['sql.gz', 'sql', 'sql.zst', 'db'])
export type BackupFormat = z.infer<typeof BackupFormat>

export const Backup = z.object({
  /** The file's name inside the backups folder; the id of all calls. */
  id: z.string(),
  format: BackupFormat,
  encryption: z.enum(['none', 'passphrase', 'recipients']),
  created_at: Instant,
  bytes: z.number().int(),
  reason: z.enum(['manual', 'scheduled', 'before-migration', 'before-restore', 'before-update', 'before-reset']),
  verified_at: Instant.nullable(),
  /** drilled: proven before it was encrypted to recipients; this machine cannot open it. */
  verification: z.enum(['verified', 'drilled', 'unverified', 'failed', 'missing']),
  problem: z.string().nullable(),
  /** The problem's own code, for a page in another language. */
  problem_code: z.string().optional(),
  pinned: z.boolean(),
  /** Why retention keeps it: 'last', 'daily', 'younger', 'pinned', 'last-verified', 'undo', ...; empty: it would go. */
  kept_because: z.array(z.string()),
  rows: z.record(z.string(), z.number().int()),
  app_version: z.string().nullable(),
  /** other: another installation made it, which shares the folder; it is listed and can be restored, and no rule touches it. unknown: not read yet. */
  owner: z.enum(['this', 'other', 'unknown']),
  /** Which installation made it, by the eight digits in the names of its files; null: it cannot be told. */
  installation: z.string().nullable(),
  /** What that one's machine is called, where another one made it and says so. */
  machine: z.string().nullable(),
  /** Its date lies ahead of this machine's clock: it is not believed, and this one never counts as the newest. */
  dated_ahead: z.boolean(),
  /** Until then an undo of the last restore needs it. */
  needed_until: Instant.nullable(),
  /** Why it could not be deleted when no rule kept it any more. */
  undeletable: z.object({ problem: z.string(), problem_code: z.string() }).nullable(),
})
export type Backup = z.infer<typeof Backup>

/** A backup's file name. */
export const BackupId = z
  .string()
  .max(255)
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9_.-]+$/)
export const PruneResult = z.object({
  kept: z.array(z.object({ id: z.string(), reasons: z.array(z.string()) })),
  removed: z.array(z.object({ id: z.string(), reason: z.string() })),
  /** No rule keeps them, and they could not be deleted: which file, why, what to do. */
  failed: z.array(z.object({ id: z.string(), problem: z.string(), problem_code: z.string() })),
  dry_run: z.boolean(),
})

/** What opens an encrypted file. Kept nowhere. */
export const FileSecrets = z.object({
  passphrase: z.string().max(1000).optional(),
  /** What `age-keygen` wrote: AGE-SECRET-KEY-1..., one a line. */
  identity: z.string().max(20_000).optional(),
})

export const ExportFormat = z.enum(['db', 'sql', 'sql.gz', 'python-db', 'json', 'csv', 'html', 'txt'])
export type ExportFormat = z.infer<typeof ExportFormat>

/** A recovery drill: the newest backup of each place, restored and started as on another machine, beside what is here today. */
export const DrillReport = z.object({
  at: Instant,
  /** not-proven: at least one could not be opened here, and none failed. */
  outcome: z.enum(['proven', 'not-proven', 'failed']),
  milliseconds: z.number(),
  places: z.array(
    z.object({
      folder: z.string(),
      backup: z.string().nullable(),
      made_at: Instant.nullable(),
      outcome: z.enum(['proven', 'not-proven', 'failed']),
      problem: z.string().nullable(),
      milliseconds: z.number(),
      rows: z.record(z.string(), z.object({ restored: z.number().int(), today: z.number().int() })),
    }),
  ),
})
export type DrillReport = z.infer<typeof DrillReport>

/** What became of one part of the last run since the program started. */
export const BackupPart = z.object({
  state: z.enum(['none', 'done', 'failed']),
  at: Instant.nullable(),
  problem: z.string().nullable(),
  problem_code: z.string().nullable(),
})

export const BackupStatus = z.object({
  folder: z.string(),
  /** Since when the folder does not answer, as a network share that hangs; null: it answers. What is said of its files is then what was seen last. */
  silent_since: Instant.nullable(),
  /** Its disk can only be read: no backup can be made there. */
  read_only: z.boolean(),
  /** The three things that a run does. One that fails says nothing of the others. */
  making: BackupPart,
  proving: BackupPart,
  pruning: BackupPart,
  /** Of the backups that this installation made: how many are there, how many are gone although no rule removed them, how many are dated ahead. */
  present: z.number().int(),
  gone: z.number().int(),
  dated_ahead: z.number().int(),
  /** This installation, by the eight digits in the names of its files. */
  installation: z.string(),
  /** Others that back up into the same folder. */
  others: z.array(
    z.object({
      installation: z.string().nullable(),
      machine: z.string().nullable(),
      backups: z.number().int(),
      bytes: z.number(),
    }),
  ),
  /** Of the backups whose files were seen and whose dates can be believed. */
  last_verified_at: Instant.nullable(),
  next_run_at: Instant.nullable(),
  overdue: z.boolean(),
  problem: z.string().nullable(),
  problem_code: z.string().optional(),
  /** Folders that were used before and still hold backups: no longer listed, and no rule removes anything there. */
  earlier: z.array(z.object({ folder: z.string(), backups: z.number().int() })),
  /** The program that copies the folder elsewhere (a synchronised folder); null: none that is known. */
  copied_by: z.string().nullable(),
  /** The last thirty days, oldest first. */
  days: z.array(z.object({ day: z.string(), state: z.enum(['verified', 'made', 'missed', 'none']) })),
})
export type BackupStatus = z.infer<typeof BackupStatus>

/** When a schedule runs next. */
export const SchedulePreview = z.object({
  expression: z.string().nullable(),
  /** The time zone of the machine, by which it runs. */
  zone: z.string(),
  /** The next three. `local`: ISO 8601 in that zone, with the offset that holds then. */
  next: z.array(z.object({ at: Instant, local: z.string() })),
})
export type SchedulePreview = z.infer<typeof SchedulePreview>

export const backups = {
  list: procedure
    .route({ method: 'GET', path: '/backups', tags: ['backups'], summary: 'Newest first' })
    .output(z.array(Backup)),
  create: procedure
    .route({
      method: 'POST',
      path: '/backups',
      tags: ['backups'],
      successStatus: 201,
      summary: 'Back up now; answers when it is verified',
    })
    .input(
      z
        .object({
          format: BackupFormat.optional(),
          encryption: z.enum(['none', 'passphrase', 'recipients']).optional(),
          /** Instead of what the settings say, for this one. */
          recipients: z
            .array(z.string().regex(/^age1[0-9a-z]+$/, 'A recipient looks like age1...'))
            .min(1)
            .max(20)
            .optional(),
          passphrase: z.string().min(1).max(1000).optional(),
        })
        .optional(),
    )
    .output(Backup),
  file: procedure
    .route({ method: 'GET', path: '/backups/{id}/file', tags: ['backups'] })
    .input(z.object({ id: BackupId }))
    .output(z.file()),
  verify: procedure
    .route({ method: 'POST', path: '/backups/{id}/verify', tags: ['backups'] })
    .input(z.object({ id: BackupId, ...FileSecrets.shape }))
    .output(Backup),
  pin: procedure
    .route({ method: 'PUT', path: '/backups/{id}/pin', tags: ['backups'] })
    .input(z.object({ id: BackupId, pinned: z.boolean() }))
    .output(Backup),
  remove: procedure
    .route({ method: 'DELETE', path: '/backups/{id}', tags: ['backups'] })
    .input(z.object({ id: BackupId }))
    .output(z.object({ removed: z.boolean() })),
  prune: procedure
    .route({ method: 'POST', path: '/backups/prune', tags: ['backups'] })
    .input(z.object({ dry_run: z.boolean().default(true) }).optional())
    .output(PruneResult),
  drill: procedure
    .route({
      method: 'POST',
      path: '/backups/drill',
      tags: ['backups'],
      summary: 'Restore the newest backup of each place as on another machine, and start the program on it',
    })
    .input(FileSecrets.optional())
    .output(DrillReport),
  drills: procedure
    .route({ method: 'GET', path: '/backups/drill', tags: ['backups'], summary: 'Reports of drills, newest first' })
    .output(z.array(DrillReport)),
  schedule: procedure
    .route({
      method: 'GET',
      path: '/backups/schedule',
      tags: ['backups'],
      summary: 'The next three runs of a schedule: of this cron expression, or of the one in force',
    })
    .input(z.object({ expression: z.string().max(100).optional() }).optional())
    .output(SchedulePreview),
  status: procedure.route({ method: 'GET', path: '/backups/status', tags: ['backups'] }).output(BackupStatus),
  renewFolder: procedure
    .route({
      method: 'POST',
      path: '/backups/folder/use-as-new',
      tags: ['backups'],
      summary:
        'Use the folder of the backups although the disk where it lay is not there: nothing of before is expected in it',
    })
    .output(BackupStatus),
}

export const exports = {
  download: procedure
    .route({ method: 'GET', path: '/export', tags: ['export'] })
    .input(z.object({ format: ExportFormat, chat: Jid.optional() }))
    .output(z.file()),
  /** Desktop host only: asks where to save. Null: the user cancelled. */
  save: procedure
    .route({ method: 'POST', path: '/export/save', tags: ['export'] })
    .input(z.object({ format: ExportFormat, chat: Jid.optional() }))
    .output(z.object({ path: z.string(), bytes: z.number().int() }).nullable()),
}
