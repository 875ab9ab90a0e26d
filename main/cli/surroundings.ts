import type { Tasks } from '../ports.ts'
import { createForkTasks } from '../tasks/fork.ts'

/** What differs between the command of a Node installation and the verbs of the installed desktop program. */
export interface Surroundings {
  createTasks(): Tasks
  /** Where the data lies if nobody says otherwise. */
  defaultDataDirectory: string
  /** The desktop's note of a moved data directory. */
  bootstrapFile?: string
  /** A packaged program ignores the emulator. */
  packaged: boolean
}

export const NODE_SURROUNDINGS: Surroundings = {
  createTasks: createForkTasks,
  defaultDataDirectory: 'data',
  packaged: false,
}
