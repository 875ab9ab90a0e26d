import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Tasks } from '../ports.ts'
import { childEnvironment } from './environment.ts'
import type { FromChild } from './protocol.ts'
import { createTasks, type TaskChild } from './tasks.ts'

/** The child's code: beside us while we run from source, the bundle's own entry once built. */
const entry = (): string =>
  fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './task.js', import.meta.url))

/** Tasks as child processes of Node. In Electron `fork` does not work with the RunAsNode fuse off. */
export function createForkTasks(options: { entry?: string } = {}): Tasks {
  return createTasks(() =>
    wrap(
      fork(options.entry ?? entry(), [], {
        serialization: 'advanced',
        env: childEnvironment(),
        // Nearly all that a task handles is used once: a small nursery keeps the process small.
        execArgv: ['--max-semi-space-size=2'],
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      }),
    ),
  )
}

function wrap(child: ChildProcess): TaskChild {
  return {
    pid: () => child.pid,
    post: (message) => {
      if (child.connected) child.send(message, () => undefined) // a child that is gone tells by its exit
    },
    onMessage: (listener) => {
      child.on('message', (message) => listener(message as FromChild))
    },
    onExit: (listener) => {
      child.once('error', () => listener(null))
      // The last message may still be in the channel when the process is already gone.
      child.once('exit', (code) => {
        if (child.connected) child.once('disconnect', () => listener(code))
        else listener(code)
      })
    },
    kill: () => {
      child.kill('SIGKILL')
    },
    unref: () => {
      child.unref()
      child.channel?.unref()
    },
  }
}
