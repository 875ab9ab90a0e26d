// The child process of a task: takes one task, runs it, reports, and ends; or stays and answers calls. It lives no longer than its parent.
import { readdirSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { handlers } from './handlers.ts'
import type { TaskInput, TaskName, TaskOutput } from './names.ts'
import type { FromChild, TaskContext, ToChild } from './protocol.ts'
import { TaskError, toRecord } from './task-error.ts'
import { removeTemporary } from './temporary.ts'

interface Channel {
  send(message: FromChild): void
  onMessage(listener: (message: ToChild) => void): void
  onClose(listener: () => void): void
}

/** Electron's utility processes speak through `process.parentPort`, forked ones through `process.send`. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

function openChannel(): Channel {
  const port = (process as NodeJS.Process & { parentPort?: ParentPort }).parentPort
  if (port !== undefined) {
    return {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', (event) => listener(event.data as ToChild)),
      onClose: () => undefined, // Electron ends its utility processes itself
    }
  }
  return {
    send: (message) => {
      process.send?.(message)
    },
    onMessage: (listener) => {
      process.on('message', listener)
    },
    onClose: (listener) => {
      process.on('disconnect', listener)
    },
  }
}

async function run(name: TaskName, input: unknown, context: TaskContext): Promise<unknown> {
  // The registry pairs names with inputs; across the process boundary that pairing is the protocol's promise.
  const load = handlers[name] as () => Promise<(input: unknown, context: TaskContext) => Promise<unknown>>
  if (load === undefined) throw new TaskError('UNEXPECTED', `This version knows no task "${String(name)}".`)
  const handler = await load()
  return (await handler(input as TaskInput<TaskName>, context)) as TaskOutput<TaskName>
}

// What a task makes is for this user alone, also what SQLite makes without saying so.
process.umask(0o077)
const channel = openChannel()
const abort = new AbortController()
const heartbeat = setInterval(() => channel.send({ type: 'memory', bytes: process.memoryUsage.rss() }), 1000)
heartbeat.unref()

function finish(message: FromChild): void {
  clearInterval(heartbeat)
  if (process.send === undefined) {
    channel.send(message)
    setTimeout(() => process.exit(0), 50)
    return
  }
  process.send(message, () => process.exit(0))
}

/** On Linux a priority belongs to a thread: those that run already, the compressing ones among them, are lowered too; later ones inherit it. */
function lowerPriority(): void {
  try {
    const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [0]
    for (const thread of threads) setPriority(thread, constants.priority.PRIORITY_LOW)
  } catch {
    // Not allowed here, or a thread ended meanwhile: the rest runs at normal priority.
  }
}

/** Runs a task and removes its temporary files. The parent does that only for a child that was killed. */
async function runTidily(name: TaskName, input: unknown): Promise<unknown> {
  const temporary = new Set<string>()
  const context: TaskContext = {
    signal: abort.signal,
    progress: (progress) => channel.send({ type: 'progress', progress }),
    temporary: (path) => {
      temporary.add(path)
      channel.send({ type: 'temporary', path })
    },
  }
  try {
    return await run(name, input, context)
  } finally {
    await removeTemporary(name, input as TaskInput<TaskName>, temporary).catch(() => undefined) // swept at the next start
  }
}

channel.onClose(() => process.exit(1))
channel.onMessage((message) => {
  switch (message.type) {
    case 'cancel':
      abort.abort(new TaskError('CANCELLED', 'It was cancelled; nothing was changed.'))
      break
    case 'call': {
      const { id, name, input } = message
      void runTidily(name, input).then(
        (output) => channel.send({ type: 'answer', id, output }),
        (error: unknown) => channel.send({ type: 'refusal', id, error: toRecord(error) }),
      )
      break
    }
    case 'run':
      if (message.priority === 'idle') lowerPriority()
      void runTidily(message.name, message.input).then(
        (output) => finish({ type: 'done', output }),
        (error: unknown) =>
          finish({ type: 'failed', error: toRecord(abort.signal.aborted ? abort.signal.reason : error) }),
      )
      break
  }
})
channel.send({ type: 'ready' })
