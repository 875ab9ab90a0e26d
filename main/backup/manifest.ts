// What a backup says of itself, so that one file alone shows whether it is whole.
//
// A dump begins with two comment lines and ends with two:
//   -- whatslang-dump {Header}
//   -- whatslang-settings {the settings that are not secret}
//   ... statements ...
//   -- whatslang-end {End}
//   -- whatslang-seal 1 sha256=<of every byte before this line>
// A database holds the same three JSON texts in the table `whatslang_manifest` (keys header, settings, end) and carries the
// seal behind its last page, where SQLite does not look. Compressed files are sealed once more (see container/).
import * as z from 'zod'

export const HEADER_MARK = '-- whatslang-dump '
export const SETTINGS_MARK = '-- whatslang-settings '
export const END_MARK = '-- whatslang-end '
export const MANIFEST_TABLE = 'whatslang_manifest'

export const BackupReason = z.enum([
  'manual',
  'scheduled',
  'before-migration',
  'before-restore',
  'before-update',
  'before-reset',
])
export type BackupReason = z.infer<typeof BackupReason>

export const ManifestHeader = z.object({
  version: z.literal(1),
  app_version: z.string(),
  /** ISO 8601, UTC, to the millisecond. */
  created_at: z.iso.datetime(),
  reason: BackupReason,
  /** Whose backup it is; missing in files of earlier versions. */
  installation: z.string().max(64).optional(),
  application_id: z.number().int(),
  user_version: z.number().int(),
  sqlite_version: z.string(),
  /** Tables whose rows follow. */
  tables: z.array(z.string()),
})
export type ManifestHeader = z.infer<typeof ManifestHeader>

/** What was held by one table: the digest is over its INSERT lines, as dump/digest.ts writes them. */
export const TableDigest = z.object({ rows: z.number().int(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
export type TableDigest = z.infer<typeof TableDigest>

export const ManifestEnd = z.object({ rows: z.number().int(), tables: z.record(z.string(), TableDigest) })
export type ManifestEnd = z.infer<typeof ManifestEnd>

export interface Manifest {
  header: ManifestHeader
  /** As they stood; the settings' own schema judges them where they are used. */
  settings: unknown
  end: ManifestEnd
}

/** One line: JSON.stringify leaves no line break in its output. */
export const line = (mark: string, value: unknown): string => `${mark}${JSON.stringify(value)}\n`

/** Undefined where the text is no line of this kind; throws (ZodError, SyntaxError) where it is a damaged one. */
export function readLine<T>(text: string, mark: string, schema: z.ZodType<T>): T | undefined {
  return text.startsWith(mark) ? schema.parse(JSON.parse(text.slice(mark.length))) : undefined
}
