// The lists of backups that lie in a folder, one for each installation that backs up there.
import * as z from 'zod'
import { BackupFormat } from '../../../preload/contract/backups.ts'
import { isBackupName } from '../file-name.ts'
import { BackupReason, ManifestEnd } from '../manifest.ts'

/** The one list of all installations, as earlier versions wrote it. It is read once, and stays for an earlier version. */
export const EARLIER_CATALOGUE = 'catalogue.json'
export const catalogueName = (installation: string): string => `catalogue-${installation}.json`
const CATALOGUE_NAME = /^catalogue-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.json$/
export const installationOf = (name: string): string | undefined => CATALOGUE_NAME.exec(name)?.[1]

/** Why a file could not be removed. */
export const Stuck = z.object({ code: z.string(), problem: z.string() })
export type Stuck = z.infer<typeof Stuck>

export const Entry = z.object({
  id: z.string().refine(isBackupName),
  format: BackupFormat,
  encryption: z.enum(['none', 'passphrase', 'recipients']),
  created_at: z.number().int(),
  bytes: z.number().int(),
  sha256: z.string(),
  reason: BackupReason,
  verification: z.enum(['verified', 'drilled', 'unverified', 'failed']),
  verified_at: z.number().int().nullable(),
  problem: z.string().nullable(),
  problem_code: z.string().optional(),
  pinned: z.boolean(),
  app_version: z.string().nullable(),
  end: ManifestEnd.nullable(),
  /** From the list that all installations shared: this one may not have made it. No rule removes it until it was read. */
  claimed: z.literal(true).optional(),
  stuck: Stuck.optional(),
  /** How long its installation had lived when it was made; see Contents. */
  lived: z.number().optional(),
})
export type Entry = z.infer<typeof Entry>

/** One entry that does not fit costs only itself. */
const Entries = z.array(z.unknown()).transform((all) =>
  all.flatMap((one) => {
    const entry = Entry.safeParse(one)
    return entry.success ? [entry.data] : []
  }),
)
const times = {
  /** When the schedule last had its way (ms); the next run is reckoned from here. */
  scheduled_at: z.number().int().nullable(),
  rechecked_at: z.number().int().nullable(),
  /** Where backups were made before, newest first. */
  earlier: z.array(z.string()).default([]),
}

export const EarlierContents = z.object({ version: z.literal(1), entries: Entries, ...times })
export type EarlierContents = z.infer<typeof EarlierContents>

export const Contents = z.object({
  version: z.literal(2),
  installation: z.uuid(),
  /** What the machine is called, for people who look at the folder from another one. */
  label: z
    .string()
    .max(255)
    .transform((name) => name.replaceAll(/[^\p{L}\p{N}._ -]/gu, '').slice(0, 63)),
  /** Drawn anew at each write: a list with another mark was written by a program that has the same identity. */
  mark: z.uuid(),
  /** In the order of making. */
  entries: Entries,
  ...times,
  /** How long this installation has lived (ms), as seen at `at`: time passes by at most eight days between two looks, whatever the clock says. */
  lived: z.object({ total: z.number(), at: z.number() }).optional(),
  /** Files that were read and belong to another installation, or to one that cannot be told (null). */
  strangers: z.record(z.string(), z.string().nullable()).default({}),
})
export type Contents = z.infer<typeof Contents>

/** What another installation says of its backups here. */
export interface OtherCatalogue {
  installation: string
  label: string
  /** Changes with every write. */
  stamp: string
  entries: Entry[]
}
