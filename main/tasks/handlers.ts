import type { TaskInput, TaskName, TaskOutput } from './names.ts'
import type { TaskContext } from './protocol.ts'

export type TaskHandler<N extends TaskName> = (input: TaskInput<N>, context: TaskContext) => Promise<TaskOutput<N>>

/** Each task's code is loaded only by the child that runs it. */
export const handlers: { [N in TaskName]: () => Promise<TaskHandler<N>> } = {
  'backup.create': async () => (await import('../backup/create-task.ts')).createBackupTask,
  'backup.encrypt': async () => (await import('../backup/create-task.ts')).encryptBackupTask,
  'backup.verify': async () => (await import('../backup/verify-task.ts')).verifyBackupTask,
  'folder.open': async () => (await import('../backup/folder/open-task.ts')).openFolderTask,
  'folder.look': async () => (await import('../backup/folder/look-task.ts')).lookTask,
  'folder.read': async () => (await import('../backup/folder/read-task.ts')).readFolderTask,
  'folder.inspect': async () => (await import('../health/backups-folder.ts')).inspectBackups,
  'folder.repair': async () => (await import('../health/backups-folder.ts')).repairBackups,
  'folder.save': async () => (await import('../backup/folder/save-task.ts')).saveTask,
  'folder.remove': async () => (await import('../backup/folder/remove-task.ts')).removeTask,
  'folder.check': async () => (await import('../backup/folder/check-task.ts')).checkFolderTask,
  'folder.source': async () => (await import('../backup/folder/source-task.ts')).sourceTask,
  'folder.has': async () => (await import('../backup/folder/source-task.ts')).hasTask,
  'folder.checkout': async () => (await import('../backup/folder/checkout-task.ts')).checkoutTask,
  'folder.count': async () => (await import('../backup/folder/count-task.ts')).countTask,
  drill: async () => (await import('../app/drill-task.ts')).createDrillTask(handlers),
  clean: async () => (await import('./clean-task.ts')).cleanTask,
  'health.inspect': async () => (await import('../health/inspect-task.ts')).inspectDatabaseTask,
  export: async () => (await import('../backup/export/export-task.ts')).exportTask,
  'restore.prepare': async () => (await import('../backup/restore/prepare-task.ts')).prepareRestoreTask,
  'restore.finish': async () => (await import('../backup/restore/prepare-task.ts')).finishRestoreTask,
  'restore.salvage': async () => (await import('../backup/restore/salvage.ts')).salvageTask,
  'rules.match': async () => (await import('../rules/rule-tasks.ts')).matchRulesTask,
  'rules.check': async () => (await import('../rules/rule-tasks.ts')).checkRulesTask,
  vacuum: async () => (await import('../backup/vacuum-task.ts')).vacuumTask,
}
