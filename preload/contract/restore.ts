import * as z from 'zod'
import { BackupId, FileSecrets } from './backups.ts'
import { Instant, Jid, Limit, procedure } from './common.ts'
import { Consequence } from './settings.ts'

/** Names a file that was handed over for a restore, for as long as the program runs. */
const UploadHandle = z.uuid('A file to restore is named by the handle that its upload was answered with.')

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
    .input(z.object({ id: BackupId }))
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
