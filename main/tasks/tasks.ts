import type { TaskOptions, TaskProcess, Tasks } from '../ports.ts'
import { type LimitWatch, watchLimits } from './limits.ts'
import type { TaskInput, TaskName, TaskOutput } from './names.ts'
import { CANCEL_GRACE_MS, type FromChild, KILL_GRACE_MS, type ToChild } from './protocol.ts'
import { fromRecord, TaskError } from './task-error.ts'
import { createTaskProcess } from './task-process.ts'

/** What both kinds of child process have in common: `fork` in Node, `utilityProcess` in Electron. */
export interface TaskChild {
  /** Undefined until it was spawned. */
  pid(): number | undefined
  post(message: ToChild): void
  onMessage(listener: (message: FromChild) => void): void
  onExit(listener: (code: number | null) => void): void
  /** At once and for sure, except where the process waits for a disk. */
  kill(): void
  /** The program may end before this process does. */
  unref?(): void
}

/** How long the temporary files of a killed child may take to remove. */
const CLEAN_MS = 10_000

/** Runs each task in a child that `start` makes. */
export function createTasks(start: () => TaskChild): Tasks {
  const running = new Map<AbortController, Promise<unknown>>()
  const staying = new Set<TaskProcess>()
  let disposed = false
  return {
    async run(name, input, options = {}) {
      const abort = new AbortController()
      const signal = options.signal === undefined ? abort.signal : AbortSignal.any([abort.signal, options.signal])
      if (disposed || signal.aborted) throw cancelled()
      const outcome = runAndClean(start, name, input, { ...options, signal })
      running.set(abort, outcome)
      try {
        return await outcome
      } finally {
        running.delete(abort)
      }
    },
    open() {
      if (disposed) throw cancelled()
      const child = createTaskProcess(start())
      staying.add(child)
      void child.ended.then(() => staying.delete(child))
      return child
    },
    async dispose() {
      disposed = true
      for (const child of staying) child.close()
      for (const abort of running.keys()) abort.abort()
      await Promise.allSettled(running.values())
    },
  }
}

const cancelled = () => new TaskError('CANCELLED', 'It was cancelled; nothing was changed.')

async function runAndClean<N extends TaskName>(
  start: () => TaskChild,
  name: N,
  input: TaskInput<N>,
  options: TaskOptions & { signal: AbortSignal },
): Promise<TaskOutput<N>> {
  const { outcome, left } = await runIn(start(), name, input, options)
  if (left.length > 0) {
    const clean = { signal: new AbortController().signal, limits: { milliseconds: CLEAN_MS } }
    await runIn(start(), 'clean', { name, input, paths: left }, clean)
  }
  if ('error' in outcome) throw outcome.error
  return outcome.output
}

type Outcome<N extends TaskName> = { output: TaskOutput<N> } | { error: Error }

/** `left`: temporary files of a child that was killed before it could remove them. Those on a disk that does not answer are not among them. */
async function runIn<N extends TaskName>(
  child: TaskChild,
  name: N,
  input: TaskInput<N>,
  options: TaskOptions & { signal: AbortSignal },
): Promise<{ outcome: Outcome<N>; left: string[] }> {
  const temporary = new Set<string>()
  let outcome: Outcome<N> | undefined
  let tidy = false
  let watch: LimitWatch | undefined
  let next: NodeJS.Timeout | undefined
  const after = (milliseconds: number, act: () => void) => {
    clearTimeout(next)
    next = setTimeout(act, milliseconds)
  }
  const abandoned = Promise.withResolvers<'abandoned'>()
  const kill = () => {
    child.kill()
    after(KILL_GRACE_MS, () => {
      child.unref?.()
      abandoned.resolve('abandoned')
    })
  }
  const end = (error: TaskError) => {
    outcome ??= { error }
    kill()
  }
  /** The child has said its last word. Its exit waits for its threads, and one of them may wait for a disk. */
  const leave = (last: Outcome<N>) => {
    tidy = true
    outcome ??= last
    after(CANCEL_GRACE_MS, kill)
  }
  let ready = false
  const cancel = () => {
    if (!ready) {
      end(cancelled())
      return
    }
    child.post({ type: 'cancel' })
    after(CANCEL_GRACE_MS, () => end(cancelled()))
  }
  options.signal.addEventListener('abort', cancel, { once: true })
  const exited = new Promise<'exited'>((resolve) => {
    child.onExit((code) => {
      const message = `The process that did this work ended by itself (${code ?? 'killed'}); nothing was changed. Try again.`
      outcome ??= { error: options.signal.aborted ? cancelled() : new TaskError('CRASHED', message) }
      resolve('exited')
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
        leave({ output: message.output as TaskOutput<N> })
        break
      case 'failed':
        leave({ error: fromRecord(message.error) })
        break
      case 'answer':
      case 'refusal':
        break // of a process that stays
    }
  })
  let how: 'exited' | 'abandoned'
  try {
    how = await Promise.race([exited, abandoned.promise])
  } finally {
    watch?.dispose()
    clearTimeout(next)
    options.signal.removeEventListener('abort', cancel)
  }
  return {
    outcome: outcome ?? {
      error: new TaskError('CRASHED', 'The process that did this work ended without a word. Try again.'),
    },
    left: tidy || how === 'abandoned' ? [] : [...temporary],
  }
}
