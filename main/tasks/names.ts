import type { CreateBackupInput, CreateBackupOutput, EncryptBackupInput } from '../backup/create-task.ts'
import type { ExportInput, ExportOutput } from '../backup/export/export-task.ts'
import type { FinishInput, FinishOutput } from '../backup/restore/finish.ts'
import type { PrepareRestoreInput, PrepareRestoreOutput } from '../backup/restore/prepare-task.ts'
import type { SalvageInput, SalvageOutput } from '../backup/restore/salvage.ts'
import type { VacuumInput, VacuumOutput } from '../backup/vacuum-task.ts'
import type { VerifyBackupInput, VerifyBackupOutput } from '../backup/verify-task.ts'
import type { DatabaseFacts } from '../health/database-check.ts'
import type { InspectInput } from '../health/inspect-task.ts'

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
  'health.inspect': { input: InspectInput; output: DatabaseFacts }
  export: { input: ExportInput; output: ExportOutput }
  'restore.prepare': { input: PrepareRestoreInput; output: PrepareRestoreOutput }
  'restore.finish': { input: FinishInput; output: FinishOutput }
  'restore.salvage': { input: SalvageInput; output: SalvageOutput }
  vacuum: { input: VacuumInput; output: VacuumOutput }
}
export type TaskName = keyof TaskRegistry
export type TaskInput<N extends TaskName> = TaskRegistry[N] extends { input: infer I } ? I : never
export type TaskOutput<N extends TaskName> = TaskRegistry[N] extends { output: infer O } ? O : never
