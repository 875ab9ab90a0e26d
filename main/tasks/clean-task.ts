import type { TaskInput, TaskName } from './names.ts'
import { removeTemporary } from './temporary.ts'

export interface CleanInput {
  /** The task that was killed, with its input. */
  name: TaskName
  input: unknown
  paths: string[]
}

/** Removes what a killed task told of as its temporary files, in a process that may hang where their disk does. */
export async function cleanTask({ name, input, paths }: CleanInput): Promise<undefined> {
  await removeTemporary(name, input as TaskInput<TaskName>, paths)
}
