import type { Logger } from 'pino'
import type * as z from 'zod'
import type { Activity, Stats, TraceStep } from '../../preload/contract/activity.ts'
import type {
  Backup,
  BackupFormat,
  BackupStatus,
  DrillReport,
  ExportFormat,
  PruneResult,
} from '../../preload/contract/backups.ts'
import type { ChangeEvent, HostInfo, TaskInfo } from '../../preload/contract/host.ts'
import type { FileChat, RestoreOptions, RestorePreview, RestoreResult } from '../../preload/contract/restore.ts'
import type { Session } from '../../preload/contract/session.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { AgeKey } from '../backup/age/key.ts'
import type { Catalogue } from '../bots/catalogue.ts'
import type { SettingsStore } from '../config/settings.ts'
import type { Scratch } from '../files/scratch.ts'
import type { Health } from '../health/doctor.ts'
import type { Model } from '../llm/model.ts'
import type { ModelKey } from '../llm/model-key.ts'
import type { PauseState } from '../pause/pause.ts'
import type { Desktop, Secrets } from '../ports.ts'
import type { Store } from '../store/index.ts'
import type { WhatsApp } from '../whatsapp/index.ts'

export interface BackupService {
  list(): Promise<Backup[]> | Backup[]
  create(options: {
    format?: BackupFormat
    encryption?: Backup['encryption']
    /** For this one, instead of what the settings say. */
    key?: AgeKey
    reason: Backup['reason']
  }): Promise<Backup>
  verify(id: string, options: { passphrase?: string; identity?: string }): Promise<Backup>
  pin(id: string, pinned: boolean): Promise<Backup> | Backup
  remove(id: string): Promise<boolean> | boolean
  prune(options: { dryRun: boolean }): Promise<z.infer<typeof PruneResult>>
  status(): Promise<BackupStatus> | BackupStatus
  drill(secrets?: { passphrase?: string; identity?: string }): Promise<DrillReport>
  /** Newest first. */
  drills(): DrillReport[]
  /** Where a backup can be read for as long as that takes; undefined: there is none of that name. The caller removes it. */
  checkout(id: string): Promise<string | undefined>
  renewFolder(): Promise<BackupStatus>
  /** @throws where a folder cannot take backups, with the reason */
  checkFolder(path: string): Promise<void>
  /** Where its file is; undefined: there is none of that name. */
  pathOf(id: string): string | undefined
}

export interface Uploaded {
  upload: string
  bytes: number
}
export interface RestoreService {
  /** Where a file that comes over the network may be written to before it is registered. */
  uploadPath(): Promise<string>
  /** `owned`: removed when it is discarded. */
  register(path: string, options?: { name?: string; owned?: boolean }): Promise<Uploaded & { name: string }>
  preview(upload: string, options: z.infer<typeof RestoreOptions>): Promise<RestorePreview>
  /** The chats of a file that was previewed. */
  chats(upload: string, query: { query?: string | undefined; limit: number }): { total: number; chats: FileChat[] }
  apply(upload: string, options: z.infer<typeof RestoreOptions>): Promise<z.infer<typeof RestoreResult>>
  discard(upload: string): Promise<boolean> | boolean
  undo(secrets?: { passphrase?: string; identity?: string }): Promise<z.infer<typeof RestoreResult>>
  canUndo(): Promise<UndoFacts> | UndoFacts
}
export interface UndoFacts {
  possible: boolean
  restored_at: number | null
  safety_backup: string | null
  kept_until: number | null
}

export interface ActivityService {
  list(query: {
    bot?: string | undefined
    jid?: string | undefined
    state?: Activity['state'] | undefined
    before?: number | undefined
    limit: number
  }): Activity[]
  /** Undefined: there is no such entry. */
  trace(id: number): { activity: Activity; steps: z.infer<typeof TraceStep>[] } | undefined
  stats(days: number): Omit<Stats, 'inbound'>
  inbound(): Promise<Stats['inbound']>
}

export interface TaskBoard {
  list(): TaskInfo[]
  cancel(id: string): boolean
}

/** What belongs to the open database; made anew when a restore swaps the file. */
export interface OpenData {
  store: Store
  catalogue: Catalogue
  activity: ActivityService
  /** The user's own retry: a new attempt with new ids. */
  retry(job: number): void
  /** What a bot would say, without storing or sending anything. */
  tryOut(bot: string, text: string, signal?: AbortSignal): Promise<{ answer: string | null; milliseconds: number }>
  /** What the model was used for since midnight. */
  spentToday(): { day: string; calls: number; characters: number }
  /** Ends what a bot still does and says in a chat. */
  silence(chatId: number, bot: string): void
  /** Jobs or settings changed: look for work. */
  wake(): void
}

/** The running program as the contract's implementation needs it. */
export interface Program {
  data(): OpenData
  settings: SettingsStore
  secrets: Secrets
  modelKey: ModelKey
  whatsapp: WhatsApp
  pause: PauseState
  session(): Session
  model: Model
  backups: BackupService
  restore: RestoreService
  /** Where temporary files are made. */
  scratch: Pick<Scratch, 'path'>
  /** Writes an export into a new file. Ends with nothing written where the signal says that its caller went away. */
  export(
    format: ExportFormat,
    chat: string | undefined,
    path: string,
    signal?: AbortSignal,
  ): Promise<{ path: string; name: string; bytes: number }>
  health: Health
  /** The disk of the data directory can only be read, as far as was seen. */
  readOnly?(): boolean
  audit: AuditLog
  tasks: TaskBoard
  vacuum(): Promise<{ before: number; after: number }>
  applyRetention(): Promise<{ messages: number }>
  /** Goes on with what deleted chats have left, in the background. */
  finishRemovals(): void
  reset(): Promise<{ safety_backup: string }>
  host(): HostInfo
  desktop: (Desktop & { openLogs(): Promise<boolean>; moveData(path: string): void }) | undefined
  recentLog(limit: number): { at: number; level: string; message: string; scope: string }[]
  log: Logger
  /** Tells every page. */
  tell(event: ChangeEvent): void
  /** Returns the unsubscriber. */
  onChange(listener: (event: ChangeEvent) => void): () => void
}
