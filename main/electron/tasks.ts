import type { ForkOptions, UtilityProcess } from 'electron'
import { childEnvironment } from '../tasks/environment.ts'
import type { FromChild } from '../tasks/protocol.ts'
import { createTasks, type TaskChild } from '../tasks/tasks.ts'

export interface UtilityTaskDeps {
  /** `child_process.fork` does not work with the RunAsNode fuse off; utility processes do. */
  fork: (modulePath: string, args?: string[], options?: ForkOptions) => UtilityProcess
  /** The bundled entry of a task. */
  entry: string
}

export function createUtilityTasks(deps: UtilityTaskDeps) {
  return createTasks(() =>
    wrap(deps.fork(deps.entry, [], { serviceName: 'Whatslang task', stdio: 'ignore', env: childEnvironment() })),
  )
}

function wrap(child: UtilityProcess): TaskChild {
  return {
    pid: () => child.pid,
    post: (message) => child.postMessage(message),
    onMessage: (listener) => {
      child.on('message', (message: unknown) => listener(message as FromChild))
    },
    onExit: (listener) => {
      child.once('exit', (code) => listener(code))
    },
    kill: () => {
      // UtilityProcess.kill() asks; a child in a long SQLite statement would not hear it.
      const now = () => {
        if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
      }
      // It has no process id before it was spawned: killed as soon as it has one.
      if (child.pid === undefined) child.once('spawn', now)
      else now()
    },
  }
}
