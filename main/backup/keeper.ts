import { isCode } from '../files/codes.ts'
import type { TaskProcess, Tasks } from '../ports.ts'
import type { TaskInput, TaskName, TaskOutput } from '../tasks/names.ts'
import { BackupError } from './backup-error.ts'

/** Milliseconds. */
export interface Patience {
  /** A question without an answer fails: a disk that wakes up takes up to ten seconds. */
  answer: number
  /** A question that takes longer is told of meanwhile. */
  slow: number
  /** A folder that did not answer is asked again after this time; until then every question is refused at once. */
  again: number
}
const PATIENCE: Patience = { answer: 20_000, slow: 3_000, again: 15_000 }
/** A process that nobody asks is memory for nothing. */
const IDLE_MS = 10_000
/** A folder that is written to answers later. */
const PATIENT = 3
/** A killed process that ends within this time did not wait for a disk. */
const PROMPT_MS = 1_000

/** What is asked about a folder. */
export type FolderTask = Extract<TaskName, `folder.${string}`>

export interface KeeperDeps {
  tasks: Tasks
  folder: string
  patience?: Patience
  /** It stopped answering, or answers again. */
  onChange?(): void
  /** It did not answer for a while, and may be asked again. */
  onRetry?(): void
}

/**
 * Asks about one folder in a process of its own. A network folder that hangs holds up that process and nothing else; a killed process that still
 * waits for it is left behind, and until it has ended no second one is sent after it.
 */
export function createKeeper(deps: KeeperDeps) {
  const { tasks, folder, patience = PATIENCE } = deps
  let process: TaskProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let asked = 0
  let asking = 0
  /** Milliseconds since 1970 and of the monotonic clock. */
  let silent: { since: number; at: number } | undefined
  let stuck = false
  let retry: NodeJS.Timeout | undefined
  /** Questions without an answer yet, the oldest first, and when each was asked. */
  const open = new Map<number, number>()

  function processNow(): TaskProcess | undefined {
    if (process !== undefined) return process
    const started = tasks.open?.()
    process = started
    void started?.ended.then(() => {
      if (process === started) process = undefined
    })
    return started
  }
  function rest(): void {
    clearTimeout(idle)
    if (asking > 0) return
    idle = setTimeout(() => {
      process?.close()
      process = undefined
    }, IDLE_MS).unref()
  }
  async function call<N extends FolderTask>(
    number: number,
    name: N,
    input: TaskInput<N>,
    milliseconds: number,
  ): Promise<TaskOutput<N>> {
    const line = processNow()
    await line?.ready
    open.set(number, Date.now())
    if (line === undefined) return await tasks.run(name, input, { limits: { milliseconds } })
    return await line.call(name, input, milliseconds)
  }
  function noAnswer(): void {
    const left = process
    process = undefined
    const killed = performance.now()
    const told = silent !== undefined
    const silence = { since: silent?.since ?? Date.now(), at: killed }
    silent = silence
    if (left !== undefined) {
      stuck = true
      left.close()
      void left.ended.then(() => {
        stuck = false
        // It waited for the disk, which let it go just now: the disk can be asked again.
        if (performance.now() - killed < PROMPT_MS) return
        silence.at = Number.NEGATIVE_INFINITY
        deps.onRetry?.()
      })
    }
    clearTimeout(retry)
    retry = setTimeout(tryAgain, patience.again).unref()
    if (!told) deps.onChange?.()
  }
  function tryAgain(): void {
    if (silent === undefined) return
    if (!stuck) deps.onRetry?.()
    retry = setTimeout(tryAgain, patience.again).unref()
  }

  function answers(): void {
    if (silent === undefined) return
    silent = undefined
    clearTimeout(retry)
    deps.onChange?.()
  }

  return {
    folder,
    patience,
    /** @throws BackupError NO_ANSWER, or what the question itself fails with */
    async ask<N extends FolderTask>(
      name: N,
      input: TaskInput<N>,
      milliseconds = patience.answer,
    ): Promise<TaskOutput<N>> {
      if (stuck || (silent !== undefined && performance.now() - silent.at < patience.again)) throw unanswered(folder)
      const number = asked++
      clearTimeout(idle)
      asking++
      try {
        const answer = await call(number, name, input, milliseconds)
        answers()
        return answer
      } catch (error) {
        if (!isUnanswered(error)) {
          answers()
          throw error
        }
        noAnswer()
        throw unanswered(folder)
      } finally {
        open.delete(number)
        asking--
        rest()
      }
    },
    /** Since when (ms since 1970) it does not answer; null: it does, as far as is known. */
    silentSince(): number | null {
      if (silent !== undefined) return silent.since
      const [oldest] = open.values()
      return oldest !== undefined && Date.now() - oldest >= patience.slow ? oldest : null
    },
    /**
     * Runs `work` on files of the folder for as long as the folder answers: a task that hangs with it would take hours to be called slow.
     * @throws BackupError NO_ANSWER
     */
    async during<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      const away = new AbortController()
      const look = setInterval(() => {
        this.ask('folder.count', { folder }, PATIENT * patience.answer).catch((error: unknown) => {
          if (isCode(error, 'NO_ANSWER')) away.abort()
        })
      }, patience.again)
      try {
        return await work(AbortSignal.any([signal, away.signal]))
      } catch (error) {
        throw away.signal.aborted ? unanswered(folder) : error
      } finally {
        clearInterval(look)
      }
    },
    dispose(): void {
      clearTimeout(idle)
      clearTimeout(retry)
      process?.close()
      process = undefined
    },
  }
}
export type Keeper = ReturnType<typeof createKeeper>

/** One keeper for each folder: a second one would send another process after one that hangs. */
export function createKeepers(
  deps: Pick<KeeperDeps, 'tasks' | 'patience'> & { onChange(folder: string): void; onRetry(folder: string): void },
) {
  const keepers = new Map<string, Keeper>()
  return {
    of(folder: string): Keeper {
      const known = keepers.get(folder)
      if (known !== undefined) return known
      const keeper = createKeeper({
        ...deps,
        folder,
        onChange: () => deps.onChange(folder),
        onRetry: () => deps.onRetry(folder),
      })
      keepers.set(folder, keeper)
      return keeper
    },
    dispose(): void {
      for (const keeper of keepers.values()) keeper.dispose()
    },
  }
}
export type Keepers = ReturnType<typeof createKeepers>

export const unanswered = (folder: string): BackupError =>
  new BackupError(
    'NO_ANSWER',
    `The folder ${folder} does not answer. Its disk or its network share is away or hangs: look at that, or choose another folder for the backups.`,
  )

const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'TIME_LIMIT' || error.code === 'CRASHED')
