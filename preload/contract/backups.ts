import * as z from 'zod'
import { Instant, Jid, Limit, procedure } from './common.ts'
import { Consequence } from './settings.ts'

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

const Id = z
  .string()
  .max(255)
  .regex(/^(?!\.{1,2}$)[A-Za-z0-9_.-]+$/)
/** Names a file that was handed over for a restore, for as long as the program runs. */
const UploadHandle = z.uuid('A file to restore is named by the handle that its upload was answered with.')

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

/** What applying a file would do, before anything is done. */
export const ChatDifference = z.object({
  jid: z.string(),
  name: z.string().nullable(),
  in_file: z.number().int(),
  here: z.number().int(),
  gained: z.number().int(),
  lost: z.number().int(),
})
/**
 * Values of one column of the file that cannot be read as what the column holds. `replaced`: the program reads another value, and keeps this one for the way
 * back. `left-out`: the row cannot be taken. `unchanged`: it stays as it is, and is shown as far as it can be read.
 */
const OddColumn = z.object({
  table: z.string(),
  column: z.string(),
  outcome: z.enum(['replaced', 'left-out', 'unchanged']),
  /** What the column must hold, in words. */
  must: z.string(),
  total: z.number().int(),
  /** At most 3; values are cut short, and control characters in them are escaped. */
  examples: z.array(z.object({ row: z.string(), value: z.string() })),
})

export const RestorePreview = z.object({
  upload: z.string(),
  file_name: z.string(),
  kind: z.enum(['whatslang-backup', 'whatslang-database', 'python-database', 'sql-dump', 'postgres-dump']),
  /** 1 to 7 for a file of the Python service. */
  generation: z.number().int().nullable(),
  schema_version: z.number().int().nullable(),
  created_at: Instant.nullable(),
  /** True: its own manifest was there and every digest agreed. */
  proven: z.boolean(),
  mode: z.enum(['replace', 'merge']),
  tables: z.array(
    z.object({
      table: z.string(),
      in_file: z.number().int(),
      here: z.number().int(),
      gained: z.number().int(),
      lost: z.number().int(),
      changed: z.number().int(),
    }),
  ),
  chats: z.array(ChatDifference),
  chats_total: z.number().int(),
  /** What could be chosen from: GET /restore/{upload}/chats lists them. */
  chats_in_file: z.number().int(),
  /** Settings that a backup carries and that differ from today's; `settings` takes them. Never secrets, nothing that belongs to one machine. */
  settings: z.array(
    z.object({ key: z.string(), in_file: z.string(), here: z.string(), consequence: Consequence.optional() }),
  ),
  newest_message_in_file: Instant.nullable(),
  newest_message_here: Instant.nullable(),
  other_account: z.array(z.string()),
  assignments_switched_off: z.number().int(),
  unknown_bots: z.array(z.string()),
  unknown_tables: z.array(z.string()),
  unknown_columns: z.array(z.string()),
  orphans: z.number().int(),
  /** Rows that cannot be taken, named: table, which row, why. At most 200; `refused_rows_total` counts all. */
  refused_rows: z.array(z.object({ table: z.string(), row: z.string(), reason: z.string() })),
  refused_rows_total: z.number().int(),
  odd_values: z.array(OddColumn),
  /** How many values that are, in all columns. */
  odd_values_total: z.number().int(),
  warnings: z.array(z.string()),
})
export type RestorePreview = z.infer<typeof RestorePreview>

/**
 * A selection is put into the database that is here, and what is not selected stays as it is. `merge`: of the selected part, what is missing here is
 * added, and the newer one of two assignments wins. `replace`: the selected part becomes what the file holds. Both together: the assignments of these chats.
 */
export const RestoreSelection = z.object({
  /** Assignments, with the user's own bots and rules that they need. */
  assignments: z.boolean().optional(),
  /** Any form of their addresses. */
  chats: z.array(Jid).min(1, 'Choose at least one chat.').max(1000).optional(),
})
export const RestoreOptions = z.object({
  mode: z.enum(['replace', 'merge']).default('replace'),
  switch_on: z.boolean().default(false),
  only: RestoreSelection.optional(),
  /** Also settings of the file: those of these names, or (`true`) all that the preview names. A name that the preview does not have is refused. */
  settings: z.union([z.boolean(), z.array(z.string().min(1).max(100)).min(1).max(200)]).optional(),
  ...FileSecrets.shape,
})
export type RestoreOptions = z.infer<typeof RestoreOptions>

export const RestoreResult = z.object({
  restored_at: Instant,
  safety_backup: z.string(),
  tables: z.record(z.string(), z.number().int()),
  switched_off: z.number().int(),
  /** How many settings were taken from the file, or given back by an undo. */
  settings: z.number().int().optional(),
  /** Each of them, with its value before and after. */
  settings_taken: z.array(z.object({ key: z.string(), before: z.string(), after: z.string() })).optional(),
  /** What did not work although the restore did, in a sentence. */
  problem: z.string().optional(),
})
export type RestoreResult = z.infer<typeof RestoreResult>
/** A chat of a file that was previewed. */
export const FileChat = z.object({
  jid: z.string(),
  name: z.string().nullable(),
  messages: z.number().int(),
  bots: z.array(z.string()),
})
export type FileChat = z.infer<typeof FileChat>
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
    .input(z.object({ id: Id }))
    .output(z.file()),
  verify: procedure
    .route({ method: 'POST', path: '/backups/{id}/verify', tags: ['backups'] })
    .input(z.object({ id: Id, ...FileSecrets.shape }))
    .output(Backup),
  pin: procedure
    .route({ method: 'PUT', path: '/backups/{id}/pin', tags: ['backups'] })
    .input(z.object({ id: Id, pinned: z.boolean() }))
    .output(Backup),
  remove: procedure
    .route({ method: 'DELETE', path: '/backups/{id}', tags: ['backups'] })
    .input(z.object({ id: Id }))
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

export const restore = {
  upload: procedure
    .route({
      method: 'PUT',
      path: '/restore/upload',
      tags: ['restore'],
      inputStructure: 'detailed',
      summary: 'The file as the raw body',
    })
    .input(z.object({ query: z.object({ name: z.string().max(255).optional() }).optional(), body: z.file() }))
    .output(z.object({ upload: z.string(), bytes: z.number().int() })),
  /** Desktop host only: the main process shows the file picker and keeps the path. */
  pick: procedure
    .route({ method: 'POST', path: '/restore/pick', tags: ['restore'] })
    .output(z.object({ upload: z.string(), bytes: z.number().int(), name: z.string() }).nullable()),
  /** A backup of the list as the thing to restore. */
  fromBackup: procedure
    .route({ method: 'POST', path: '/restore/from-backup', tags: ['restore'] })
    .input(z.object({ id: Id }))
    .output(z.object({ upload: z.string(), bytes: z.number().int() })),
  preview: procedure
    .route({ method: 'POST', path: '/restore/{upload}/preview', tags: ['restore'] })
    .input(z.object({ upload: UploadHandle }).and(RestoreOptions))
    .output(RestorePreview),
  /** Newest first. Only after a preview, which reads the file. */
  chats: procedure
    .route({ method: 'GET', path: '/restore/{upload}/chats', tags: ['restore'], summary: 'The chats of the file' })
    .input(z.object({ upload: UploadHandle, query: z.string().max(200).optional(), limit: Limit(500, 100) }))
    .output(z.object({ total: z.number().int(), chats: z.array(FileChat) })),
  apply: procedure
    .route({ method: 'POST', path: '/restore/{upload}/apply', tags: ['restore'] })
    .input(z.object({ upload: UploadHandle }).and(RestoreOptions))
    .output(RestoreResult),
  discard: procedure
    .route({ method: 'DELETE', path: '/restore/{upload}', tags: ['restore'] })
    .input(z.object({ upload: UploadHandle }))
    .output(z.object({ removed: z.boolean() })),
  /** An encrypted safety backup needs what opens it, unless this machine has it. */
  undo: procedure
    .route({ method: 'POST', path: '/restore/undo', tags: ['restore'] })
    .input(FileSecrets.optional())
    .output(RestoreResult),
  canUndo: procedure.route({ method: 'GET', path: '/restore/undo', tags: ['restore'] }).output(
    z.object({
      possible: z.boolean(),
      restored_at: Instant.nullable(),
      safety_backup: z.string().nullable(),
      /** Until then no rule removes the safety backup; null: no longer than any other. */
      kept_until: Instant.nullable(),
    }),
  ),
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
