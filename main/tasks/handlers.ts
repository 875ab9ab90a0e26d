import type { TaskInput, TaskName, TaskOutput } from './names.ts'
import type { TaskContext } from './protocol.ts'

export type TaskHandler<N extends TaskName> = (input: TaskInput<N>, context: TaskContext) => Promise<TaskOutput<N>>

/** Each task's code is loaded only by the child that runs it. */
export const handlers: { [N in TaskName]: () => Promise<TaskHandler<N>> } = {
  'backup.create': async () => (await import('../backup/create-task.ts')).createBackupTask,
  'backup.encrypt': async () => (await import('../backup/create-task.ts')).encryptBackupTask,
  'backup.verify': async () => (await import('../backup/verify-task.ts')).verifyBackupTask,
  'health.inspect': async () => (await import('../health/inspect-task.ts')).inspectDatabaseTask,
  export: async () => (await import('../backup/export/export-task.ts')).exportTask,
  'restore.prepare': async () => (await import('../backup/restore/prepare-task.ts')).prepareRestoreTask,
  'restore.finish': async () => (await import('../backup/restore/prepare-task.ts')).finishRestoreTask,
  'restore.salvage': async () => (await import('../backup/restore/salvage.ts')).salvageTask,
  vacuum: async () => (await import('../backup/vacuum-task.ts')).vacuumTask,
}
