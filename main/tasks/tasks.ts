import type { TaskOptions, Tasks } from '../ports.ts'
import { type LimitWatch, watchLimits } from './limits.ts'
import type { TaskInput, TaskName, TaskOutput } from './names.ts'
import { CANCEL_GRACE_MS, type FromChild, type ToChild } from './protocol.ts'
import { fromRecord, TaskError } from './task-error.ts'
import { removeTemporary } from './temporary.ts'

/** What both kinds of child process have in common: `fork` in Node, `utilityProcess` in Electron. */
export interface TaskChild {
  /** Undefined until it was spawned. */
  pid(): number | undefined
  post(message: ToChild): void
  onMessage(listener: (message: FromChild) => void): void
  onExit(listener: (code: number | null) => void): void
  /** At once and for sure. */
  kill(): void
}

/** Runs each task in a child that `start` makes. */
export function createTasks(start: () => TaskChild): Tasks {
  const running = new Map<AbortController, Promise<unknown>>()
  let disposed = false
  return {
    async run(name, input, options = {}) {
      const abort = new AbortController()
      const signal = options.signal === undefined ? abort.signal : AbortSignal.any([abort.signal, options.signal])
      if (disposed || signal.aborted) throw cancelled()
      const outcome = runIn(start(), name, input, { ...options, signal })
      running.set(abort, outcome)
      try {
        return await outcome
      } finally {
        running.delete(abort)
      }
    },
    async dispose() {
      disposed = true
      for (const abort of running.keys()) abort.abort()
      await Promise.allSettled(running.values())
    },
  }
}

const cancelled = () => new TaskError('CANCELLED', 'It was cancelled; nothing was changed.')

async function runIn<N extends TaskName>(
  child: TaskChild,
  name: N,
  input: TaskInput<N>,
  options: TaskOptions & { signal: AbortSignal },
): Promise<TaskOutput<N>> {
  const temporary = new Set<string>()
  let outcome: { output: TaskOutput<N> } | { error: Error } | undefined
  let watch: LimitWatch | undefined
  let grace: NodeJS.Timeout | undefined
  const end = (error: TaskError) => {
    outcome ??= { error }
    child.kill()
  }
  let ready = false
  const cancel = () => {
    if (!ready) {
      end(cancelled())
      return
    }
    child.post({ type: 'cancel' })
    grace = setTimeout(() => end(cancelled()), CANCEL_GRACE_MS)
  }
  options.signal.addEventListener('abort', cancel, { once: true })
  const exited = new Promise<void>((resolve) => {
    child.onExit((code) => {
      const message = `The process that did this work ended by itself (${code ?? 'killed'}); nothing was changed. Try again.`
      outcome ??= { error: options.signal.aborted ? cancelled() : new TaskError('CRASHED', message) }
      resolve()
    })
  })
  child.onMessage((message) => {
    switch (message.type) {
      case 'ready': {
        child.post({ type: 'run', name, input, priority: options.priority ?? 'normal' })
        const pid = child.pid()
        if (options.limits !== undefined && pid !== undefined) watch = watchLimits(pid, options.limits, end)
        ready = true
        break
      }
      case 'progress':
        options.onProgress?.(message.progress)
        break
      case 'temporary':
        temporary.add(message.path)
        break
      case 'memory':
        watch?.reported(message.bytes)
        break
      case 'done':
        outcome ??= { output: message.output as TaskOutput<N> }
        break
      case 'failed':
        outcome ??= { error: fromRecord(message.error) }
        break
    }
  })
  try {
    await exited
  } finally {
    watch?.dispose()
    clearTimeout(grace)
    options.signal.removeEventListener('abort', cancel)
  }
  await removeTemporary(name, input, temporary)
  if (outcome === undefined)
    throw new TaskError('CRASHED', 'The process that did this work ended without a word. Try again.')
  if ('error' in outcome) throw outcome.error
  return outcome.output
}
