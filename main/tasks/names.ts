/** What a task reports while it runs. `done` and `total` are in the unit that the step names (rows, bytes). */
export interface TaskProgress {
  step: string
  done: number
  total: number | null
}

/** Every task with its input and output; both must survive structured cloning. A feature adds its tasks here. */
// biome-ignore lint/suspicious/noEmptyInterface: filled as features arrive
export interface TaskRegistry {}
export type TaskName = keyof TaskRegistry & string
export type TaskInput<N extends TaskName> = TaskRegistry[N] extends { input: infer I } ? I : never
export type TaskOutput<N extends TaskName> = TaskRegistry[N] extends { output: infer O } ? O : never
