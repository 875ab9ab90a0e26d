import type { DrillInput, DrillOutput } from '../app/drill-task.ts'
import type { CreateBackupInput, CreateBackupOutput, EncryptBackupInput } from '../backup/create-task.ts'
import type { ExportInput, ExportOutput } from '../backup/export/export-task.ts'
import type { CheckFolderInput } from '../backup/folder/check-task.ts'
import type { CheckoutInput } from '../backup/folder/checkout-task.ts'
import type { LookInput, LookOutput } from '../backup/folder/look-task.ts'
import type { OpenFolderInput, OpenFolderOutput } from '../backup/folder/open-task.ts'
import type { ReadFolderInput, ReadFolderOutput } from '../backup/folder/read-task.ts'
import type { RemoveInput, RemoveOutput } from '../backup/folder/remove-task.ts'
import type { SaveInput } from '../backup/folder/save-task.ts'
import type { SourceInput } from '../backup/folder/source-task.ts'
import type { FinishInput, FinishOutput } from '../backup/restore/finish.ts'
import type { PrepareRestoreInput, PrepareRestoreOutput } from '../backup/restore/prepare-task.ts'
import type { SalvageInput, SalvageOutput } from '../backup/restore/salvage.ts'
import type { VacuumInput, VacuumOutput } from '../backup/vacuum-task.ts'
import type { VerifyBackupInput, VerifyBackupOutput } from '../backup/verify-task.ts'
import type { BackupsFolder } from '../health/backups-folder.ts'
import type { DatabaseFacts } from '../health/database-check.ts'
import type { InspectInput } from '../health/inspect-task.ts'
import type { RulePattern } from '../rules/matcher.ts'
import type { RuleMatchInput, RuleMatchOutput } from '../rules/rule-tasks.ts'
import type { CleanInput } from './clean-task.ts'

/** What a task reports while it runs. `done` and `total` are in the unit that the step names (rows, bytes). */
export interface TaskProgress {
  step: string
  done: number
  total: number | null
}

/** Every task with its input and output; both must survive structured cloning. A feature adds its tasks here. */
export interface TaskRegistry {
  'backup.create': { input: CreateBackupInput; output: CreateBackupOutput }
  'backup.encrypt': { input: EncryptBackupInput; output: { bytes: number; sha256: string } }
  'backup.verify': { input: VerifyBackupInput; output: VerifyBackupOutput }
  'folder.open': { input: OpenFolderInput; output: OpenFolderOutput }
  'folder.look': { input: LookInput; output: LookOutput }
  'folder.read': { input: ReadFolderInput; output: ReadFolderOutput }
  'folder.inspect': { input: { folder: string; now: number }; output: BackupsFolder }
  'folder.repair': { input: { folder: string; now: number }; output: string[] }
  'folder.save': { input: SaveInput; output: { stamp: string | null } }
  'folder.remove': { input: RemoveInput; output: RemoveOutput }
  'folder.check': { input: CheckFolderInput; output: undefined }
  'folder.source': { input: SourceInput; output: { bytes: number } }
  'folder.has': { input: { path: string }; output: { there: boolean } }
  'folder.checkout': { input: CheckoutInput; output: undefined }
  'folder.count': { input: { folder: string }; output: { backups: number } }
  drill: { input: DrillInput; output: DrillOutput }
  clean: { input: CleanInput; output: undefined }
  'health.inspect': { input: InspectInput; output: DatabaseFacts }
  export: { input: ExportInput; output: ExportOutput }
  'restore.prepare': { input: PrepareRestoreInput; output: PrepareRestoreOutput }
  'restore.finish': { input: FinishInput; output: FinishOutput }
  'restore.salvage': { input: SalvageInput; output: SalvageOutput }
  'rules.match': { input: RuleMatchInput; output: RuleMatchOutput }
  'rules.check': { input: { rules: readonly RulePattern[] }; output: { problem: string | null } }
  vacuum: { input: VacuumInput; output: VacuumOutput }
}
export type TaskName = keyof TaskRegistry
export type TaskInput<N extends TaskName> = TaskRegistry[N] extends { input: infer I } ? I : never
export type TaskOutput<N extends TaskName> = TaskRegistry[N] extends { output: infer O } ? O : never
